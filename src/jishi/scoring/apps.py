from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "jishi.scoring"
    label = "scoring"
    verbose_name = "Scoring"
