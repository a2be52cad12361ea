"""Writing a person's decision that a customer belongs to a tier."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_view
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.versions import save_version
from jishi.foundation.writing import authorise, write
from jishi.scoring.access import designation_for_edit
from jishi.scoring.models import Designation
from jishi.scoring.queries import tiers_in_force


def designation_set(
    *,
    by: User | None,
    customer_id: int,
    tier_key: str,
    reason: str,
    now: datetime,
    evidence: str = "",
    expires_on: date | None = None,
) -> Designation:
    """Put a customer into a tier whatever its score; takes effect with the next run. Replaces an earlier decision.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    authorise(by, Permission.DESIGNATE)
    wrong: dict[str, list[str]] = {}
    if not reason.strip():
        wrong["reason"] = [_("Say why: the next person has to understand it.")]
    if tier_key not in {tier.key for tier in tiers_in_force()}:
        wrong["tier_key"] = [_("This tier does not exist in the scheme in force.")]
    if expires_on is not None and expires_on < localdate(now):
        wrong["expires_on"] = [_("The last day lies in the past.")]
    if wrong:
        raise ValidationError(wrong)
    with write(by=by):
        customer = customer_for_view(by, customer_id)
        everything = Designation.objects.unscoped("the customer was fetched for this person")
        for earlier in everything.filter(customer=customer, ended_at__isnull=True).order_by("pk"):
            save_version(earlier, seen=earlier.version, changes={"ended_at": now, "ended_by": by})
        return Designation._base_manager.create(
            customer=customer,
            tier_key=tier_key,
            reason=reason.strip(),
            evidence=evidence.strip(),
            expires_on=expires_on,
            by=by,
            created_at=now,
        )


def designation_end(
    *, by: User | None, designation_id: int, version: int, now: datetime
) -> Designation:
    """End a decision; the score decides again from the next run on.

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError.
    """
    with write(by=by):
        row = designation_for_edit(by, designation_id)
        if row.ended_at is not None:
            raise ValidationError(_("This decision has ended already."))
        save_version(row, seen=version, changes={"ended_at": now, "ended_by": by})
    return row
