"""Products and facts of the demo company as rows."""

from __future__ import annotations

from typing import Any

from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Fact,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Product,
    Referral,
    Return,
    SatisfactionAnswer,
    ServiceDelivery,
)
from jishi.facts.services import facts_append
from jishi.foundation.bulk import insert_rows, next_ids
from jishi.jobs.demo.catalogue import ITEMS
from jishi.jobs.demo.firms import Firm
from jishi.jobs.demo.relations import (
    all_answers,
    all_grievances,
    all_help,
    all_introductions,
    all_judgements,
    all_touches,
)
from jishi.jobs.demo.rows_customers import Loading
from jishi.jobs.demo.trade import Deal, all_deals


Rows = list[tuple[Any, ...]]

# What a kind of fact is called in the counts → its model.
FACT_KINDS: dict[str, type[Fact]] = {
    "orders": Order,
    "order_lines": OrderLine,
    "payments": Payment,
    "returns": Return,
    "interactions": Interaction,
    "complaints": Complaint,
    "satisfaction": SatisfactionAnswer,
    "ratings": ExpertRating,
    "referrals": Referral,
    "services": ServiceDelivery,
}

_PRODUCT_COLUMNS = (
    "id sku name category is_custom standard_cost_e4 list_price_e4 currency is_demo batch_id"
)


def load_products(loading: Loading) -> list[int]:
    """Product ids in the order of the catalogue."""
    ids = list(next_ids(Product, len(ITEMS)))
    insert_rows(
        Product,
        _PRODUCT_COLUMNS.split(),
        [
            (
                pk,
                item.sku,
                item.name,
                item.category,
                item.is_custom,
                item.standard_cost_e4,
                item.list_price_e4,
                loading.currency,
                True,
                loading.batch.pk,
            )
            for pk, item in zip(ids, ITEMS, strict=True)
        ],
    )
    return ids


# --- orders and what follows from them ---------------------------------------------------------
_ORDER_COLUMNS = (
    "id key customer_id occurred_on order_ref order_no due_on status payment_method receivable_e4"
    " currency recorded_at batch_id"
)
_LINE_COLUMNS = (
    "key customer_id occurred_on order_ref product_id quantity_milli amount_e4 discount_e4 cost_e4"
    " currency is_custom status"
)
_PAYMENT_COLUMNS = "key customer_id occurred_on order_ref amount_e4 currency method"
_RETURN_COLUMNS = (
    "key customer_id occurred_on order_ref product_id quantity_milli amount_e4 currency reason"
)


def load_trade(
    firms: list[Firm], id_of: dict[int, int], product_ids: list[int], loading: Loading
) -> dict[str, int]:
    """Orders, lines, payments and returns."""
    deals = sorted(
        all_deals(firms, loading.history), key=lambda deal: (deal.ordered_on, deal.firm.number)
    )
    ids = next_ids(Order, len(deals))
    orders: Rows = []
    lines: Rows = []
    payments: Rows = []
    returns: Rows = []
    for number, (pk, deal) in enumerate(zip(ids, deals, strict=True), start=1):
        orders.append(_order_row(pk, number, deal, id_of[deal.firm.number], loading))
        _add_parts(number, pk, deal, id_of, product_ids, loading, (lines, payments, returns))
    # An order points at itself by its id, so the ids come first and facts_append cannot give them.
    insert_rows(Order, _ORDER_COLUMNS.split(), orders)
    counts = {"orders": len(orders)}
    for name, columns, rows in (
        ("order_lines", _LINE_COLUMNS, lines),
        ("payments", _PAYMENT_COLUMNS, payments),
        ("returns", _RETURN_COLUMNS, returns),
    ):
        facts_append(
            model=FACT_KINDS[name],
            batch=loading.batch,
            columns=columns.split(),
            rows=rows,
            now=loading.now,
        )
        counts[name] = len(rows)
    return counts


