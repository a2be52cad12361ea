"""The audit trail is written by the database itself.

Signals and `save()` miss `update()`, bulk writes and COPY; a trigger does not. Every table of ours
carries one, chosen by its model's `audit_policy`:

- FULL: each insert, update and delete writes an `AuditEntry` with the row before and after;
- APPEND_ONLY (facts): inserts tell who and when by their batch and `recorded_at`, so only a
  supersession is written; any other update, and a delete outside `acting_as(may_erase=True)`,
  is refused.

Tables without a trigger stand in `EXEMPT` with the reason. SQLite drops triggers when Django
rebuilds a table, so `migrate` installs them anew each time.
"""

from __future__ import annotations

from enum import Enum

from django.apps import apps
from django.db import connection, models


class AuditPolicy(Enum):
    FULL = "full"
    APPEND_ONLY = "append_only"


EXEMPT: dict[str, str] = {
    "foundation_auditentry": "the trail itself",
    "foundation_auditseal": "the hash chain over the trail",
    "foundation_dataversion": "a counter; every change it counts is audited",
    "foundation_sentform": "a note for two days; what the form did is audited",
    "customers_searchentry": "derived from names that are audited; rebuilt at will",
    "scoring_standing": "derived from facts by a run; made anew by every run",
    "scoring_tierchange": "a log itself; every row names the run that wrote it",
    "django_content_type": "Django's list of models",
    "django_migrations": "Django's own log",
    "django_session": "sign-ins are logged by time and address; contents are opaque",
    "auth_permission": "unused: permissions are code",
    "auth_group": "unused: roles are code",
    "auth_group_permissions": "unused: roles are code",
}

# Values that must not be kept twice. That they changed is told: the row before and after is the same.
_LEFT_OUT = {"password"}
# Facts change in these columns only: by being superseded.
_SUPERSEDING = ("superseded_at", "superseded_by_id")


def policy_of(model: type[models.Model]) -> AuditPolicy | None:
    """The policy of a model's table; None when it is exempt."""
    if model._meta.db_table in EXEMPT:
        return None
    return getattr(model, "audit_policy", AuditPolicy.FULL)


def audited_models() -> list[type[models.Model]]:
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]
    return [m for m in found if not m._meta.proxy and policy_of(m) is not None]


def _columns(model: type[models.Model]) -> list[str]:
    columns = (f.column for f in model._meta.concrete_fields)
    return [name for name in columns if name and name not in _LEFT_OUT]


def install_triggers() -> int:
    """(Re)create every trigger on the current database. Returns how many tables carry one."""
    found = audited_models()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in _POSTGRES_FUNCTIONS:
                cursor.execute(statement)
        for model in found:
            make = _postgres if connection.vendor == "postgresql" else _sqlite
            for statement in make(model, policy_of(model)):
                cursor.execute(statement)
    return len(found)


# --- SQLite ------------------------------------------------------------------------------------
def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _json(prefix: str, columns: list[str]) -> str:
    pairs = ", ".join(f"'{name}', {prefix}.{_quoted(name)}" for name in columns)
    return f"json_object({pairs})"


def _entry(table: str, pk: str, action: str, before: str, after: str) -> str:
    row = "OLD" if action == "delete" else "NEW"
    return (
        "INSERT INTO foundation_auditentry"  # noqa: S608  (identifiers come from the models)
        " (table_name, row_pk, action, before, after, actor_id, request_id, recorded_at)"
        f" VALUES ('{table}', {row}.{_quoted(pk)}, '{action}', {before}, {after},"
        " jishi_actor(), jishi_request(), strftime('%Y-%m-%d %H:%M:%f', 'now'));"
    )


