"""Customers (客户), their groups, contacts, owners and account teams."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jishi.customers.enums import BuyingRole, Calendar, Party, SizeClass, Stage, Stance, TeamRole
from jishi.foundation.enums import Scope
from jishi.foundation.models import Batch, User
from jishi.foundation.scope import ScopedManager, ScopedQuerySet
from jishi.foundation.teams import users_in_subtree
from jishi.foundation.versions import Versioned


class CustomerType(Versioned):
    """零售, 企业, 政府 … : the company's own list."""

    key = models.SlugField(primary_key=True, max_length=24)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        ordering: ClassVar = ["position", "key"]
        verbose_name = _("customer type")
        verbose_name_plural = _("customer types")

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    def _narrow(self, user: Any) -> Self:
        if not user.is_active:
            return self.none()
        if user.scope is Scope.ALL:
            return self.all()
        owners = users_in_subtree(user.team_id) if user.scope is Scope.TEAM else set()
        owned = Customer._base_manager.filter(owner_id__in={*owners, user.pk}).values("pk")
        on_team = AccountTeamMember._base_manager.filter(user=user, ended_on__isnull=True)
        # A union, because neither database uses its indexes for "owned OR on the team".
        return self.filter(pk__in=owned.union(on_team.values("customer_id")))


class Customer(Versioned):
    """A company or body that buys from us, or may."""

    code = models.CharField(_("customer code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=80, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    customer_type = models.ForeignKey(
        CustomerType,
        verbose_name=_("customer type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    industry = models.CharField(_("industry"), max_length=4, blank=True)
    business = models.CharField(_("line of business"), max_length=120, blank=True)
    size_class = models.CharField(_("size"), max_length=8, choices=SizeClass.choices, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue_e4 = models.BigIntegerField(_("annual revenue"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=6, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    stage = models.CharField(
        _("cooperation stage"), max_length=12, choices=Stage.choices, blank=True
    )
    cooperation_since_on = models.DateField(_("cooperation since"), null=True, blank=True)
    needs = models.TextField(_("main needs"), blank=True)
    strategy = models.TextField(_("management strategy"), blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=120, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("payment days"), null=True, blank=True)
    credit_limit_e4 = models.BigIntegerField(_("credit limit"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=120, blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="customers")
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subsidiaries",
    )
    owner = models.ForeignKey(
        User,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_customers",
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    is_demo = models.BooleanField(default=False, editable=False)
    batch = models.ForeignKey(
        Batch, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("added at"), editable=False)
    updated_at = models.DateTimeField(_("changed at"), editable=False)

    objects = ScopedManager.from_queryset(CustomerQuerySet)()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(parent=models.F("id")), name="customer_is_not_its_own_group"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="customer_has_a_code"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="customer_credit_code_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["industry", "id"], name="customer_by_industry"),
            models.Index(fields=["region", "id"], name="customer_by_region"),
            models.Index(fields=["stage", "id"], name="customer_by_stage"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        return self.short_name or self.name


class ThroughCustomerQuerySet(ScopedQuerySet[Any]):
    """Rows that are seen by whoever sees their customer."""

    def _narrow(self, user: Any) -> Self:
        if user.is_active and user.scope is Scope.ALL:
            return self.all()
        return self.filter(customer__in=Customer.objects.visible_to(user).values("pk"))


ThroughCustomerManager = ScopedManager.from_queryset(ThroughCustomerQuerySet)


class AccountTeamMember(Versioned):
    """One of our people with a part in a customer, from a day on, until a day."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="team_members")
    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="team_memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=TeamRole.choices)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = ThroughCustomerManager()

    class Meta:
        verbose_name = _("account team member")
        verbose_name_plural = _("account team")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "user", "role"],
                condition=Q(ended_on__isnull=True),
                name="team_member_once_per_role",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(ended_on__isnull=True, role="owner"),
                name="customer_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("started_on")),
                name="team_member_ends_after_start",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "customer"],
                condition=Q(ended_on__isnull=True),
                name="team_member_now",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class ContactQuerySet(ScopedQuerySet["Contact"]):
    def _narrow(self, user: Any) -> Self:
        if user.is_active and user.scope is Scope.ALL:
            return self.all()
        seen = ContactPosition._base_manager.filter(
            contact=OuterRef("pk"), customer__in=Customer.objects.visible_to(user).values("pk")
        )
        return self.filter(Exists(seen))


class Contact(Versioned):
    """A natural person at one or several customers, or a third party's."""

    code = models.CharField(_("contact code"), max_length=40, blank=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    party = models.CharField(
        _("side"), max_length=12, choices=Party.choices, default=Party.CUSTOMER
    )
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    birth_calendar = models.CharField(
        _("birthday by"), max_length=5, choices=Calendar.choices, default=Calendar.SOLAR
    )
    birth_year = models.PositiveSmallIntegerField(_("birth year"), null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("birth month"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("birth day"), null=True, blank=True)
    birth_in_leap_month = models.BooleanField(_("leap month"), default=False)
    note = models.TextField(_("note"), blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    batch = models.ForeignKey(
        Batch, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("added at"), editable=False)
    updated_at = models.DateTimeField(_("changed at"), editable=False)

    objects = ScopedManager.from_queryset(ContactQuerySet)()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="contact_has_a_name"),
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="contact_code_once"
            ),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True)
                | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="contact_birthday_is_a_day",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="contact_by_name")]

    def __str__(self) -> str:
        return self.name


class ContactPosition(Versioned):
    """A contact's place at one customer: title, part in the decision, stance."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="positions")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="positions")
    title = models.CharField(_("title"), max_length=80, blank=True)
    department = models.CharField(_("department"), max_length=80, blank=True)
    buying_role = models.CharField(
        _("part in the decision"), max_length=12, choices=BuyingRole.choices, blank=True
    )
    influence = models.PositiveSmallIntegerField(_("influence"), null=True, blank=True)
    stance = models.CharField(
        _("stance"), max_length=10, choices=Stance.choices, default=Stance.UNKNOWN
    )
    is_primary = models.BooleanField(_("first contact"), default=False)
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    batch = models.ForeignKey(
        Batch, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = ThroughCustomerManager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "customer"],
                condition=Q(ended_on__isnull=True),
                name="position_once_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(influence__isnull=True) | Q(influence__range=(1, 5)),
                name="position_influence_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.title}"


class SearchEntry(models.Model):
    """What the palette and the search box find: one row per customer and per contact's position.

    `tokens` holds Han unigrams and bigrams, latin words, every pinyin reading and its initials,
    and tails of phone numbers and credit codes; the index over it is FTS5 on SQLite and a
    tsvector on PostgreSQL.
    """

    kind = models.CharField(
        max_length=8, choices=[("customer", "customer"), ("contact", "contact")]
    )
    object_id = models.BigIntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    tokens = models.TextField()

    objects = ThroughCustomerManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "customer"], name="search_entry_once"
            )
        ]

    def __str__(self) -> str:
        return self.title
