"""Fixed vocabularies of the customer archive (客户档案)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SizeClass(models.TextChoices):
    """The four classes of the Chinese statistical standard for enterprise size."""

    LARGE = "large", _("Large")
    MEDIUM = "medium", _("Medium")
    SMALL = "small", _("Small")
    MICRO = "micro", _("Micro")


class Stage(models.TextChoices):
    """Cooperation stage (合作阶段); blank where nobody has said it."""

    POTENTIAL = "potential", pgettext_lazy("cooperation stage", "Potential")
    FIRST = "first", _("First cooperation")
    LONG_TERM = "long_term", _("Long-term")


class TeamRole(models.TextChoices):
    """What one of our people does for a customer."""

    OWNER = "owner", _("Owner")
    REGIONAL_SALES = "regional_sales", _("Regional sales")
    SOLUTION_SALES = "solution_sales", _("Solution sales")
    CUSTOMER_SERVICE = "customer_service", _("Customer service")
    EXECUTIVE_SPONSOR = "executive_sponsor", _("Executive sponsor")
    DELIVERY = "delivery", _("Delivery")


# What each of them answers for.
DUTIES = {
    TeamRole.OWNER: _("answers for the whole relationship: plan, results and promises"),
    TeamRole.REGIONAL_SALES: _("visits, needs and orders in the region"),
    TeamRole.SOLUTION_SALES: _("needs of projects, solutions, quotations and bids"),
    TeamRole.CUSTOMER_SERVICE: _("complaints, satisfaction and after-sales"),
    TeamRole.EXECUTIVE_SPONSOR: _("meets the customer's management and clears the way inside"),
    TeamRole.DELIVERY: _("delivery dates, installation and acceptance"),
}


class BuyingRole(models.TextChoices):
    """A contact's part in the customer's decision (决策链)."""

    INITIATOR = "initiator", _("Initiator")
    USER = "user", _("User of the product")
    INFLUENCER = "influencer", _("Influencer")
    DECIDER = "decider", _("Decider")
    APPROVER = "approver", _("Approver")
    BUYER = "buyer", _("Buyer")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")


class Stance(models.TextChoices):
    SUPPORTER = "supporter", _("Supporter")
    NEUTRAL = "neutral", pgettext_lazy("stance", "Neutral")
    OPPONENT = "opponent", _("Opponent")
    UNKNOWN = "unknown", _("Unknown")


class Party(models.TextChoices):
    """Whose person this is: ours are users, so contacts are the customer's or a third party's."""

    CUSTOMER = "customer", _("Customer's side")
    THIRD_PARTY = "third_party", _("Third party")


class Calendar(models.TextChoices):
    SOLAR = "solar", _("Solar calendar")
    LUNAR = "lunar", _("Lunar calendar")
