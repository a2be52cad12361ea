"""What happened, append-only and with two clocks.

`occurred_on` says when it happened, `recorded_at` when we learned it. A correction appends a new
row with the same `key` and supersedes the old one (`superseded_at`), so "as it was" and "as we knew
it then" are two filters. The audit triggers refuse every other change.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jishi.customers.models import Customer, ThroughCustomerQuerySet
from jishi.facts.enums import (
    Channel,
    Criterion,
    EvidenceKind,
    Instrument,
    OrderStatus,
    PaymentMethod,
    ServiceKind,
    Severity,
)
from jishi.foundation.audit.triggers import AuditPolicy
from jishi.foundation.models import Batch, User
from jishi.foundation.scope import ScopedManager
from jishi.foundation.versions import Versioned


class Product(Versioned):
    """Something we sell. A list that everybody who signs in may read."""

    sku = models.CharField(_("product number"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=120, blank=True)
    is_custom = models.BooleanField(_("made to order"), default=False)
    standard_cost_e4 = models.BigIntegerField(_("standard cost"), null=True, blank=True)
    list_price_e4 = models.BigIntegerField(_("list price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    is_demo = models.BooleanField(default=False, editable=False)
    batch = models.ForeignKey(
        Batch, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes: ClassVar = [models.Index(fields=["category", "id"], name="product_by_category")]

    def __str__(self) -> str:
        return self.name


class FactQuerySet(ThroughCustomerQuerySet):
    def current(self) -> Self:
        """What we know now."""
        return self.filter(superseded_at__isnull=True)

    def known_at(self, moment: datetime) -> Self:
        """What we knew at `moment`."""
        return self.filter(
            Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment), recorded_at__lte=moment
        )

    def as_of(self, day: date) -> Self:
        """What had happened up to and including `day`."""
        return self.filter(occurred_on__lte=day)


FactManager = ScopedManager.from_queryset(FactQuerySet)


class Fact(models.Model):
    """The columns that every fact has."""

    audit_policy: ClassVar = AuditPolicy.APPEND_ONLY

    key = models.CharField(max_length=120, help_text="What identifies the fact across corrections.")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="%(class)s_facts", db_index=False
    )
    occurred_on = models.DateField(_("date"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    superseded_by = models.ForeignKey(
        Batch, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects: ClassVar[Any] = FactManager()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(superseded_at__isnull=True), name="%(class)s_key_once"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True, superseded_by__isnull=True)
                | Q(superseded_at__isnull=False, superseded_by__isnull=False),
                name="%(class)s_superseded_when_and_by",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "occurred_on"], name="%(class)s_of_customer"),
            models.Index(
                fields=["superseded_by"],
                condition=Q(superseded_at__isnull=False),
                name="%(class)s_superseded",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Order(Fact):
    """An order's head. `order_ref` is the identity that lines, payments and returns point to: the
    id of the order's first row, kept by every correction."""

    order_ref = models.BigIntegerField(db_index=True)
    order_no = models.CharField(_("order number"), max_length=80)
    due_on = models.DateField(_("payment due"), null=True)
    status = models.CharField(_("status"), max_length=12, choices=OrderStatus.choices)
    payment_method = models.CharField(
        _("payment method"), max_length=12, choices=PaymentMethod.choices, blank=True
    )
    receivable_e4 = models.BigIntegerField(_("amount to be paid"), null=True)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta(Fact.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")


class OrderLine(Fact):
    """One product on an order. `amount_e4` is net of discount and before tax."""

    order_ref = models.BigIntegerField(db_index=True)
    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity_milli = models.BigIntegerField(_("quantity × 1000"))
    amount_e4 = models.BigIntegerField(_("amount"))
    discount_e4 = models.BigIntegerField(_("discount"), default=0)
    cost_e4 = models.BigIntegerField(_("cost"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    is_custom = models.BooleanField(_("made to order"), default=False)
    status = models.CharField(_("status"), max_length=12, choices=OrderStatus.choices)

    class Meta(Fact.Meta):
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")


class Payment(Fact):
    """Money that arrived."""

    order_ref = models.BigIntegerField(null=True, db_index=True)
    amount_e4 = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    method = models.CharField(
        _("payment method"), max_length=12, choices=PaymentMethod.choices, blank=True
    )

    class Meta(Fact.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")


class Return(Fact):
    """Goods that came back. Quantity and amount are positive."""

    order_ref = models.BigIntegerField(null=True, db_index=True)
    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity_milli = models.BigIntegerField(_("quantity × 1000"))
    amount_e4 = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("return")
        verbose_name_plural = _("returns")


class Interaction(Fact):
    """A visit, call, mail or message between us and the customer."""

    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    summary = models.TextField(_("what was said"), blank=True)
    with_whom = models.CharField(_("with whom"), max_length=200, blank=True)
    user = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step due"), null=True)

    class Meta(Fact.Meta):
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")


class Complaint(Fact):
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    summary = models.TextField(_("what is wrong"), blank=True)
    closed_on = models.DateField(_("solved on"), null=True)
    resolution = models.TextField(_("what was done about it"), blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")


class SatisfactionAnswer(Fact):
    instrument = models.CharField(_("instrument"), max_length=4, choices=Instrument.choices)
    score_milli = models.IntegerField(_("score × 1000"))
    comment = models.TextField(_("comment"), blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("satisfaction answer")
        verbose_name_plural = _("satisfaction answers")


class ExpertRating(Fact):
    """A judgement of our people, 0 to 100, with the evidence it rests on."""

    criterion = models.CharField(_("criterion"), max_length=24, choices=Criterion.choices)
    value_pct = models.PositiveSmallIntegerField(_("rating"))
    evidence_kind = models.CharField(_("evidence"), max_length=10, choices=EvidenceKind.choices)
    source = models.CharField(_("source"), max_length=300, blank=True)
    user = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta(Fact.Meta):
        verbose_name = _("expert rating")
        verbose_name_plural = _("expert ratings")


class Referral(Fact):
    """The customer brought us another one."""

    referred = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    referred_name = models.CharField(_("referred to us"), max_length=200, blank=True)
    won = models.BooleanField(_("became a customer"), default=False)

    class Meta(Fact.Meta):
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")


class ServiceDelivery(Fact):
    """Training, support or customisation given to the customer."""

    kind = models.CharField(_("service"), max_length=14, choices=ServiceKind.choices)
    hours_milli = models.BigIntegerField(_("hours × 1000"))
    summary = models.CharField(_("what was given"), max_length=300, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("service given")
        verbose_name_plural = _("services given")


FACT_MODELS: tuple[type[Fact], ...] = (
    Order,
    OrderLine,
    Payment,
    Return,
    Interaction,
    Complaint,
    SatisfactionAnswer,
    ExpertRating,
    Referral,
    ServiceDelivery,
)
