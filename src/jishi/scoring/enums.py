"""Fixed vocabularies of scoring."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
