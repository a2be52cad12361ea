"""Order lines that are not the sales they look like: goods taken back, and the order's total in each line."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Iterator

from jishi.ingest.mapping.catalogue import normalised
from jishi.ingest.mapping.recipe import Recipe, Step
from jishi.ingest.mapping.vocabulary import DOCUMENT_KIND, ORDER_TOTALS, TAKEN_BACK
from jishi.ingest.staging import sql
from jishi.ingest.staging.sources import Source


_KINDS = {normalised(name) for name in DOCUMENT_KIND}
_TOTALS = {normalised(name) for name in ORDER_TOTALS}


def problems(number: int, step: Step, source: Source) -> Iterator[tuple[str, str]]:
    """(code, SQL test) of the rows of `z_<number>` that would count as sales and must not."""
    if step.entity != "order_lines":
        return
    rows = f"z_{number}"
    for place, heading in enumerate(source.columns):
        if normalised(heading) in _KINDS:
            back = f"SELECT line FROM {source.table} WHERE regexp_matches(c{place}, {sql.text(TAKEN_BACK)})"
            orders = f"SELECT v_order_no FROM {rows} WHERE line IN ({back})"
            yield "is_return", f"v_amount > 0 AND (line IN ({back}) OR v_order_no IN ({orders}))"
    amount = step.fields.get("amount")
    if amount is not None and normalised(amount.column or "") in _TOTALS:
        alike = "HAVING count(*) > 1 AND count(DISTINCT v_amount) = 1"
        orders = f"SELECT v_order_no FROM {rows} WHERE v_amount <> 0 GROUP BY 1 {alike}"
        yield "order_total_repeated", f"v_order_no IN ({orders})"


def currency_of(recipe: Recipe, step: Step, usual: str) -> str:
    """The currency of all amounts of a step; "" when rows or another file say it."""
    owner = "orders" if step.entity == "order_lines" else step.entity
    owners = [one for one in recipe.steps if one.entity == owner]
    said = [one.fields["currency"] for one in owners if "currency" in one.fields]
    if not said:
        return usual
    return said[0].const or "" if len(said) == 1 else ""
