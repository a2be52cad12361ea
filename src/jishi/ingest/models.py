"""Imports, what they changed, and the mappings people keep."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from jishi.foundation.audit.triggers import AuditPolicy
from jishi.foundation.models import Batch, User
from jishi.foundation.versions import Versioned
from jishi.ingest.enums import ImportStatus


class ImportJob(Versioned):
    """One import from upload to report. Its files and findings lie in its folder."""

    title = models.CharField(_("files"), max_length=300)
    files = models.JSONField(
        default=list, help_text="name, stored (in the folder), sha256 and size of each file"
    )
    recipe_key = models.CharField(_("recipe"), max_length=40, blank=True)
    recipe = models.JSONField(null=True, help_text="The mapping as applied, whole.")
    options = models.JSONField(
        default=dict, help_text="currency, and per file: encoding, delimiter, header rows"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ImportStatus.choices, default=ImportStatus.UPLOADED
    )
    problem = models.JSONField(null=True, help_text="code and params of what stopped it")
    questions = models.JSONField(default=list)
    counts = models.JSONField(
        default=dict, help_text="entity → new, changed, unchanged, rejected and totals"
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    batch = models.OneToOneField(
        Batch, null=True, on_delete=models.PROTECT, related_name="import_job"
    )
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar = [models.Index(fields=["-created_at", "-id"], name="import_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=ImportStatus.values), name="import_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["applied", "undone"]) | Q(batch__isnull=False),
                name="import_applied_has_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def started_on(self) -> date:
        return localtime(self.created_at).date()


class Correction(models.Model):
    """What somebody typed in place of a cell of an import's file. The file itself stays as it came."""

    job = models.ForeignKey(
        ImportJob, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("import")
    )
    file_number = models.PositiveSmallIntegerField(_("file"))
    sheet_index = models.PositiveSmallIntegerField(_("sheet"))
    line = models.PositiveIntegerField(_("line"), help_text="The row's number in the file.")
    column_index = models.PositiveSmallIntegerField(_("column"))
    alike = models.JSONField(
        _("same in the columns"),
        default=list,
        help_text="columns; rows equal in all of them are corrected with this one",
    )
    before = models.TextField(_("in the file"), blank=True)
    after = models.TextField(_("corrected"), blank=True)
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("corrected by")
    )
    at = models.DateTimeField(_("corrected at"))

    class Meta:
        verbose_name = _("corrected cell")
        verbose_name_plural = _("corrected cells")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job", "file_number", "sheet_index", "line", "column_index"],
                name="correction_once_per_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.line}/{self.column_index}: {self.before} → {self.after}"


class BeforeImage(models.Model):
    """A row as it was before a batch changed it, so that the change can be taken back."""

    audit_policy: ClassVar = AuditPolicy.APPEND_ONLY

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    table_name = models.CharField(max_length=63)
    row_pk = models.BigIntegerField()
    before = models.TextField(help_text="JSON: column → value")
    after_version = models.PositiveIntegerField(help_text="The row's version right after.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "table_name", "row_pk"], name="before_image_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_pk}"


class SavedRecipe(Versioned):
    """A mapping that somebody keeps for next time."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.CharField(_("name"), max_length=120)
    body = models.JSONField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")

    def __str__(self) -> str:
        return self.title
