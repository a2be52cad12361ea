"""What stands open with one customer."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef

from jishi.facts.models import Complaint, Interaction
from jishi.foundation.models import User


def open_steps(by: User, customer_id: int, today: date, *, most: int) -> list[Interaction]:
    """What we promised in the newest interaction: nothing has been recorded since."""
    later = Interaction.objects.visible_to(by).filter(
        customer_id=customer_id,
        occurred_on__gt=OuterRef("occurred_on"),
        occurred_on__lte=today,
        superseded_at__isnull=True,
    )
    rows = (
        Interaction.objects.visible_to(by)
        .current()
        .filter(customer_id=customer_id, occurred_on__lte=today, next_step_on__isnull=False)
        .filter(~Exists(later))
        .exclude(next_step="")
        .select_related("user")
    )
    return list(rows.order_by("next_step_on", "pk")[:most])


def open_complaints(by: User, customer_id: int, *, most: int) -> list[Complaint]:
    """The gravest first, then the oldest."""
    rows = (
        Complaint.objects.visible_to(by)
        .current()
        .filter(customer_id=customer_id, closed_on__isnull=True)
    )
    return list(rows.order_by("-severity", "occurred_on", "pk")[:most])
