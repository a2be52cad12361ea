"""The customer archive changes only through checked, versioned, permitted acts."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from tests.foundation.digest import unchanged

from jishi.customers import services
from jishi.customers.models import AccountTeamMember, ContactPosition, Customer
from jishi.customers.queries import tags_of
from jishi.customers.search import search
from jishi.foundation.models import AuditEntry
from jishi.foundation.versions import StaleVersionError
from jishi.foundation.writing import NotAllowedError, data_version


pytestmark = pytest.mark.django_db


def stored(customer):
    return Customer._base_manager.get(pk=customer.pk)


def test_a_new_customer_is_kept_owned_and_found(people, mine, now):
    assert mine.code == f"C{mine.pk:06d}"
    assert (mine.owner, mine.version, mine.created_at) == (people["li"], 1, now)
    member = AccountTeamMember._base_manager.get(customer=mine)
    assert (member.user, member.role, member.started_on) == (
        people["li"], "owner", date(2026, 11, 23),
    )  # fmt: skip
    assert [hit.customer_id for hit in search(by=people["li"], text="syzg")] == [mine.pk]
    told = AuditEntry.objects.filter(table_name="customers_customer", action="insert").get()
    assert told.actor_id == people["li"].pk


def test_values_are_kept_in_their_one_spelling(people, now):
    made = services.customer_create(
        by=people["director"], now=now, name=" 甲 ", code="K-1", credit_code="91350100m000100y43",
        region="湖南长沙", industry="3411", phone="+86 731 8888 1234", country="cn", stage="long_term",
        tags=["重点", "重点 ", "出口"], payment_days=60, credit_limit_e4=5_000_000_000,
    )  # fmt: skip
    kept = stored(made)
    assert (kept.name, kept.code, kept.credit_code) == ("甲", "K-1", "91350100M000100Y43")
    assert (kept.region, kept.industry, kept.phone) == ("430100", "C34", "0731-88881234")
    assert (kept.country, kept.stage, kept.owner) == ("CN", "long_term", None)
    assert {tag.name for tag in kept.tags.all()} == {"重点", "出口"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("code", "TAKEN"),
        ("credit_code", "91350100M000100Y42"),
        ("credit_code", "9135"),
        ("region", "鼓楼区"),
        ("industry", "养蜂"),
        ("phone", "请问前台"),
        ("email", "x"),
        ("country", "中国"),
        ("stage", "friend"),
        ("size_class", "huge"),
        ("customer_type_id", "none"),
        ("payment_days", -1),
        ("credit_limit_e4", -1),
        ("parent_id", 999_999),
        ("owner_id", 999_999),
        ("tags", ["长" * 41]),
    ],
)
def test_a_wrong_value_is_refused_by_field(people, make_customer, now, field, value):
    make_customer(code="TAKEN")
    with unchanged(), pytest.raises(ValidationError) as caught:
        services.customer_create(
            by=people["director"], now=now, **{"name": "乙", "code": "K2", field: value}
        )
    assert set(caught.value.message_dict) == {field}


def test_all_wrong_values_are_told_at_once(people, mine, now):
    with unchanged(), pytest.raises(ValidationError) as caught:
        services.customer_update(
            by=people["li"], customer_id=mine.pk, version=1, now=now,
            changes={"credit_code": "1", "email": "x", "region": "?", "needs": "钢材"},
        )  # fmt: skip
    assert set(caught.value.message_dict) == {"credit_code", "email", "region"}


def test_an_update_counts_the_version_and_the_data(people, mine, now):
    before = data_version()
    services.customer_update(
        by=people["li"], customer_id=mine.pk, version=1, now=now, changes={"name": "徐工"}
    )
    assert (stored(mine).name, stored(mine).version, data_version()) == ("徐工", 2, before + 1)
    assert [hit.title for hit in search(by=people["li"], text="xugong")] == ["徐工"]
    assert search(by=people["li"], text="syzg") == []


def test_a_credit_code_belongs_to_one_customer(people, make_customer, now):
    make_customer(credit_code="91350100M000100Y43")
    other = make_customer()
    with unchanged(), pytest.raises(ValidationError) as caught:
        services.customer_update(
            by=people["director"], customer_id=other.pk, version=1, now=now,
            changes={"credit_code": "91350100M000100Y43"},
        )  # fmt: skip
    assert set(caught.value.message_dict) == {"credit_code"}


def test_fields_that_have_their_own_act_are_not_updated(people, mine, now):
    for field in ("owner_id", "parent_id", "version", "is_demo"):
        with unchanged(), pytest.raises(TypeError):
            services.customer_update(
                by=people["li"], customer_id=mine.pk, version=1, now=now, changes={field: None}
            )


def every_act(by, customer, contact, position, member, user_id, now, version):
    on = date(2026, 11, 23)
    return [
        lambda: services.customer_update(by=by, customer_id=customer.pk, version=version, now=now, changes={"name": "x"}),
        lambda: services.customer_parent_change(by=by, customer_id=customer.pk, version=version, now=now, parent_id=None),
        lambda: services.customer_owner_change(by=by, customer_id=customer.pk, version=version, now=now, owner_id=user_id),
        lambda: services.customer_team_end(by=by, member_id=member.pk, version=version, ended_on=on),
        lambda: services.contact_update(by=by, contact_id=contact.pk, version=version, now=now, changes={"name": "x"}),
        lambda: services.contact_position_update(by=by, position_id=position.pk, version=version, changes={"title": "x"}),
        lambda: services.contact_position_end(by=by, position_id=position.pk, version=version, ended_on=on),
    ]  # fmt: skip


def unversioned_acts(by, customer, contact, user_id, now):
    on = date(2026, 11, 23)
    return [
        lambda: services.customer_team_add(by=by, customer_id=customer.pk, user_id=user_id, role="delivery", started_on=on),
        lambda: services.contact_create(by=by, customer_id=customer.pk, now=now, name="x"),
        lambda: services.contact_position_add(by=by, contact_id=contact.pk, customer_id=customer.pk),
    ]  # fmt: skip


@pytest.fixture
def full(people, mine, now, today):
    contact = services.contact_create(by=people["li"], customer_id=mine.pk, now=now, name="王总")
    member = services.customer_team_add(
        by=people["director"], customer_id=mine.pk, user_id=people["service"].pk,
        role="customer_service", started_on=today,
    )  # fmt: skip
    return mine, contact, ContactPosition._base_manager.get(contact=contact), member


def test_a_stale_version_changes_nothing(people, full, now):
    for act in every_act(people["director"], *full, people["zhao"].pk, now, version=7):
        with unchanged(), pytest.raises(StaleVersionError):
            act()


def test_without_the_right_nothing_changes(people, full, now):
    mine, contact, _position, _member = full
    acts = [
        *every_act(people["service"], *full, people["zhao"].pk, now, version=1),
        *unversioned_acts(people["service"], mine, contact, people["zhao"].pk, now),
        lambda: services.customer_create(by=people["auditor"], now=now, name="x"),
        lambda: services.customer_create(
            by=people["li"], now=now, name="x", owner_id=people["zhao"].pk
        ),
    ]
    for act in acts:
        with unchanged(), pytest.raises(NotAllowedError):
            act()


def test_what_somebody_cannot_see_he_cannot_change(people, make_user, full, now):
    mine, contact, _position, _member = full
    stranger = make_user("regional_manager")
    acts = [
        *every_act(stranger, *full, people["zhao"].pk, now, version=1),
        *unversioned_acts(stranger, mine, contact, people["zhao"].pk, now),
    ]
    for act in acts:
        with unchanged(), pytest.raises(Http404):
            act()
    with unchanged(), pytest.raises(ValidationError):
        services.customer_create(by=people["zhao"], now=now, name="x", parent_id=mine.pk)


# --- groups ------------------------------------------------------------------------------------
def test_groups_have_no_circles(people, make_customer, now):
    top, middle, leaf = make_customer(), make_customer(), make_customer()

    def put(customer, parent, version):
        return services.customer_parent_change(
            by=people["director"], customer_id=customer.pk, version=version, now=now,
            parent_id=parent and parent.pk,
        )  # fmt: skip

    put(middle, top, 1)
    put(leaf, middle, 1)
    for parent in (top, middle, leaf):
        with unchanged(), pytest.raises(services.GroupCycleError):
            put(top, parent, 1)
    put(leaf, None, 2)
    put(top, leaf, 1)
    assert stored(top).parent_id == leaf.pk


# --- owners and teams --------------------------------------------------------------------------
def test_handing_over_keeps_the_history(people, mine, now):
    li, zhao = people["li"], people["zhao"]
    services.customer_owner_change(
        by=people["director"], customer_id=mine.pk, version=1, now=now, owner_id=zhao.pk,
        on=date(2026, 12, 1),
    )  # fmt: skip
    services.customer_owner_change(
        by=people["director"], customer_id=mine.pk, version=2, now=now, owner_id=None,
        on=date(2026, 12, 31),
    )  # fmt: skip
    rows = AccountTeamMember._base_manager.filter(customer=mine).order_by("pk")
    assert list(rows.values_list("user_id", "role", "started_on", "ended_on")) == [
        (li.pk, "owner", date(2026, 11, 23), date(2026, 12, 1)),
        (zhao.pk, "owner", date(2026, 12, 1), date(2026, 12, 31)),
    ]
    assert (stored(mine).owner, stored(mine).version) == (None, 3)
    assert not Customer.objects.visible_to(li).exists()


def test_an_unfit_owner_is_refused(people, mine, make_user, now):
    for unfit in (
        people["auditor"],
        people["service"],
        make_user("regional_sales", is_active=False),
    ):
        with unchanged(), pytest.raises(services.UnfitOwnerError):
            services.customer_owner_change(
                by=people["director"], customer_id=mine.pk, version=1, now=now, owner_id=unfit.pk
            )
    with unchanged(), pytest.raises(ValidationError):
        services.customer_owner_change(
            by=people["director"], customer_id=mine.pk, version=1, now=now,
            owner_id=people["zhao"].pk, on=date(2020, 1, 1),
        )  # fmt: skip


def test_the_team_sees_the_customer_while_it_lasts(people, full, today):
    mine, _contact, _position, member = full
    service = people["service"]
    assert Customer.objects.visible_to(service).get() == mine
    for wrong in (
        {"role": "owner"},
        {"role": "king"},
        {"role": "customer_service"},
        {"user_id": 0},
    ):
        given = {"user_id": service.pk, "role": "delivery", **wrong}
        with unchanged(), pytest.raises(ValidationError):
            services.customer_team_add(
                by=people["director"], customer_id=mine.pk, started_on=today, **given
            )
    with unchanged(), pytest.raises(ValidationError):
        services.customer_team_end(
            by=people["director"], member_id=member.pk, version=1, ended_on=date(2026, 1, 1)
        )
    services.customer_team_end(
        by=people["director"], member_id=member.pk, version=1, ended_on=today
    )
    assert not Customer.objects.visible_to(service).exists()
    owner = AccountTeamMember._base_manager.get(customer=mine, role="owner")
    for row, version in ((member, 2), (owner, 1)):
        with unchanged(), pytest.raises(ValidationError):
            services.customer_team_end(
                by=people["director"], member_id=row.pk, version=version, ended_on=today
            )


def test_tags_come_and_go(people, mine, now):
    def put(version, tags):
        services.customer_update(
            by=people["li"], customer_id=mine.pk, version=version, now=now, changes={}, tags=tags
        )
        return tags_of([mine.pk]).get(mine.pk, [])

    assert put(1, ["甲", "乙"]) == ["乙", "甲"]
    assert put(2, ["乙", " 丙 ", "乙"]) == ["丙", "乙"]
    assert put(3, None) == ["丙", "乙"], "nothing said, nothing changed"
    with unchanged(), pytest.raises(StaleVersionError):
        put(3, ["丁"])
    with unchanged(), pytest.raises(ValidationError) as refused:
        put(4, ["长" * 41])
    assert list(refused.value.message_dict) == ["tags"]
    assert put(4, []) == []
    gone = AuditEntry.objects.filter(table_name="customers_customer_tags", action="delete")
    assert gone.count() == 3
