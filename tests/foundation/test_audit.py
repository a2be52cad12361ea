"""The trail is complete and tells who."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from tests.conftest import ON_POSTGRES

from jishi.foundation.audit import chain
from jishi.foundation.audit.context import acting_as
from jishi.foundation.audit.triggers import EXEMPT, install_triggers, tables_with_triggers
from jishi.foundation.models import AuditEntry, Team
from jishi.foundation.schema import SchemaState, schema_state
from jishi.foundation.writing import write


pytestmark = pytest.mark.django_db


def test_every_table_has_its_trigger_or_a_written_exemption():
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    carried = tables_with_triggers()
    assert tables - carried - set(EXEMPT) == set()
    assert carried & set(EXEMPT) == set()
    assert all(reason for reason in EXEMPT.values())


def test_a_database_without_its_triggers_is_not_taken_for_a_current_one():
    table = Team._meta.db_table
    name = f'"audit_{table}" ON {table}' if ON_POSTGRES else f'"audit_{table}_insert"'
    assert schema_state() is SchemaState.CURRENT
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")
        if not ON_POSTGRES:
            cursor.execute(f'DROP TRIGGER "audit_{table}_update"')
            cursor.execute(f'DROP TRIGGER "audit_{table}_delete"')
    assert schema_state() is SchemaState.OLDER
    install_triggers()
    assert schema_state() is SchemaState.CURRENT


def test_bulk_writes_are_told_with_actor_and_request(admin):
    with acting_as(None, request_id="r-1"), write(by=admin):
        Team.objects.bulk_create([Team(name="华东"), Team(name="华南")])
        Team.objects.filter(name="华东").update(name="华东区")
        Team.objects.filter(name="华南").delete()
    told = list(
        AuditEntry.objects.filter(table_name="foundation_team")
        .order_by("id")
        .values_list("action", "before__name", "after__name", "actor_id", "request_id")
    )
    assert told == [
        ("insert", None, "华东", admin.pk, "r-1"),
        ("insert", None, "华南", admin.pk, "r-1"),
        ("update", "华东", "华东区", admin.pk, "r-1"),
        ("delete", "华南", None, admin.pk, "r-1"),
    ]


def test_passwords_stay_out_of_the_trail(admin):
    admin.set_password("another-secret-7")
    admin.save()
    rows = AuditEntry.objects.filter(table_name="foundation_user", row_pk=str(admin.pk))
    for row in rows:
        assert "password" not in {*(row.before or {}), *(row.after or {})}


def test_an_update_that_changes_nothing_is_not_told(admin):
    team = Team.objects.create(name="华北")
    before = AuditEntry.objects.count()
    Team.objects.filter(pk=team.pk).update(name="华北")
    assert AuditEntry.objects.count() == before


def test_facts_refuse_to_be_changed_or_deleted(make_customer, batch, now, today):
    from jishi.facts.models import Payment

    fact = Payment._base_manager.create(
        key="P1", customer=make_customer(), occurred_on=today, recorded_at=now, batch=batch,
        amount_e4=100, currency="CNY",
    )  # fmt: skip
    mine = Payment._base_manager.filter(pk=fact.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        mine.update(amount_e4=200)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        mine.delete()
    assert mine.get().amount_e4 == 100
    with write(by=None, may_erase=True):
        mine.delete()
    assert not mine.exists()


def test_an_edited_entry_breaks_the_chain(now):
    Team.objects.create(name="一")
    chain.seal(now=now)
    Team.objects.create(name="二")
    chain.seal(now=now)
    assert chain.verify() == AuditEntry.objects.count()
    AuditEntry.objects.filter(after__name="一").update(row_pk="999")
    with pytest.raises(chain.ChainBrokenError, match="do not match their seal"):
        chain.verify()


def test_a_removed_entry_breaks_the_chain(now):
    Team.objects.create(name="一")
    chain.seal(now=now)
    AuditEntry.objects.order_by("id")[0].delete()
    with pytest.raises(chain.ChainBrokenError):
        chain.verify()
