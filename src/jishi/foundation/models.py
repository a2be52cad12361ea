"""Who works here, who may see what, and where every row came from."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jishi.foundation.enums import (
    PERMISSIONS,
    SCOPES,
    BatchKind,
    Density,
    DirectionColours,
    Language,
    Permission,
    Role,
    Scope,
    Theme,
)
from jishi.foundation.versions import Versioned


class Team(Versioned):
    """A node of the sales organisation."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(parent=models.F("id")), name="team_is_not_its_own_parent"
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user


class User(Versioned, AbstractBaseUser):
    """Somebody who signs in. One role says what they may do; the role's scope says where."""

    username = models.CharField(
        _("login name"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.@+-]+$", _("Letters, digits and . @ + - _ only."))],
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(_("added at"), auto_now_add=True)

    language = models.CharField(
        _("language"), max_length=8, choices=Language.choices, default=Language.CHINESE
    )
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    density = models.CharField(
        _("row height"), max_length=8, choices=Density.choices, default=Density.STANDARD
    )
    direction_colours = models.CharField(
        _("colours of up and down"),
        max_length=8,
        choices=DirectionColours.choices,
        default=DirectionColours.NEUTRAL,
    )
    single_key_shortcuts = models.BooleanField(_("single-letter shortcuts"), default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name", "role"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known")
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def scope(self) -> Scope:
        return SCOPES[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether the user's role carries `permission`."""
        return self.is_active and permission in PERMISSIONS[self.role]


class Company(Versioned):
    """The one company that runs this installation."""

    name = models.CharField(_("company name"), max_length=120, blank=True)
    base_currency = models.CharField(_("currency of all figures"), max_length=3, default="CNY")
    base_currency_is_set = models.BooleanField(default=False, editable=False)
    fiscal_year_starts_in = models.PositiveSmallIntegerField(_("fiscal year starts in"), default=1)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="company_is_one_row"),
            models.CheckConstraint(
                condition=Q(fiscal_year_starts_in__range=(1, 12)), name="company_fiscal_month"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(models.Model):
    """How many units of the base currency one unit of `currency` was worth from `valid_from` on."""

    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    rate_e8 = models.BigIntegerField(_("rate × 100,000,000"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate_e8__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}"


class Batch(models.Model):
    """One act of bringing rows in: who, when, from where. Undoing it is another batch."""

    kind = models.CharField(max_length=8, choices=BatchKind.choices)
    label = models.CharField(max_length=200)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="undoes"
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="batch_undone_when_and_by",
            )
        ]

    def __str__(self) -> str:
        return self.label


class DataVersion(models.Model):
    """Counts every change of customers and facts; names the snapshot and is its cache key."""

    number = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="data_version_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.number)


class SentForm(models.Model):
    """A form that was carried out, so that it is not when it comes a second time."""

    token = models.CharField(max_length=40, primary_key=True)
    made_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token


class AuditEntry(models.Model):
    """One changed row, written by a database trigger, never by Python. Keyed by text, without
    foreign keys, so that nothing it tells of can block or alter it."""

    id = models.BigAutoField(primary_key=True)
    table_name = models.CharField(max_length=63)
    row_pk = models.CharField(max_length=40)
    action = models.CharField(max_length=6)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["table_name", "row_pk", "id"], name="audit_of_row")
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_pk} {self.action}"


class AuditSeal(models.Model):
    """A link of the hash chain over the audit entries up to `last_entry`."""

    last_entry = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.last_entry} {self.sha256[:12]}"
