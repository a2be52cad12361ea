"""`migrate`, which afterwards renews the audit triggers.

SQLite drops a table's triggers whenever Django rebuilds the table, so they cannot live in
migrations.
"""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import transaction

from jishi.foundation.audit.triggers import install_triggers


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied"):
            with transaction.atomic():
                install_triggers()
