from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "jishi.facts"
    label = "facts"
    verbose_name = "Facts"
