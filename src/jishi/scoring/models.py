"""What we concluded: schemes, runs, each customer's standing, and every change of tier with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jishi.customers.models import Customer, ThroughCustomerManager
from jishi.foundation.models import User
from jishi.foundation.versions import Versioned
from jishi.scoring.enums import AbcClass, ChangeCause, PurchaseFrequency, SchemeStatus


if TYPE_CHECKING:
    from jishi.analytics.scheme import Scheme


class SchemeVersion(Versioned):
    """One version of a scoring scheme; its body never changes once it has been in force."""

    key = models.SlugField(_("key"), max_length=40)
    number = models.PositiveIntegerField(_("version"))
    name_zh = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200)
    body = models.JSONField(_("rule"))
    status = models.CharField(
        _("status"), max_length=8, choices=SchemeStatus.choices, default=SchemeStatus.DRAFT
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    author = models.ForeignKey(
        User, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("added at"))
    activated_at = models.DateTimeField(_("in force since"), null=True)

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "number"], name="scheme_version_once"),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="active"), name="one_scheme_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} v{self.number}"

    @property
    def scheme(self) -> Scheme:
        """The rule as checked data."""
        from jishi.analytics.scheme import Scheme

        return Scheme.model_validate(self.body)

    def name(self, language: str) -> str:
        return self.name_zh if language.lower().startswith("zh") else self.name_en


class Run(models.Model):
    """One scheme applied to one state of the data as of one day. Full results lie in files beside the database."""

    scheme_version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="runs")
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    data_version = models.BigIntegerField()
    as_of = models.DateField(_("as of"))
    known_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("scored at"))
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_published = models.BooleanField(default=True)
    population = models.PositiveIntegerField()
    summary = models.JSONField(default=dict)
    fitted = models.JSONField(default=list)
    keys = models.JSONField(default=list)
    folder = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")
        indexes: ClassVar = [
            models.Index(
                fields=["-id"], condition=Q(is_published=True), name="run_published_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme_version} {self.as_of}"


class Standing(models.Model):
    """Where a customer stands in the latest published run: what lists sort, filter and show."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="standing"
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    score_micro = models.IntegerField(_("score"))
    rank = models.PositiveIntegerField(_("rank"))
    tier_key = models.CharField(_("tier"), max_length=40)
    tier_position = models.PositiveSmallIntegerField()
    computed_tier_key = models.CharField(max_length=40)
    is_key = models.BooleanField(_("key account"))
    is_designated = models.BooleanField(_("designated"))
    coverage_pct = models.FloatField(_("known share of the score"))
    spend_e4 = models.BigIntegerField(_("sales"))
    spend_year_ago_e4 = models.BigIntegerField(_("sales a year earlier"), null=True)
    margin_e4 = models.BigIntegerField(_("margin"), null=True)
    margin_pct = models.FloatField(_("margin %"), null=True)
    growth_yoy_pct = models.FloatField(_("year on year"), null=True)
    contribution_pct = models.FloatField(_("contribution"), null=True)
    abc_class = models.PositiveSmallIntegerField(
        _("ABC class"), choices=AbcClass.choices, null=True
    )
    orders = models.PositiveIntegerField(_("orders"))
    purchase_frequency = models.PositiveSmallIntegerField(
        _("purchase frequency"), choices=PurchaseFrequency.choices, null=True
    )
    overdue_e4 = models.BigIntegerField(_("overdue"), null=True)
    return_rate_pct = models.FloatField(_("return rate"), null=True)
    satisfaction_pct = models.FloatField(_("satisfaction"), null=True)
    complaints_open = models.PositiveIntegerField(_("open complaints"))
    silence_ratio = models.FloatField(_("silence against own rhythm"), null=True)
    latest_order_on = models.DateField(_("latest order"), null=True)
    latest_interaction_on = models.DateField(_("latest interaction"), null=True)
    quarters_text = models.CharField(max_length=200, blank=True)

    objects = ThroughCustomerManager()

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        indexes: ClassVar = [
            # Covers the count of who stands before a customer in the list of key accounts.
            models.Index(fields=["rank", "customer", "is_key"], name="standing_by_rank"),
            models.Index(fields=["tier_position", "rank"], name="standing_by_tier"),
            models.Index(fields=["spend_e4", "customer"], name="standing_by_spend"),
            models.Index(fields=["margin_e4", "customer"], name="standing_by_margin"),
            models.Index(fields=["margin_pct", "customer"], name="standing_by_margin_pct"),
            models.Index(fields=["growth_yoy_pct", "customer"], name="standing_by_growth"),
            models.Index(fields=["overdue_e4", "customer"], name="standing_by_overdue"),
            models.Index(fields=["latest_order_on", "customer"], name="standing_by_order"),
            models.Index(fields=["latest_interaction_on", "customer"], name="standing_by_contact"),
            models.Index(fields=["purchase_frequency", "customer"], name="standing_by_frequency"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.rank}"

    @property
    def quarters_e4(self) -> list[int]:
        """Sales of the eight quarters up to the run's day, oldest first."""
        return [int(word) for word in self.quarters_text.split(",") if word]


class TierChange(models.Model):
    """A customer moved from one tier to another, when, and why."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tier_changes")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="tier_changes")
    as_of = models.DateField(_("as of"))
    from_key = models.CharField(max_length=40, blank=True)
    from_label = models.JSONField(default=dict)
    to_key = models.CharField(max_length=40)
    to_label = models.JSONField(default=dict)
    is_up = models.BooleanField(null=True)
    cause = models.CharField(max_length=12, choices=ChangeCause.choices)
    score_before_micro = models.IntegerField(null=True)
    score_after_micro = models.IntegerField()
    drivers = models.JSONField(default=list)
    reason = models.TextField(blank=True)

    objects = ThroughCustomerManager()

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "customer"], name="tier_change_once_a_run")
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="tier_change_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.from_key} → {self.to_key}"


class Designation(Versioned):
    """A person's reasoned decision that a customer belongs to a tier, until a day or until it is ended."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="designations")
    tier_key = models.CharField(_("tier"), max_length=40)
    reason = models.TextField(_("reason"))
    evidence = models.TextField(_("evidence"), blank=True)
    expires_on = models.DateField(_("until"), null=True, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("decided at"))
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ThroughCustomerManager()

    class Meta:
        verbose_name = _("strategic designation")
        verbose_name_plural = _("strategic designations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(ended_at__isnull=True), name="designated_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="designation_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tier_key}"
