"""Fixed vocabularies of scoring."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SchemeStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("In force")
    RETIRED = "retired", _("Retired")


class ChangeCause(models.TextChoices):
    """Why a customer's tier changed."""

    FIRST = "first", _("First grading")
    DATA = "data", _("New facts")
    SCHEME = "scheme", _("Another scheme")
    DESIGNATION = "designation", _("A person's decision")


class PurchaseFrequency(models.IntegerChoices):
    """How often a customer buys: the values of the indicator `purchase_frequency`."""

    WEEKLY = 5, pgettext_lazy("how often", "Weekly")
    MONTHLY = 4, pgettext_lazy("how often", "Monthly")
    QUARTERLY = 3, pgettext_lazy("how often", "Quarterly")
    RARER = 2, pgettext_lazy("how often", "Rarer than quarterly")
    ONCE = 1, pgettext_lazy("how often", "Once")
    NONE = 0, pgettext_lazy("how often", "Nothing bought")


class AbcClass(models.IntegerChoices):
    """What a customer contributes to all sales: the values of the indicator `abc_class`."""

    A = 3, "A"
    B = 2, "B"
    C = 1, "C"
