"""Taking the demo company out again, and nothing else."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Model, ProtectedError, Q
from django.utils.translation import gettext as _

from jishi.customers.models import AccountTeamMember, Contact, Customer, CustomerType, Tag
from jishi.facts.models import OrderLine, Product, Referral, Return
from jishi.foundation.enums import Permission
from jishi.foundation.models import Batch, Company, Team, User
from jishi.foundation.writing import authorise, write
from jishi.jobs.demo.organisation import COMPANY_NAME, TEAM_PREFIX, TEAMS
from jishi.jobs.demo.rows_customers import CUSTOMER_TYPES, DEMO_PREFIX, TAG_PREFIX, TAGS
from jishi.jobs.demo.rows_facts import FACT_KINDS


_WHY = "removing the demo company concerns all of it"


class DemoUserError(Exception):
    """Somebody signed in as a demo user would remove their own login."""

    def __init__(self) -> None:
        super().__init__(
            _("You are signed in as a demo user. Sign in as an administrator of your own.")
        )


def demo_remove(*, by: User | None, now: datetime) -> dict[str, int]:
    """Remove the demo company: its customers with everything recorded about them, its contacts,
    products, users and teams.

    What is not the demo's stays. A demo product that orders of your own customers name becomes
    yours; a demo user whom something that stays still names is switched off instead of removed;
    a demo team that your own users are in stays.

    Args:
        by: an administrator of your own, or None for the product itself.
        now: when.

    Returns:
        Kind of row → how many were removed. All zero when there is no demo company.

    Raises:
        NotAllowedError, DemoUserError.
    """
    authorise(by, Permission.DEMO_REMOVE)
    if by is not None and by.is_demo:
        raise DemoUserError
    with write(by=by, data_changes=True, may_erase=True):
        counts = _remove_facts()
        counts["products"] = _remove_products()
        counts |= _remove_customers(now)
        _remove_batches()
        counts["users"] = _remove_users()
        counts["teams"] = _remove_teams()
        Company.objects.filter(pk=1, name=COMPANY_NAME).update(name="", version=F("version") + 1)
    return counts


# --- customers and what is known about them ----------------------------------------------------
def _remove_facts() -> dict[str, int]:
    """Everything recorded about demo customers, whoever recorded it."""
    counts: dict[str, int] = {}
    demo = Customer.objects.unscoped(_WHY).filter(is_demo=True).values("pk")
    for name, model in FACT_KINDS.items():
        about = Q(customer__in=demo)
        if model is Referral:
            about |= Q(referred__in=demo)
        counts[name] = model.objects.unscoped(_WHY).filter(about).delete()[0]
    return counts


def _remove_products() -> int:
    products = Product.objects.filter(is_demo=True)
    still_sold: set[int] = set()
    for model in (OrderLine, Return):
        rows = model.objects.unscoped(_WHY).filter(product__is_demo=True)
        still_sold.update(rows.values_list("product_id", flat=True).distinct())
    products.filter(pk__in=still_sold).update(is_demo=False, batch=None, version=F("version") + 1)
    return products.delete()[0]


def _remove_customers(now: datetime) -> dict[str, int]:
    everybody = Customer.objects.unscoped(_WHY)
    demo = everybody.filter(is_demo=True)
    # Your own customers may have come to belong to a demo group or to a demo user.
    own = everybody.filter(is_demo=False)
    changed = {"updated_at": now, "version": F("version") + 1}
    own.filter(parent__is_demo=True).update(parent=None, **changed)
    own.filter(owner__is_demo=True).update(owner=None, **changed)
    AccountTeamMember.objects.unscoped(_WHY).filter(user__is_demo=True).delete()
    AccountTeamMember.objects.unscoped(_WHY).filter(customer__is_demo=True).delete()
    demo.filter(parent__isnull=False).update(parent=None)
    contacts = Contact.objects.unscoped(_WHY).filter(is_demo=True)
    counts = {
        "contacts": _removed(contacts.delete(), Contact),
        "customers": _removed(demo.delete(), Customer),
    }
    used_tags = Customer.tags.through._default_manager.values("tag_id")
    Tag.objects.filter(name__in=[TAG_PREFIX + name for name in TAGS.values()]).exclude(
        pk__in=used_tags
    ).delete()
    used_types = everybody.filter(customer_type__isnull=False).values("customer_type_id")
    CustomerType.objects.filter(
        key__in=[DEMO_PREFIX + key for key, *_names in CUSTOMER_TYPES]
    ).exclude(pk__in=used_types).delete()
    return counts


def _removed(deleted: tuple[int, dict[str, int]], model: type[Model]) -> int:
    """How many rows of `model` itself, not of what went with them."""
    return deleted[1].get(model._meta.label, 0)


# --- people ------------------------------------------------------------------------------------
def _delete_unless_named(row: Model) -> bool:
    """Whether the row went; it stays when something that stays names it."""
    try:
        row.delete()
    except ProtectedError:
        return False
    return True


def _remove_batches() -> None:
    """The demo's own batch, and those in which demo users recorded what has just gone."""
    for batch in Batch.objects.filter(Q(is_demo=True) | Q(by__is_demo=True)).order_by("pk"):
        _delete_unless_named(batch)


def _remove_users() -> int:
    removed = 0
    for user in User.objects.filter(is_demo=True).order_by("pk"):
        if _delete_unless_named(user):
            removed += 1
            continue
        user.is_active, user.team = False, None
        user.set_unusable_password()
        user.save(update_fields=["is_active", "team", "password"])
    return removed


def _remove_teams() -> int:
    names = [TEAM_PREFIX + name for name, _above in TEAMS.values()]
    teams = {team.name: team for team in Team.objects.filter(name__in=names)}
    return sum(_delete_unless_named(teams[name]) for name in reversed(names) if name in teams)
