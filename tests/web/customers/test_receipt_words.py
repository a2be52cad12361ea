"""What the page says about a score is true under every rule for missing values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests.warehouse import company

from jishi.analytics.presets import SCHEME_PRESETS
from jishi.foundation.models import User
from jishi.scoring.services import run_score, scheme_activate, scheme_save, schemes_setup


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
AS_OF = date(2025, 12, 31)
NOW = company.CLOCK + timedelta(days=1)
BEST = {"en": "every indicator is at its best", "zh-hans": "每个指标都已最好"}
SPREAD = {"en": "spread over the others", "zh-hans": "分摊给其余指标"}
NEUTRAL = {"en": "count as 50 points", "zh-hans": "未知项按 50 分计"}
WORST = {"en": "count as 0 points", "zh-hans": "未知项按 0 分计"}


@pytest.fixture
def pages(data_folder: Any) -> Any:
    """`pages(scheme, missing, language)` → customer → the scoring tab; the last two never bought."""
    cache.clear()
    who, what = company.customers(8), company.products(3)
    company.sell(who[:6], what, orders=30, minute=1)
    schemes_setup(by=None, now=NOW)

    def graded(scheme: str, missing: str, language: str) -> list[str]:
        body = SCHEME_PRESETS[scheme].model_dump(mode="json") | {"missing": missing}
        for dimension in body["dimensions"]:
            for item in dimension["items"]:
                item["missing"] = None
        version = scheme_save(by=None, body=body, now=NOW)
        scheme_activate(by=None, scheme_version_id=version.pk, version=version.version, now=NOW)
        run_score(by=None, as_of=AS_OF, now=NOW)
        user = User.objects.create_user(
            username=f"{scheme}{missing}", name="甲", role="sales_director", language=language
        )
        client = Client()
        client.force_login(user)
        return [
            client.get(reverse("web:customer", args=[one.pk]) + "?tab=scoring").content.decode()
            for one in who
        ]

    return graded


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("missing", "said"), [("renormalise", SPREAD), ("neutral", NEUTRAL), ("worst", WORST)]
)
def test_the_rule_for_missing_values_is_the_one_that_was_used(
    pages: Any, missing: str, said: dict[str, str], language: str
) -> None:
    page = pages("value_depth_growth", missing, language)[0]
    words = {one[language] for one in (SPREAD, NEUTRAL, WORST) if one[language] in page}
    assert words == {said[language]}, "complaints, ratings and so on are unknown"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_customer_of_whom_nothing_is_known_is_not_at_its_best(pages: Any, language: str) -> None:
    page = pages("rfm", "worst", language)[7]
    assert BEST[language] not in page
    assert {"en": "No indicator has a value yet", "zh-hans": "各项指标都还没有数值"}[
        language
    ] in page
    assert WORST[language] in page
    assert SPREAD[language] not in page


def test_nothing_to_score_is_said_when_nothing_counts(pages: Any) -> None:
    page = pages("rfm", "renormalise", "en")[7]
    assert "No value is known yet, so there is nothing to score." in page
    assert SPREAD["en"] not in page


def test_only_who_is_best_everywhere_is_told_so(pages: Any) -> None:
    """By sales alone one customer is first: the others are told what raises their score."""
    shown = pages("revenue_only", "renormalise", "en")
    best = [page for page in shown if BEST["en"] in page]
    assert len(best) == 1
    assert ">100<" in best[0].split('<table class="ledger"')[1].replace("100.0", "100")
    assert all("All values behind the score are known." in page for page in shown)
    for page in shown:
        raised = page.split('aria-labelledby="raises"')[1]
        assert (BEST["en"] in raised) != ("<li>" in raised)
