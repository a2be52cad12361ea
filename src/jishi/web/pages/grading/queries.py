"""The latest published run: its tiers and seals, and where one customer stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import F
from django.utils.translation import get_language

from jishi.foundation.models import User
from jishi.scoring.models import Run, Standing


@dataclass(frozen=True)
class TierSeal:
    """A tier of the scheme in force, with its label in the reader's language."""

    key: str
    label: str
    char: str
    form: str
    is_key: bool


@dataclass(frozen=True)
class Grading:
    """The latest published run.

    `window_months` is the length of the period its figures count; None for the whole history. `spend_e4`
    are everybody's sales in it, `margin_e4` everybody's margin, None while no cost is known. `left_out` are the
    currencies of records that no figure counts, because no exchange rate was known for their days.
    """

    run_id: int
    as_of: date
    data_version: int
    population: int
    scheme_key: str
    scheme_name: str
    scheme_number: int
    window_months: int | None
    spend_e4: int
    margin_e4: int | None
    tiers: dict[str, TierSeal]
    left_out: tuple[str, ...] = ()

    def margin_share_pct(self, margin_e4: int | None) -> float | None:
        """Per cent of everybody's margin; None where nobody earned anything."""
        if margin_e4 is None or not self.margin_e4 or self.margin_e4 < 0:
            return None
        return margin_e4 * 100 / self.margin_e4

    def tier(self, key: str) -> TierSeal:
        """The tier; one of an earlier scheme is shown by its key."""
        return self.tiers.get(key) or TierSeal(key, key, key[:1].upper() or "·", "dashed", False)


def seal_of(rule: Mapping[str, Any], key: str, label: str) -> TierSeal:
    """The seal of a tier of any scheme, with the label it had.

    Args:
        rule: body of the scheme's version.
        key: of the tier.
        label: its name in the reader's language.
    """
    tier = next((one for one in rule["tiers"] if one["key"] == key), None)
    if tier is None:
        return TierSeal(key, label, label[:1] or "·", "dashed", False)
    return TierSeal(key, label, tier["seal"], tier["form"], tier.get("is_key", True))


def grading() -> Grading | None:
    """None before anything has been scored."""
    published = Run.objects.filter(is_published=True).order_by("-pk")
    latest = published.values_list("pk", "folder").first()
    return _grading(*latest, get_language() or "zh-hans") if latest else None


@lru_cache(maxsize=16)
def _grading(run_id: int, folder: str, lang: str) -> Grading:
    """A run never changes, so it is read once. `folder` names it across databases."""
    run = Run.objects.select_related("scheme_version").get(pk=run_id)
    version = run.scheme_version
    tongue = "en" if lang.startswith("en") else "zh"
    tiers = [
        TierSeal(one["key"], one["label"][tongue], one["seal"], one["form"], one["is_key"])
        for one in version.body["tiers"]
    ]
    return Grading(
        run_id=run.pk,
        as_of=run.as_of,
        data_version=run.data_version,
        population=run.population,
        scheme_key=version.key,
        scheme_name=version.name(lang),
        scheme_number=version.number,
        window_months=version.body["window_months"],
        spend_e4=run.summary.get("spend_e4", 0),
        margin_e4=run.summary.get("margin_e4"),
        tiers={tier.key: tier for tier in tiers},
        left_out=tuple(run.summary.get("left_out", ())),
    )


def standing_values(by: User, customer_id: int, today: date) -> dict[str, Any] | None:
    """A customer's standing as column → value; None before it was graded.

    The days since the latest interaction end today, because that figure follows what is recorded; the
    days since the latest order end on the day that the grading counts up to.
    """
    rows = Standing.objects.visible_to(by).filter(pk=customer_id).order_by("pk")
    found = rows.annotate(as_of=F("run__as_of")).values().first()
    if found is None:
        return None
    since = {
        "days_since_interaction": (found["latest_interaction_on"], today),
        "days_since_latest_order": (found["latest_order_on"], found["as_of"]),
    }
    days = {key: (end - on).days for key, (on, end) in since.items() if on}
    current = grading()
    share = current.margin_share_pct(found["margin_e4"]) if current else None
    return {**found, **days, "margin_contribution_pct": share}


def seals_of(by: User, ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Customer → character, form and label of its tier's seal."""
    current = grading()
    wanted = list(ids)
    if current is None or not wanted:
        return {}
    rows: Any = (
        Standing.objects.visible_to(by)
        .filter(pk__in=wanted)
        .order_by("pk")
        .values_list("pk", "tier_key")
    )
    tiers = {pk: current.tier(key) for pk, key in rows}
    return {pk: (tier.char, tier.form, tier.label) for pk, tier in tiers.items()}
