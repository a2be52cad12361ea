"""The currency of what is imported, and since when its worth is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Min

from jishi.foundation.models import Company, ExchangeRate
from jishi.foundation.queries import company
from jishi.ingest.existing import FACT_MODEL


def usual_currency(options: Mapping[str, Any], of_recipe: str | None) -> str:
    """Of amounts that do not say theirs: what the person chose, the recipe's, the company's."""
    return str(options.get("currency") or of_recipe or company().base_currency)


def first_rates(summary: Mapping[str, Any]) -> dict[str, str]:
    """Foreign currency of the import → the day from which its worth is known."""
    found = {summary["currency"], *summary["currencies"]} - {summary["adopts_currency"]}
    rates = ExchangeRate.objects.filter(currency__in=found - {company().base_currency})
    firsts = rates.values("currency").annotate(day=Min("valid_from"))
    return {one["currency"]: one["day"].isoformat() for one in firsts.order_by("currency")}


def may_adopt(base: Company) -> bool:
    """Whether the base currency was never settled and no amount is kept in it."""
    if base.base_currency_is_set:
        return False
    return not any(
        model.objects.unscoped("asks whether there is any fact at all").exists()
        for model in FACT_MODEL.values()
    )
