from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "jishi.foundation"
    label = "foundation"
    verbose_name = "Foundation"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from jishi.foundation import checks  # noqa: F401  (registers the system checks)
        from jishi.foundation.audit.context import prepare_connection

        connection_created.connect(prepare_connection, dispatch_uid="jishi.audit.context")