def _sqlite(model: type[models.Model], policy: AuditPolicy | None) -> list[str]:
    table, pk = model._meta.db_table, str(model._meta.pk.column)
    columns = _columns(model)
    old, new = _json("OLD", columns), _json("NEW", columns)
    compared = [str(field.column) for field in model._meta.concrete_fields]
    differs = " OR ".join(f"OLD.{_quoted(c)} IS NOT NEW.{_quoted(c)}" for c in compared)
    made = [
        f'DROP TRIGGER IF EXISTS "audit_{table}_{kind}"'
        for kind in ("insert", "update", "delete", "keep", "stay")
    ]
    if policy is AuditPolicy.APPEND_ONLY:
        fixed = [c for c in columns if c not in _SUPERSEDING]
        moved = " OR ".join(f"OLD.{_quoted(c)} IS NOT NEW.{_quoted(c)}" for c in fixed)
        made += [
            (
                f'CREATE TRIGGER "audit_{table}_keep" BEFORE UPDATE ON "{table}" WHEN {moved} BEGIN'
                " SELECT RAISE(ABORT, 'facts are append-only: supersede the row'); END"
            ),
            (
                f'CREATE TRIGGER "audit_{table}_stay" BEFORE DELETE ON "{table}"'
                " WHEN NOT jishi_may_erase() BEGIN"
                " SELECT RAISE(ABORT, 'facts are append-only: supersede the row'); END"
            ),
        ]
    else:
        made.append(
            f'CREATE TRIGGER "audit_{table}_insert" AFTER INSERT ON "{table}" BEGIN '
            + _entry(table, pk, "insert", "NULL", new)
            + " END"
        )
    made += [
        f'CREATE TRIGGER "audit_{table}_update" AFTER UPDATE ON "{table}" WHEN {differs} BEGIN '
        + _entry(table, pk, "update", old, new)
        + " END",
        f'CREATE TRIGGER "audit_{table}_delete" AFTER DELETE ON "{table}" BEGIN '
        + _entry(table, pk, "delete", old, "NULL")
        + " END",
    ]
    return made


# --- PostgreSQL --------------------------------------------------------------------------------
_POSTGRES_FUNCTIONS = [
    """
    CREATE OR REPLACE FUNCTION jishi_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        old_row jsonb; new_row jsonb; pk text;
    BEGIN
        IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
        IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
        IF TG_OP = 'UPDATE' AND old_row = new_row THEN RETURN NULL; END IF;
        old_row := old_row - 'password';
        new_row := new_row - 'password';
        pk := coalesce(new_row, old_row) ->> TG_ARGV[0];
        INSERT INTO foundation_auditentry
            (table_name, row_pk, action, before, after, actor_id, request_id, recorded_at)
        VALUES (TG_TABLE_NAME, pk, lower(TG_OP), old_row, new_row,
            nullif(current_setting('jishi.actor', true), '')::bigint,
            coalesce(current_setting('jishi.request', true), ''), clock_timestamp());
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION jishi_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF coalesce(current_setting('jishi.may_erase', true), '') = '1' THEN
                RETURN OLD;
            END IF;
        ELSIF (to_jsonb(OLD) - 'superseded_at' - 'superseded_by_id')
            = (to_jsonb(NEW) - 'superseded_at' - 'superseded_by_id') THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'facts are append-only: supersede the row';
    END $$
    """,
]


def _postgres(model: type[models.Model], policy: AuditPolicy | None) -> list[str]:
    table, pk = model._meta.db_table, model._meta.pk.column
    append_only = policy is AuditPolicy.APPEND_ONLY
    events = "UPDATE OR DELETE" if append_only else "INSERT OR UPDATE OR DELETE"
    made = [
        f'DROP TRIGGER IF EXISTS "audit_{table}" ON "{table}"',
        f'DROP TRIGGER IF EXISTS "keep_{table}" ON "{table}"',
        (
            f'CREATE TRIGGER "audit_{table}" AFTER {events} ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION jishi_audit('{pk}')"
        ),
    ]
    if append_only:
        made.append(
            f'CREATE TRIGGER "keep_{table}" BEFORE UPDATE OR DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION jishi_keep()"
        )
    return made


def tables_with_triggers() -> set[str]:
    """Names of the tables that carry an audit trigger now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT DISTINCT event_object_table FROM information_schema.triggers"
                " WHERE trigger_name LIKE 'audit\\_%%'"
            )
        else:
            cursor.execute(
                "SELECT DISTINCT tbl_name FROM sqlite_master"
                " WHERE type = 'trigger' AND name LIKE 'audit\\_%' ESCAPE '\\'"
            )
        return {name for (name,) in cursor.fetchall()}


def tables_without_triggers() -> set[str]:
    """Names of the tables that should carry an audit trigger and do not."""
    return {model._meta.db_table for model in audited_models()} - tables_with_triggers()
