from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "jishi.scoring"
    label = "scoring"
    verbose_name = "Scoring"

    def ready(self) -> None:
        from jishi.facts.services import FOLLOWERS
        from jishi.scoring.following import standings_follow

        if standings_follow not in FOLLOWERS:
            FOLLOWERS.append(standings_follow)
