"""Reads of what happened, always from who asks.

Every function takes `as_of` (the last day that counts) and `known_at` (what we knew at that moment; what
we know now unless given). Amounts are summed within one currency, which the caller names.
"""

from jishi.facts.queries.receivables import (
    Ageing,
    Overdue,
    Receivable,
    overdue_orders,
    receivables_ageing,
)
from jishi.facts.queries.timeline import (
    TIMELINE_KINDS,
    TimelineEvent,
    TimelinePage,
    fact_counts,
    last_interactions,
    timeline,
    withdrawn,
)
from jishi.facts.queries.trade import (
    MixShare,
    OrderTotal,
    currencies_of,
    daily_payments,
    daily_sales,
    first_lines_of,
    order_lines_of,
    orders_of,
    product_mix,
    returns_of,
    sales_by_customer,
)


__all__ = [
    "TIMELINE_KINDS",
    "Ageing",
    "MixShare",
    "OrderTotal",
    "Overdue",
    "Receivable",
    "TimelineEvent",
    "TimelinePage",
    "currencies_of",
    "daily_payments",
    "daily_sales",
    "fact_counts",
    "first_lines_of",
    "last_interactions",
    "order_lines_of",
    "orders_of",
    "overdue_orders",
    "product_mix",
    "receivables_ageing",
    "returns_of",
    "sales_by_customer",
    "timeline",
    "withdrawn",
]
