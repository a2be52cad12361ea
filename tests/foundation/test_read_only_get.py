"""A page that is only looked at cannot change the database, whatever its view tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils.timezone import now
from tests.foundation.digest import unchanged

from jishi.config.urls import urlpatterns as product_addresses
from jishi.customers.models import Customer
from jishi.foundation.middleware import WriteInGetError
from jishi.foundation.models import Batch, User


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def _create(_user: User) -> None:
    Batch.objects.create(kind="import", label="by a look", created_at=now())


def _update(user: User) -> None:
    User.objects.filter(pk=user.pk).update(name="renamed by a look")


def _delete(_user: User) -> None:
    Customer._base_manager.all()._raw_delete(Customer._base_manager.db)


def _hidden(_user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH mine AS (SELECT 1) INSERT INTO foundation_dataversion (id, number)"
            " SELECT 7, 7 FROM mine"
        )


def _drop(_user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE customers_tag")


WRITES: dict[str, Callable[[User], None]] = {
    "create": _create, "update": _update, "delete": _delete, "hidden": _hidden, "drop": _drop,
}  # fmt: skip


def tempted(request: HttpRequest, how: str) -> HttpResponse:
    assert isinstance(request.user, User)
    WRITES[how](request.user)
    return HttpResponse("done")


def reading(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Customer._base_manager.count()))


urlpatterns = [
    path("tempted/<str:how>/", tempted),
    path("reading/", reading),
    *product_addresses,
]


@pytest.fixture
def browser(make_user: Callable[..., Any], make_customer: Callable[..., Any]) -> Client:
    make_customer()
    client = Client()
    client.force_login(make_user("admin"))
    return client


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("how", WRITES)
def test_a_look_that_writes_is_refused(browser: Client, how: str, method: str) -> None:
    with unchanged(), pytest.raises(WriteInGetError, match="GET request tried to run"):
        getattr(browser, method)(f"/tempted/{how}/")


def test_a_look_that_reads_is_answered(browser: Client) -> None:
    assert browser.get("/reading/").content == b"1"


def test_an_act_may_write(browser: Client) -> None:
    assert browser.post("/tempted/create/").content == b"done"
    assert Batch.objects.filter(label="by a look").count() == 1
