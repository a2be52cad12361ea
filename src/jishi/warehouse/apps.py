from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "jishi.warehouse"
    label = "warehouse"
    verbose_name = "Warehouse"
