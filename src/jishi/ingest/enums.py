"""Where an import stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    UNCLEAR = "unclear", _("Needs an answer")
    MAPPED = "mapped", _("Columns assigned")
    STAGED = "staged", _("Checked, nothing written yet")
    APPLIED = "applied", _("Written")
    FAILED = "failed", _("Could not be read")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Taken back")


# Name of the option that keeps what people decided where a file and somebody else changed the same cell.
CHOICES = "choices"
