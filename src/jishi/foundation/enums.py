"""Roles, what each may do, and how far each one sees."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    SALES_DIRECTOR = "sales_director", _("Sales director")
    REGIONAL_MANAGER = "regional_manager", _("Regional manager")
    KEY_ACCOUNT_MANAGER = "key_account_manager", _("Key account manager")
    REGIONAL_SALES = "regional_sales", _("Regional sales")
    SOLUTION_SALES = "solution_sales", _("Solution sales")
    CUSTOMER_SERVICE = "customer_service", _("Customer service")
    ANALYST = "analyst", _("Analyst")
    AUDITOR = "auditor", _("Read-only auditor")


class Scope(StrEnum):
    """Which customers a user sees, besides those whose account team names them."""

    OWN = "own"  # the customers the user owns
    TEAM = "team"  # those owned within the user's team and the teams below it
    ALL = "all"


class Permission(StrEnum):
    """What a role may do. A name is `<thing>.<action>`; scope decides on which customers."""

    CUSTOMER_VIEW = "customer.view"
    CUSTOMER_EDIT = "customer.edit"
    CUSTOMER_CREATE = "customer.create"
    CUSTOMER_ASSIGN = "customer.assign"
    CUSTOMER_EXPORT = "customer.export"
    FACT_RECORD = "fact.record"
    IMPORT_RUN = "import.run"
    IMPORT_UNDO = "import.undo"
    SCHEME_VIEW = "scheme.view"
    SCHEME_DRAFT = "scheme.draft"
    SCHEME_ACTIVATE = "scheme.activate"
    SCORE_RUN = "score.run"
    DESIGNATE = "tier.designate"
    USER_MANAGE = "user.manage"
    AUDIT_VIEW = "audit.view"
    DEMO_REMOVE = "demo.remove"


_READ = {Permission.CUSTOMER_VIEW, Permission.SCHEME_VIEW}
_SELL = _READ | {Permission.CUSTOMER_EDIT, Permission.CUSTOMER_CREATE, Permission.FACT_RECORD}
_MANAGE = _SELL | {Permission.CUSTOMER_ASSIGN, Permission.CUSTOMER_EXPORT}
_DIRECT = _MANAGE | {
    Permission.SCHEME_DRAFT,
    Permission.SCHEME_ACTIVATE,
    Permission.SCORE_RUN,
    Permission.DESIGNATE,
    Permission.IMPORT_RUN,
    Permission.IMPORT_UNDO,
}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.SALES_DIRECTOR: frozenset(_DIRECT),
    Role.REGIONAL_MANAGER: frozenset(_MANAGE),
    Role.KEY_ACCOUNT_MANAGER: frozenset(_SELL | {Permission.CUSTOMER_EXPORT}),
    Role.REGIONAL_SALES: frozenset(_SELL),
    Role.SOLUTION_SALES: frozenset(_SELL),
    Role.CUSTOMER_SERVICE: frozenset(_READ | {Permission.FACT_RECORD}),
    Role.ANALYST: frozenset(
        _READ
        | {
            Permission.CUSTOMER_EXPORT,
            Permission.SCHEME_DRAFT,
            Permission.SCORE_RUN,
            Permission.IMPORT_RUN,
        }
    ),
    Role.AUDITOR: frozenset(_READ | {Permission.AUDIT_VIEW}),
}

SCOPES: dict[str, Scope] = {
    Role.ADMIN: Scope.ALL,
    Role.SALES_DIRECTOR: Scope.ALL,
    Role.REGIONAL_MANAGER: Scope.TEAM,
    Role.KEY_ACCOUNT_MANAGER: Scope.OWN,
    Role.REGIONAL_SALES: Scope.OWN,
    Role.SOLUTION_SALES: Scope.OWN,
    Role.CUSTOMER_SERVICE: Scope.OWN,
    Role.ANALYST: Scope.ALL,
    Role.AUDITOR: Scope.ALL,
}


class Language(models.TextChoices):
    CHINESE = "zh-hans", _("Simplified Chinese")
    ENGLISH = "en", _("English")


class Theme(models.TextChoices):
    SYSTEM = "system", _("Follow the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    COMPACT = "compact", _("Compact")
    STANDARD = "standard", _("Standard")
    COSY = "cozy", _("Roomy")


class DirectionColours(models.TextChoices):
    """How up and down are coloured: finance in China reads red as up, the West reads it as bad."""

    NEUTRAL = "neutral", _("Neutral")
    RED_UP = "red_up", _("Red up, green down")
    GREEN_UP = "green_up", _("Green up, red down")


class BatchKind(models.TextChoices):
    IMPORT = "import", _("Import")
    DEMO = "demo", _("Demo company")
    MANUAL = "manual", _("Entered by hand")
    UNDO = "undo", _("Undo")
