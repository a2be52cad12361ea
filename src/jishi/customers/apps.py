from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "jishi.customers"
    label = "customers"
    verbose_name = "Customers"
