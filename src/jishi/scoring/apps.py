from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "jishi.scoring"
    label = "scoring"
    verbose_name = "Scoring"

    def ready(self) -> None:
        from jishi.facts.services import facts_written
        from jishi.scoring.following import standings_follow

        facts_written.connect(standings_follow, dispatch_uid="standings_follow")
