"""Figures name the period that the scheme of their grading counts."""

from __future__ import annotations

import pytest


pytestmark = pytest.mark.django_db
PLACES = ("/", "/customers/", "/customers/export/?format=csv")


@pytest.mark.parametrize(
    ("months", "zh", "en"),
    [
        (1, "近 1 个月销售额", "Sales, 1 month"),
        (12, "近 12 个月销售额", "Sales, 12 months"),
        (24, "近 24 个月销售额", "Sales, 24 months"),
        (None, "累计销售额", "Sales, whole history"),
    ],
)
def test_figures_name_the_period_that_the_grading_counted(
    run, make_customer, stand, browser_of, admin, months, zh, en
):
    customer = make_customer(name="甲")
    stand(customer, rank=1)
    version = run.scheme_version
    type(version).objects.filter(pk=version.pk).update(
        body={**version.body, "window_months": months}
    )
    run.folder = f"{run.folder}-{months}"  # a version never changes: forget what was read of it
    run.save(update_fields=["folder"])
    client = browser_of(admin)
    for language, words in (("zh-hans", zh), ("en", en)):
        client.post("/preferences/", {"language": language})
        for page in (*PLACES, f"/customers/{customer.pk}/"):
            response = client.get(page)
            got = b"".join(response) if response.streaming else response.content
            assert words in got.decode(), (page, language)
            for other in (zh, en, "近 12 个月销售额", "Sales, 12 months"):
                assert other == words or other not in got.decode(), (page, language, other)
