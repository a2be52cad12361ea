from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jishi.jobs"
    label = "jobs"
    verbose_name = "Jobs"
