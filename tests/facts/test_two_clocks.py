"""As it was, and as we knew it: two filters over the same rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from jishi.facts.models import Payment
from jishi.facts.services import batch_facts_undo, facts_append, facts_supersede
from jishi.foundation.models import Batch
from jishi.foundation.writing import data_version, write


pytestmark = pytest.mark.django_db

COLUMNS = ["key", "customer_id", "occurred_on", "amount_e4", "currency"]


def _append(batch, rows, now):
    with write(by=None, data_changes=True):
        return facts_append(model=Payment, batch=batch, columns=COLUMNS, rows=rows, now=now)


def _amounts(queryset):
    return dict(queryset.order_by("key").values_list("key", "amount_e4"))


@pytest.fixture
def story(make_customer, batch, now):
    """P1 learned at 0 h; corrected from 100 to 250 at 2 h; P2 learned late, at 4 h."""
    customer = make_customer()
    day = date(2026, 11, 1)
    _append(batch, [("P1", customer.pk, day, 100, "CNY")], now)
    fix = Batch.objects.create(kind="import", label="fix", created_at=now)
    later = now + timedelta(hours=2)
    with write(by=None, data_changes=True):
        assert facts_supersede(model=Payment, keys=["P1"], batch=fix, now=later) == 1
    _append(fix, [("P1", customer.pk, day, 250, "CNY")], later)
    late = Batch.objects.create(kind="import", label="late", created_at=now)
    _append(late, [("P2", customer.pk, date(2026, 10, 1), 7, "CNY")], now + timedelta(hours=4))
    return fix


def test_as_known_sees_only_what_was_recorded_and_not_yet_superseded(story, now):
    rows = Payment.objects.unscoped("test")
    assert _amounts(rows.known_at(now + timedelta(hours=1))) == {"P1": 100}
    assert _amounts(rows.known_at(now + timedelta(hours=3))) == {"P1": 250}
    assert _amounts(rows.known_at(now + timedelta(hours=5))) == {"P1": 250, "P2": 7}
    assert _amounts(rows.known_at(now - timedelta(hours=1))) == {}


def test_as_of_sees_only_what_had_happened(story):
    rows = Payment.objects.unscoped("test").current()
    assert _amounts(rows.as_of(date(2026, 10, 31))) == {"P2": 7}
    assert _amounts(rows.as_of(date(2026, 11, 1))) == {"P1": 250, "P2": 7}


def test_undo_restores_what_was_corrected_and_keeps_the_past_answerable(story, now):
    undo = Batch.objects.create(kind="undo", label="undo", created_at=now)
    at = now + timedelta(hours=6)
    before = data_version()
    with write(by=None, data_changes=True):
        assert batch_facts_undo(batch=story, undo=undo, now=at) == {"payment": 1}
    rows = Payment.objects.unscoped("test")
    assert _amounts(rows.current()) == {"P1": 100, "P2": 7}
    assert _amounts(rows.known_at(now + timedelta(hours=3))) == {"P1": 250}
    assert _amounts(rows.known_at(now + timedelta(hours=7))) == {"P1": 100, "P2": 7}
    assert data_version() == before + 1


def test_undo_leaves_a_fact_alone_that_was_corrected_since(story, now, batch):
    newest = Batch.objects.create(kind="import", label="newest", created_at=now)
    at = now + timedelta(hours=5)
    customer_id = Payment._base_manager.get(key="P2").customer_id
    with write(by=None):
        facts_supersede(model=Payment, keys=["P1"], batch=newest, now=at)
    _append(newest, [("P1", customer_id, date(2026, 11, 1), 999, "CNY")], at)
    undo = Batch.objects.create(kind="undo", label="undo", created_at=now)
    with write(by=None):
        assert batch_facts_undo(batch=story, undo=undo, now=at + timedelta(hours=1)) == {}
    assert _amounts(Payment.objects.unscoped("test").current()) == {"P1": 999, "P2": 7}
