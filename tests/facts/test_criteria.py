"""What may be rated, what may be imported and what may be scored are one list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.analytics.indicators import indicator_for
from jishi.analytics.indicators.judgement import CRITERIA
from jishi.facts.enums import Criterion, EvidenceKind
from jishi.facts.models import ExpertRating
from jishi.facts.recording import rating_record
from jishi.ingest.mapping import vocabulary
from jishi.ingest.services import import_apply, import_check, import_create, uploads_of_paths
from jishi.web.pages.customers.judgement_forms import RatingForm


def test_the_lists_are_equal() -> None:
    assert set(Criterion.values) == set(CRITERIA) == set(vocabulary.CRITERIA)
    assert {"brand", "cross_sell"} <= set(Criterion.values)
    for name in Criterion.values:
        assert indicator_for(f"rating_{name}").label == CRITERIA[name]
    with translation.override("en"):
        form = RatingForm(today=NOW.date())
        offered = {value for value, _label in form.fields["criterion"].choices}
    assert offered == set(Criterion.values)


def test_no_word_means_two_criteria() -> None:
    words = [word for known in vocabulary.CRITERIA.values() for word in known]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("criterion", "chinese"), [("brand", "市场"), ("cross_sell", "交叉销售")])
def test_the_new_ones_have_chinese_names(criterion: str, chinese: str) -> None:
    with translation.override("zh-hans"):
        assert chinese in str(Criterion(criterion).label)


@pytest.mark.django_db
@pytest.mark.parametrize("criterion", Criterion.values)
def test_every_criterion_is_recorded(criterion: str, make_customer: Callable[..., Any]) -> None:
    made = rating_record(
        by=None, customer_id=make_customer().pk, now=NOW, occurred_on=NOW.date(),
        criterion=criterion, value_pct=70, evidence_kind=EvidenceKind.SURVEY, source="市场调查",
    )  # fmt: skip
    made.refresh_from_db()
    assert (made.criterion, made.value_pct) == (criterion, 70)


@pytest.mark.django_db
def test_every_word_is_understood_in_a_file(
    tmp_path: Path, settings: Any, make_customer: Callable[..., Any]
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    make_customer(code="A1", name="甲")
    words = [(name, word) for name, known in vocabulary.CRITERIA.items() for word in known]
    rows = [
        f"A1,{word},2026-03-{n % 28 + 1:02d},{n},市场调查,来源{n}"
        for n, (_k, word) in enumerate(words)
    ]
    path = write_csv(
        tmp_path / "r.csv", "客户编码,评价维度,评定日期,评定分值,依据类型,依据来源", *rows
    )
    job = import_create(by=None, uploads=uploads_of_paths([path]), now=NOW, recipe_key="")
    job = import_check(by=None, job_id=job.pk)
    assert job.status == "staged", (job.status, job.problem, job.questions)
    import_apply(by=None, job_id=job.pk, now=NOW)
    stored = ExpertRating.objects.unscoped("test").order_by("value_pct")
    assert list(stored.values_list("value_pct", "criterion")) == [
        (n, name) for n, (name, _word) in enumerate(words)
    ]
