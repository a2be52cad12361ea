"""What two people write in the same instant: the second is refused as if he had come later."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from jishi.customers import services
from jishi.customers.models import Customer


pytestmark = pytest.mark.django_db


def test_a_code_that_somebody_takes_in_the_same_instant_is_refused_like_any_other(
    make_user, now, monkeypatch
):
    monkeypatch.setattr(
        services.customers, "refuse_taken", lambda *what, **but: None
    )  # looked before
    director = make_user("sales_director")
    mine = services.customer_create(by=director, now=now, name="甲")
    with pytest.raises(ValidationError) as refusal:
        services.customer_create(by=director, now=now, name="乙", code=mine.code)
    assert list(refusal.value.message_dict) == ["code"]
    other = services.customer_create(
        by=director, now=now, name="丙", credit_code="91350100M000100Y43"
    )
    with pytest.raises(ValidationError) as refusal:
        services.customer_create(by=director, now=now, name="丁", credit_code=other.credit_code)
    assert list(refusal.value.message_dict) == ["credit_code"]
    with pytest.raises(ValidationError) as refusal:
        services.customer_update(
            by=director, customer_id=other.pk, version=other.version, now=now,
            changes={"code": mine.code, "name": "己"},
        )  # fmt: skip
    assert list(refusal.value.message_dict) == ["code"]
    assert sorted(Customer._base_manager.values_list("name", flat=True)) == sorted(
        [mine.name, "丙"]
    )
