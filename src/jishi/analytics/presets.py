"""Ready schemes and tier sets, to start from."""

from __future__ import annotations

from typing import Any

from jishi.analytics.scheme import Scheme


def _tier(
    key: str, zh: str, en: str, seal: str, form: str, cut: dict[str, Any], *, is_key: bool = True
) -> dict[str, Any]:
    return {
        "key": key,
        "label": {"zh": zh, "en": en},
        "seal": seal,
        "form": form,
        "is_key": is_key,
        "cut": cut,
    }


def _share(top_pct: int) -> dict[str, Any]:
    return {"kind": "share", "value": top_pct}


_REST = {"kind": "rest"}

TIER_PRESETS: dict[str, list[dict[str, Any]]] = {
    "strategic_core_major": [
        _tier("strategic", "战略", "Strategic", "战", "solid", _share(20)),
        _tier("core", "核心", "Core", "核", "outline", _share(50)),
        _tier("major", "重点", "Major", "重", "circle", _share(100)),
        _tier("regular", "普通", "Regular", "普", "dashed", _REST, is_key=False),
    ],
    "vip_gold": [
        _tier("vip", "VIP", "VIP", "贵", "solid", _share(30)),
        _tier("gold", "黄金", "Gold", "金", "outline", _share(100)),
        _tier("regular", "普通", "Regular", "普", "dashed", _REST, is_key=False),
    ],
    "gold_silver_bronze": [
        _tier("gold", "金", "Gold", "金", "solid", _share(30)),
        _tier("silver", "银", "Silver", "银", "outline", _share(100)),
        _tier("bronze", "铜", "Bronze", "铜", "dashed", _REST, is_key=False),
    ],
    "high_middle_low": [
        _tier("high", "高", "High", "高", "solid", _share(30)),
        _tier("middle", "中", "Middle", "中", "circle", _share(100)),
        _tier("low", "低", "Low", "低", "dashed", _REST, is_key=False),
    ],
    "core_important_regular": [
        _tier("core", "核心", "Core", "核", "solid", _share(30)),
        _tier("important", "重要", "Important", "要", "circle", _share(100)),
        _tier("regular", "普通", "Regular", "普", "dashed", _REST, is_key=False),
    ],
}


def _dimension(key: str, zh: str, en: str, weight: int, *items: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "label": {"zh": zh, "en": en}, "weight": weight, "items": list(items)}


def _item(indicator: str, weight: int = 1, kind: str = "percentile", **more: Any) -> dict[str, Any]:
    normalise: dict[str, Any] = {"kind": kind}
    normalise |= {name: more.pop(name) for name in ("low", "high", "steps") if name in more}
    return {"indicator": indicator, "weight": weight, "normalise": normalise, **more}


def _scheme(
    key: str,
    zh: str,
    en: str,
    about_zh: str,
    about_en: str,
    dimensions: list[dict[str, Any]],
    tiers: str | list[dict[str, Any]] = "strategic_core_major",
    **more: Any,
) -> Scheme:
    return Scheme.model_validate(
        {
            "key": key,
            "name": {"zh": zh, "en": en},
            "description": {"zh": about_zh, "en": about_en},
            "dimensions": dimensions,
            "tiers": TIER_PRESETS[tiers] if isinstance(tiers, str) else tiers,
            "selection": {"kind": "top_pct", "value": 20},
            **more,
        }
    )


# Whoever hardly anything is known of is no key account: with one order without amounts, three tenths
# of the weight say something. Orders and their amounts alone, as in Online Retail, are enough.
_LEAST_KNOWN_PCT = 35

SALES_POTENTIAL = _scheme(
    "sales_potential",
    "销售额·潜力·示范作用·能赢能做",
    "Sales, potential, demonstration, winnable",
    "综合积分法的四个维度，兼顾已有成绩与将来潜力。",
    "The four dimensions of weighted composite scoring: results so far and what may come.",
    [
        _dimension("sales", "销售额", "Sales", 40, _item("spend_e4", 3), _item("orders")),
        _dimension(
            "potential",
            "潜力",
            "Potential",
            25,
            _item("rating_potential", 2, "direct"),
            _item("growth_yoy_pct"),
            _item("slope_12m_pct"),
        ),
        _dimension(
            "demonstration",
            "示范作用",
            "Demonstration effect",
            15,
            _item("rating_demonstration", 2, "direct"),
            _item("referrals_made"),
        ),
        _dimension(
            "winnable",
            "能赢能做",
            "Winnable and doable",
            20,
            _item("rating_winnable", 2, "direct"),
            _item("rating_willingness", 1, "direct"),
            _item("interactions"),
        ),
    ],
    min_coverage_pct=_LEAST_KNOWN_PCT,
)

