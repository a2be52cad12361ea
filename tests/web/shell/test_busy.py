"""A save that meets a long write is told to try again; it is not a fault, and nothing changes."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.urls import reverse

from jishi.web.pages.customers.views import people


pytestmark = pytest.mark.django_db


def sent(monkeypatch, browser_of, make_user, make_customer, text):
    def blocked(**_):
        raise OperationalError(text)

    monkeypatch.setattr(people, "interaction_record", blocked)
    customer = make_customer()
    form = {"occurred_on": "2026-11-02", "channel": "phone", "summary": "谈了交期"}
    browser = browser_of(make_user("admin"))
    return browser.post(reverse("web:customer_interaction", args=[customer.pk]), form)


def test_a_locked_database_is_told_as_busy(monkeypatch, browser_of, make_user, make_customer):
    answer = sent(monkeypatch, browser_of, make_user, make_customer, "database is locked")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "15"
    assert "正在写入" in answer.content.decode()


def test_other_faults_stay_faults(monkeypatch, browser_of, make_user, make_customer):
    with pytest.raises(OperationalError, match="disk"):
        sent(monkeypatch, browser_of, make_user, make_customer, "disk I/O error")
