"""What the palette finds, and whether the database answers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DatabaseError, connection

from jishi.customers.models import Customer
from jishi.customers.search import search
from jishi.foundation.models import User
from jishi.web.pages.grading.queries import seals_of


# --- the palette ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Found:
    """A customer or contact, with the seal of the customer's tier."""

    kind: str
    customer_id: int
    title: str
    code: str
    customer: str
    seal_char: str = ""
    seal_form: str = ""
    tier: str = ""


def found(*, by: User, text: str, kind: str, limit: int) -> list[Found]:
    """What a search finds, best first."""
    hits = search(by=by, text=text, limit=limit, kind=kind)
    seals = seals_of(by, {hit.customer_id for hit in hits})
    return [
        Found(
            hit.kind,
            hit.customer_id,
            hit.title,
            hit.customer_code,
            hit.customer_name,
            *seals.get(hit.customer_id, ("", "", "")),
        )
        for hit in hits
    ]


def recent(*, by: User, limit: int) -> list[Found]:
    """The customers whose records were changed last."""
    rows = (
        Customer.objects.visible_to(by)
        .filter(is_archived=False)
        .order_by("-updated_at", "-pk")
        .values("pk", "name", "code")[:limit]
    )
    listed = list(rows)
    seals = seals_of(by, {row["pk"] for row in listed})
    return [
        Found(
            "customer",
            row["pk"],
            row["name"],
            row["code"],
            row["name"],
            *seals.get(row["pk"], ("", "", "")),
        )
        for row in listed
    ]


# --- health --------------------------------------------------------------------------------------
def database_problem() -> str:
    """Empty while the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return str(error)
    return ""
