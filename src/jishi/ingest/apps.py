from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "jishi.ingest"
    label = "ingest"
    verbose_name = "Import"
