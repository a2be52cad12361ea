"""A graded company without running the scoring: standings written as a run would write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.conftest import NOW, TODAY

from jishi.analytics.presets import VALUE_DEPTH_GROWTH
from jishi.customers.models import Customer
from jishi.scoring.models import Run, SchemeVersion, Standing


TIERS = ("strategic", "core", "major", "regular")


def make_run(folder: str) -> Run:
    """A published run of the default scheme; `folder` names its files, which do not exist."""
    version = SchemeVersion.objects.create(
        key=VALUE_DEPTH_GROWTH.key,
        number=1,
        name_zh="客户价值",
        name_en="Customer value",
        body=VALUE_DEPTH_GROWTH.model_dump(mode="json"),
        status="active",
        created_at=NOW,
    )
    return Run.objects.create(
        scheme_version=version,
        data_version=0,
        as_of=TODAY,
        created_at=NOW,
        population=0,
        folder=folder,
        digest="",
    )


def standing_maker(run: Run) -> Callable[..., Standing]:
    """`make(customer, rank=…, spend_e4=…)` → a stored standing; tiers follow from the rank."""

    def make(customer: Customer, *, rank: int, **fields: Any) -> Standing:
        tier = fields.pop("tier_key", TIERS[min(3, (rank - 1) // 3)])
        values: dict[str, Any] = {
            "score_micro": 95_000_000 - rank * 1_000_000,
            "tier_key": tier,
            "tier_position": TIERS.index(tier),
            "computed_tier_key": tier,
            "is_key": tier != "regular",
            "is_designated": False,
            "coverage_pct": 90.0,
            "spend_e4": (100 - rank) * 100_000_000,
            "spend_year_ago_e4": (100 - rank) * 80_000_000,
            "margin_e4": (100 - rank) * 20_000_000,
            "margin_pct": 20.0,
            "growth_yoy_pct": float(10 - rank),
            "contribution_pct": 1.0,
            "abc_class": max(1, 3 - (rank - 1) // 5),
            "orders": 5,
            "purchase_frequency": max(0, 6 - rank),
            "overdue_e4": 0,
            "return_rate_pct": None,
            "satisfaction_pct": 80.0,
            "complaints_open": 0,
            "silence_ratio": 1.0,
            "latest_order_on": TODAY - timedelta(days=rank),
            "latest_interaction_on": TODAY - timedelta(days=rank),
            "quarters_text": "10000,20000,30000,40000,50000,60000,70000,80000",
        }
        return Standing._base_manager.create(
            customer=customer, run=run, rank=rank, **{**values, **fields}
        )

    return make


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)
