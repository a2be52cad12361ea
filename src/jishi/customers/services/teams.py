"""Who of us is responsible for a customer, and since when."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_assign, team_member_for_assign
from jishi.customers.enums import TeamRole
from jishi.customers.models import AccountTeamMember, Customer
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.versions import save_version
from jishi.foundation.writing import write


class UnfitOwnerError(ValidationError):
    """The person could not do an owner's work."""

    def __init__(self, user: User) -> None:
        super().__init__(
            {
                "owner_id": [
                    _("%(name)s cannot be responsible for customers: %(role)s.")
                    % {
                        "name": user.name,
                        "role": user.get_role_display() if user.is_active else _("may not sign in"),
                    }
                ]
            }
        )


def customer_owner_change(
    *,
    by: User | None,
    customer_id: int,
    version: int,
    now: datetime,
    owner_id: int | None,
    on: date | None = None,
) -> Customer:
    """Hand a customer to another owner, or to nobody. The former one stays on record with dates.

    Args:
        by: who acts.
        customer_id: the customer.
        version: the version `by` saw.
        now: the moment of the act.
        owner_id: the new owner, or None.
        on: the first day of the new responsibility; the day of `now` unless given.

    Raises:
        NotAllowedError, Http404, StaleVersionError, UnfitOwnerError.
        ValidationError: the hand-over lies before the present owner's first day.
    """
    with write(by=by, data_changes=True):
        customer = customer_for_assign(by, customer_id)
        owner = owner_for(owner_id)
        save_version(customer, seen=version, changes={"updated_at": now})
        owner_put(customer=customer, owner=owner, on=on or localtime(now).date())
    return customer


def customer_team_add(
    *, by: User | None, customer_id: int, user_id: int, role: str, started_on: date
) -> AccountTeamMember:
    """Add one of our people to the account team; he sees the customer from then on.

    Raises:
        NotAllowedError, Http404.
        ValidationError: no such person or role, has this role already, or the role is the owner's.
    """
    with write(by=by, data_changes=True):
        customer = customer_for_assign(by, customer_id)
        if role == TeamRole.OWNER:
            raise ValidationError(
                {"role": [_("The owner is changed by handing the customer over.")]}
            )
        if role not in TeamRole.values:
            raise ValidationError({"role": [_("There is no such role.")]})
        user = _colleague("user_id", user_id)
        present = AccountTeamMember._base_manager.filter(
            customer=customer, user=user, role=role, ended_on__isnull=True
        )
        if present.exists():
            raise ValidationError({"user_id": [_("Has this role here already.")]})
        return AccountTeamMember._base_manager.create(
            customer=customer, user=user, role=role, started_on=started_on
        )


def customer_team_end(
    *, by: User | None, member_id: int, version: int, ended_on: date
) -> AccountTeamMember:
    """End somebody's part in the account team; the row stays as history.

    Raises:
        NotAllowedError, Http404, StaleVersionError.
        ValidationError: ended already, before the start, or the owner.
    """
    with write(by=by, data_changes=True):
        member = team_member_for_assign(by, member_id)
        if member.role == TeamRole.OWNER:
            raise ValidationError(
                {"role": [_("The owner is changed by handing the customer over.")]}
            )
        if member.ended_on is not None:
            raise ValidationError({"ended_on": [_("This has ended already.")]})
        if ended_on < member.started_on:
            raise ValidationError({"ended_on": [_("The end is before the start.")]})
        save_version(member, seen=version, changes={"ended_on": ended_on})
    return member


def owner_for(owner_id: int | None) -> User | None:
    """The user who is to own a customer.

    Raises:
        UnfitOwnerError: not active, or a role that may not edit customers.
        ValidationError: no such user.
    """
    if owner_id is None:
        return None
    user = _colleague("owner_id", owner_id)
    if not user.may(Permission.CUSTOMER_EDIT):
        raise UnfitOwnerError(user)
    return user


def owner_put(*, customer: Customer, owner: User | None, on: date) -> None:
    """Set the owner and keep the memberships with dates in step; inside the caller's transaction.

    Raises:
        ValidationError: `on` lies before the present owner's first day.
    """
    rows = AccountTeamMember._base_manager.select_for_update(of=("self",))
    present = rows.filter(customer=customer, role=TeamRole.OWNER, ended_on__isnull=True)
    former = present.order_by("pk").first()
    if former is not None:
        if owner is not None and former.user_id == owner.pk:
            return
        if on < former.started_on:
            raise ValidationError(
                {"on": [_("The present owner began on %(day)s.") % {"day": former.started_on}]}
            )
        save_version(former, seen=former.version, changes={"ended_on": on})
    if owner is not None:
        AccountTeamMember._base_manager.create(
            customer=customer, user=owner, role=TeamRole.OWNER, started_on=on
        )
    Customer._base_manager.filter(pk=customer.pk).update(owner=owner)
    customer.owner = owner


def _colleague(field: str, user_id: int) -> User:
    user = User.objects.filter(pk=user_id).order_by("pk").first()
    if user is None or (field == "user_id" and not user.is_active):
        raise ValidationError({field: [_("There is no such active user.")]})
    return user