VALUE_DEPTH_GROWTH = _scheme(
    "value_depth_growth",
    "客户价值·合作深度·增长潜力",
    "Customer value, depth, growth",
    "三个维度，客户价值权重最大。",
    "Three dimensions; customer value weighs most.",
    [
        _dimension(
            "value",
            "客户价值",
            "Customer value",
            50,
            # Sales are heavy-tailed: percentiles would put the largest customer beside the fiftieth.
            _item("spend_e4", 6, "log"),
            _item("margin_pct", 2, "minmax", low=0, high=50),
            _item("orders"),
            _item("repeat_pct"),
            _item("referrals_won"),
        ),
        _dimension(
            "depth",
            "合作深度",
            "Depth of cooperation",
            30,
            _item("active_months", 2),
            _item("interactions"),
            _item("category_coverage_pct"),
            _item("customisation_pct"),
            _item("tenure_days"),
        ),
        _dimension(
            "growth",
            "增长潜力",
            "Room to grow",
            20,
            _item("growth_yoy_pct", 2),
            _item("slope_12m_pct", 2),
            _item("rating_market_trend", 1, "direct"),
            _item("rating_expansion", 1, "direct"),
        ),
    ],
    min_coverage_pct=_LEAST_KNOWN_PCT,
)

ANNUAL_SPEND = _scheme(
    "annual_spend",
    "年度消费门槛",
    "Annual spend threshold",
    "年度消费达到一定数额即为 VIP 客户。",
    "Whoever spends a certain amount a year is a VIP customer.",
    [_dimension("spend", "年度消费", "Annual spend", 100, _item("spend_e4", 1, "log"))],
    [
        _tier(
            "vip",
            "VIP",
            "VIP",
            "贵",
            "solid",
            {"kind": "indicator", "indicator": "spend_e4", "value": 1_000_000},
        ),
        _tier(
            "gold",
            "黄金",
            "Gold",
            "金",
            "outline",
            {"kind": "indicator", "indicator": "spend_e4", "value": 300_000},
        ),
        _tier("regular", "普通", "Regular", "普", "dashed", _REST, is_key=False),
    ],
    selection={"kind": "classes", "value": 0},
)

INDUSTRY_SPEND = _scheme(
    "industry_spend",
    "行业对标",
    "Industry benchmark",
    "每家客户与同行业客户的中位数相比：100 为行业常态，达到三倍即为 VIP 客户。",
    "Each customer against the median of its industry: 100 is usual there, three times that a VIP.",
    [
        _dimension(
            "spend",
            "行业内消费水平",
            "Spend within the industry",
            100,
            _item("industry_spend_pct", 1, "log"),
        )
    ],
    [
        _tier(
            "vip",
            "VIP",
            "VIP",
            "贵",
            "solid",
            {"kind": "indicator", "indicator": "industry_spend_pct", "value": 300},
        ),
        _tier(
            "gold",
            "黄金",
            "Gold",
            "金",
            "outline",
            {"kind": "indicator", "indicator": "industry_spend_pct", "value": 150},
        ),
        _tier("regular", "普通", "Regular", "普", "dashed", _REST, is_key=False),
    ],
    selection={"kind": "classes", "value": 0},
)

RFM = _scheme(
    "rfm",
    "RFM 近度·频度·额度",
    "RFM: recency, frequency, monetary",
    "三项各分五档，5 为最好；没有下单的客户最低。",
    "Three quintiles, 5 best; customers without orders are lowest.",
    [
        _dimension(
            "recency", "近度", "Recency", 1, _item("rfm_recency", 1, "direct", low=1, high=5)
        ),
        _dimension(
            "frequency", "频度", "Frequency", 1, _item("rfm_frequency", 1, "direct", low=1, high=5)
        ),
        _dimension(
            "monetary", "额度", "Monetary", 1, _item("rfm_monetary", 1, "direct", low=1, high=5)
        ),
    ],
    "high_middle_low",
    missing="worst",
)

VALUE_WITH_MARGIN = _scheme(
    "value_with_margin",
    "规模与毛利",
    "Size with margin",
    "只看销售额会选中亏损的大客户；毛利与毛利率一起看。",
    "Revenue alone picks large customers that lose money; margin is judged beside it.",
    [
        _dimension("size", "规模", "Size", 30, _item("spend_e4", 2), _item("orders", 1)),
        _dimension("margin", "毛利", "Margin", 50, _item("margin_e4", 3), _item("margin_pct", 2)),
        _dimension(
            "loyalty",
            "忠诚",
            "Loyalty",
            20,
            _item("active_months"),
            _item("days_since_latest_order"),
        ),
    ],
    min_coverage_pct=_LEAST_KNOWN_PCT,
)

REVENUE_ONLY = _scheme(
    "revenue_only",
    "只看销售额",
    "Revenue alone",
    "用来对照：只按销售额排名。",
    "For comparison: a ranking by sales alone.",
    [_dimension("sales", "销售额", "Sales", 100, _item("spend_e4"))],
)

SCHEME_PRESETS: dict[str, Scheme] = {
    scheme.key: scheme
    for scheme in (
        VALUE_DEPTH_GROWTH,
        SALES_POTENTIAL,
        ANNUAL_SPEND,
        INDUSTRY_SPEND,
        RFM,
        VALUE_WITH_MARGIN,
        REVENUE_ONLY,
    )
}

DEFAULT_SCHEME_KEY = VALUE_DEPTH_GROWTH.key
