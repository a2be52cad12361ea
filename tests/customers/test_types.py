"""The company's own list of customer types."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from jishi.customers import services
from jishi.customers.models import Customer, CustomerType
from jishi.foundation.models import AuditEntry
from jishi.foundation.versions import StaleVersionError
from jishi.foundation.writing import NotAllowedError, data_version


pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds():
    services.customer_types_setup(by=None)


def _keys():
    return list(CustomerType.objects.order_by("position", "key").values_list("key", flat=True))


def test_every_company_begins_with_retail_business_and_government(kinds):
    names = CustomerType.objects.order_by("position").values_list("key", "name", "name_en")
    assert list(names) == [
        ("retail", "零售", "Retail"),
        ("enterprise", "企业", "Business"),
        ("government", "政府", "Government"),
    ]
    CustomerType.objects.filter(key="retail").delete()
    services.customer_types_setup(by=None)
    assert _keys() == ["enterprise", "government"], "a list that exists is the company's own"


def test_a_type_is_added_at_the_end_with_a_key_of_its_own(kinds, admin):
    before = data_version()
    made = services.customer_type_add(by=admin, name=" 经销商 ", name_en="Dealer")
    plain = services.customer_type_add(by=admin, name="学校")
    again = services.customer_type_add(by=admin, name="医院")
    assert (made.key, made.name, made.position) == ("dealer", "经销商", 4)
    assert (plain.key, again.key) == ("type", "type-2")
    assert _keys()[3:] == ["dealer", "type", "type-2"]
    assert data_version() == before + 3, "counts that are kept are counted anew"


@pytest.mark.parametrize(
    ("name", "name_en", "field"),
    [
        ("企业", "", "name"),
        ("商户", "retail", "name_en"),
        ("", "X", "name"),
        ("长" * 41, "", "name"),
    ],
)
def test_a_name_that_is_taken_or_unfit_is_refused(kinds, admin, name, name_en, field):
    with pytest.raises(ValidationError) as refused:
        services.customer_type_add(by=admin, name=name, name_en=name_en)
    assert list(refused.value.message_dict) == [field]
    assert len(_keys()) == 3


def test_a_type_is_renamed_and_retired_and_its_customers_keep_it(kinds, admin, make_customer):
    customer = make_customer(customer_type_id="enterprise")
    changes = {"name": "工商企业", "name_en": "Company", "is_retired": True}
    services.customer_type_update(by=admin, key="enterprise", version=1, changes=changes)
    with pytest.raises(StaleVersionError):
        services.customer_type_update(by=admin, key="enterprise", version=1, changes=changes)
    kept = Customer._base_manager.select_related("customer_type").get(pk=customer.pk)
    assert (str(kept.customer_type), kept.customer_type.is_retired) == ("工商企业", True)
    told = AuditEntry.objects.filter(table_name="customers_customertype", action="update").get()
    assert told.actor_id == admin.pk
    assert (told.before["name"], told.after["name"]) == ("企业", "工商企业")


def test_types_change_places(kinds, admin):
    services.customer_type_move(by=admin, key="government", up=True)
    assert _keys() == ["retail", "government", "enterprise"]
    services.customer_type_move(by=admin, key="retail", up=True)
    services.customer_type_move(by=admin, key="enterprise", up=False)
    assert _keys() == ["retail", "government", "enterprise"], "the ends stay"
    with pytest.raises(Http404):
        services.customer_type_move(by=admin, key="nobody", up=True)


@pytest.mark.parametrize("role", ["sales_director", "key_account_manager", "auditor"])
def test_only_administrators_change_the_list(kinds, make_user, role):
    by = make_user(role)
    for act in (
        lambda: services.customer_type_add(by=by, name="新"),
        lambda: services.customer_type_update(
            by=by, key="retail", version=1, changes={"name": "新"}
        ),
        lambda: services.customer_type_move(by=by, key="retail", up=False),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert _keys() == ["retail", "enterprise", "government"]