def _order_row(
    pk: int, number: int, deal: Deal, customer_id: int, loading: Loading
) -> tuple[Any, ...]:
    order_no = f"HY{deal.ordered_on:%y%m}-{number:05d}"
    return (
        pk,
        f"demo:order:{number}",
        customer_id,
        deal.ordered_on,
        pk,
        order_no,
        deal.due_on,
        deal.status,
        deal.method,
        deal.receivable_e4,
        loading.currency,
        loading.now,
        loading.batch.pk,
    )


def _add_parts(
    number: int,
    order_ref: int,
    deal: Deal,
    id_of: dict[int, int],
    product_ids: list[int],
    loading: Loading,
    into: tuple[Rows, Rows, Rows],
) -> None:
    customer_id = id_of[deal.firm.number]
    lines, payments, returns = into
    for place, line in enumerate(deal.lines, start=1):
        lines.append(
            (
                f"demo:line:{number}:{place}",
                customer_id,
                deal.ordered_on,
                order_ref,
                product_ids[line.item.position],
                line.quantity * 1000,
                line.amount_e4,
                line.discount_e4,
                line.cost_e4,
                loading.currency,
                line.item.is_custom,
                deal.status,
            )
        )
    for place, paid in enumerate(deal.payments, start=1):
        payments.append(
            (
                f"demo:payment:{number}:{place}",
                customer_id,
                paid.paid_on,
                order_ref,
                paid.amount_e4,
                loading.currency,
                paid.method,
            )
        )
    for place, back in enumerate(deal.returns, start=1):
        returns.append(
            (
                f"demo:return:{number}:{place}",
                customer_id,
                back.returned_on,
                order_ref,
                product_ids[back.item.position],
                back.quantity * 1000,
                back.amount_e4,
                loading.currency,
                back.reason,
            )
        )


# --- everything else ---------------------------------------------------------------------------
def load_relations(firms: list[Firm], id_of: dict[int, int], loading: Loading) -> dict[str, int]:
    """Interactions, complaints, answers, ratings, referrals and services, each oldest first."""
    history, users = loading.history, loading.user_ids
    tables: list[tuple[str, str, Rows]] = [
        (
            "interactions",
            "channel summary user_id next_step next_step_on",
            [
                (
                    t.firm.number,
                    t.on,
                    t.channel,
                    t.summary,
                    users[t.username],
                    t.next_step,
                    t.next_step_on,
                )
                for t in all_touches(firms, history)
            ],
        ),
        (
            "complaints",
            "severity summary closed_on",
            [
                (g.firm.number, g.on, g.severity, g.summary, g.closed_on)
                for g in all_grievances(firms, history)
            ],
        ),
        (
            "satisfaction",
            "instrument score_milli comment",
            [
                (a.firm.number, a.on, a.instrument, a.score_milli, a.comment)
                for a in all_answers(firms, history)
            ],
        ),
        (
            "ratings",
            "criterion value_pct evidence_kind source user_id",
            [
                (
                    j.firm.number,
                    j.on,
                    j.criterion,
                    j.value_pct,
                    j.evidence_kind,
                    j.source,
                    users[j.username],
                )
                for j in all_judgements(firms, history)
            ],
        ),
        (
            "referrals",
            "referred_id referred_name won",
            [
                (
                    i.firm.number,
                    i.on,
                    id_of[i.referred.number] if i.referred else None,
                    i.referred_name,
                    i.won,
                )
                for i in all_introductions(firms, history)
            ],
        ),
        (
            "services",
            "kind hours_milli summary",
            [
                (h.firm.number, h.on, h.kind, h.hours_milli, h.summary)
                for h in all_help(firms, history)
            ],
        ),
    ]
    counts = {}
    for name, columns, rows in tables:
        rows.sort(key=lambda row: (row[1], row[0]))
        facts_append(
            model=FACT_KINDS[name],
            batch=loading.batch,
            columns=["key", "customer_id", "occurred_on", *columns.split()],
            rows=[
                (f"demo:{name}:{place}", id_of[number], *rest)
                for place, (number, *rest) in enumerate(rows, start=1)
            ],
            now=loading.now,
        )
        counts[name] = len(rows)
    return counts
