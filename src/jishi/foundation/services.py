"""Writes of people, teams, preferences and the company's settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from jishi.foundation.access import team_for_edit, user_for_edit
from jishi.foundation.cleaning import cleaned, refuse_taken
from jishi.foundation.enums import Permission, Role
from jishi.foundation.locks import TEAM_TREE, lock_for_transaction
from jishi.foundation.models import Company, ExchangeRate, Team, User
from jishi.foundation.teams import would_be_cycle
from jishi.foundation.versions import save_version
from jishi.foundation.writing import authorise, write


USER_FIELDS = frozenset({"username", "name", "email", "role", "team_id", "language"})
PREFERENCES = frozenset(
    {"language", "theme", "density", "direction_colours", "single_key_shortcuts"}
)
TEAM_FIELDS = frozenset({"name", "parent_id"})
COMPANY_FIELDS = frozenset({"name", "base_currency", "fiscal_year_starts_in"})


class LastAdministratorError(ValidationError):
    """Nobody could manage users any more."""

    def __init__(self) -> None:
        super().__init__(
            _("This is the last active administrator: make somebody else one first."),
            code="last_administrator",
        )


class TeamCycleError(ValidationError):
    """A team would be part of itself."""

    def __init__(self) -> None:
        super().__init__(
            {"parent_id": [_("A team cannot be part of itself or of a team below it.")]}
        )


# --- users -------------------------------------------------------------------------------------
def user_create(
    *,
    by: User | None,
    username: str,
    name: str,
    role: str,
    password: str,
    email: str = "",
    team_id: int | None = None,
    language: str = "zh-hans",
    is_demo: bool = False,
) -> User:
    """Add somebody who may sign in.

    Raises:
        NotAllowedError, ValidationError (names the fields; a weak password under `password`).
    """
    authorise(by, Permission.USER_MANAGE)
    values = cleaned(
        User,
        {
            "username": username,
            "name": name,
            "role": role,
            "email": email,
            "team_id": team_id,
            "language": language,
        },
        allowed=USER_FIELDS,
    )
    with write(by=by):
        _refuse_taken_login(values["username"])
        user = User(**values, is_demo=is_demo)
        _check_password(password, user)
        user.set_password(password)
        user.save(force_insert=True)
    return user


def user_update(*, by: User | None, user_id: int, version: int, changes: Mapping[str, Any]) -> User:
    """Change somebody's name, login, role or team.

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError, LastAdministratorError.
    """
    values = cleaned(User, changes, allowed=USER_FIELDS)
    with write(by=by):
        user = user_for_edit(by, user_id)
        if "username" in values:
            _refuse_taken_login(values["username"], but=user.pk)
        if values.get("role", user.role) != Role.ADMIN:
            _keep_an_administrator(user)
        save_version(user, seen=version, changes=values)
    return user


def user_activate(*, by: User | None, user_id: int, version: int) -> User:
    """Let somebody sign in again."""
    with write(by=by):
        user = user_for_edit(by, user_id)
        save_version(user, seen=version, changes={"is_active": True})
    return user


def user_deactivate(*, by: User | None, user_id: int, version: int) -> User:
    """Bar somebody from signing in; whatever he is signed in to ends with his next request.

    Raises:
        NotAllowedError, Http404, StaleVersionError, LastAdministratorError.
        ValidationError: oneself.
    """
    with write(by=by):
        user = user_for_edit(by, user_id)
        if by is not None and by.pk == user.pk:
            raise ValidationError(_("You cannot bar yourself from signing in."))
        _keep_an_administrator(user)
        save_version(user, seen=version, changes={"is_active": False})
    return user


def password_set(*, by: User | None, user_id: int, password: str) -> User:
    """Give somebody a new password; his sessions end. People change their own by signing in.

    Raises:
        NotAllowedError, Http404, ValidationError (`password`).
    """
    with write(by=by):
        user = user_for_edit(by, user_id)
        _check_password(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def preferences_set(*, by: User, changes: Mapping[str, Any]) -> User:
    """Change how the product looks to oneself. Nobody else writes these, but for the language, which an
    administrator may set as well: whose form is older than this is told.

    Raises:
        ValidationError: names the fields.
    """
    values = cleaned(User, changes, allowed=PREFERENCES)
    with write(by=by):
        speaks = User.objects.filter(pk=by.pk).exclude(language=values.get("language", by.language))
        speaks.update(version=F("version") + 1)
        User.objects.filter(pk=by.pk).update(**values)
    for name, value in values.items():
        setattr(by, name, value)
    return by


def _refuse_taken_login(username: str, *, but: int | None = None) -> None:
    others = User.objects.filter(username__iexact=username)
    if but is not None:
        others = others.exclude(pk=but)
    if others.exists():
        raise ValidationError(
            {"username": [_("“%(value)s” is taken already.") % {"value": username}]}
        )


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


def _keep_an_administrator(user: User) -> None:
    """Called before `user` stops being an active administrator."""
    if user.role != Role.ADMIN or not user.is_active:
        return
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    if set(admins.values_list("pk", flat=True)) <= {user.pk}:
        raise LastAdministratorError


# --- teams -------------------------------------------------------------------------------------
def team_create(*, by: User | None, name: str, parent_id: int | None = None) -> Team:
    """Raises NotAllowedError, ValidationError."""
    authorise(by, Permission.USER_MANAGE)
    values = cleaned(Team, {"name": name, "parent_id": parent_id}, allowed=TEAM_FIELDS)
    with write(by=by):
        refuse_taken(Team, "name", values["name"])
        return Team.objects.create(**values)


def team_update(*, by: User | None, team_id: int, version: int, changes: Mapping[str, Any]) -> Team:
    """Rename a team or move it.

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError, TeamCycleError.
    """
    values = cleaned(Team, changes, allowed=TEAM_FIELDS)
    with write(by=by):
        team = team_for_edit(by, team_id)
        if "name" in values:
            refuse_taken(Team, "name", values["name"], but=team.pk)
        if "parent_id" in values:
            lock_for_transaction(TEAM_TREE)
            if would_be_cycle(team.pk, values["parent_id"]):
                raise TeamCycleError
        save_version(team, seen=version, changes=values)
    return team


def team_remove(*, by: User | None, team_id: int) -> None:
    """Remove a team that nobody belongs to.

    Raises:
        NotAllowedError, Http404, ValidationError: people or teams are still in it.
    """
    with write(by=by):
        team = team_for_edit(by, team_id)
        if team.users.exists() or team.children.exists():
            raise ValidationError(_("Move its people and teams elsewhere first."))
        team.delete()


# --- company -----------------------------------------------------------------------------------
def company_update(*, by: User | None, version: int, changes: Mapping[str, Any]) -> Company:
    """Change the company's name, currency of all figures or fiscal year.

    Raises:
        NotAllowedError, StaleVersionError, ValidationError (the currency is fixed once facts are
        kept in it).
    """
    authorise(by, Permission.USER_MANAGE)
    values = cleaned(Company, changes, allowed=COMPANY_FIELDS)
    if "base_currency" in values:
        values["base_currency"] = _currency("base_currency", values["base_currency"])
    if not 1 <= values.get("fiscal_year_starts_in", 1) <= 12:
        raise ValidationError({"fiscal_year_starts_in": [_("A month is 1 to 12.")]})
    with write(by=by):
        row, _made = Company.objects.get_or_create(pk=1)
        moved = values.get("base_currency", row.base_currency) != row.base_currency
        if moved and row.base_currency_is_set:
            raise ValidationError(
                {
                    "base_currency": [
                        _("Figures are already kept in %(currency)s.")
                        % {"currency": row.base_currency}
                    ]
                }
            )
        save_version(row, seen=version, changes=values)
    return row


def company_setup(*, by: User | None, name: str = "", base_currency: str = "") -> Company:
    """Settle the company at the first start. A currency named here is fixed; without one, the
    first import's becomes the currency of all figures.

    Raises:
        NotAllowedError, ValidationError.
    """
    with write(by=by):
        row, _made = Company.objects.get_or_create(pk=1)
        changes = {"name": name} if name else {}
        if base_currency:
            changes["base_currency"] = base_currency
        if changes:
            row = company_update(by=by, version=row.version, changes=changes)
        if base_currency and not row.base_currency_is_set:
            save_version(row, seen=row.version, changes={"base_currency_is_set": True})
    return row


def exchange_rate_set(
    *, by: User | None, currency: str, valid_from: date, rate: Decimal
) -> ExchangeRate:
    """Say what one unit of `currency` is worth in the base currency from a day on.

    Raises:
        NotAllowedError, ValidationError.
    """
    authorise(by, Permission.USER_MANAGE)
    code = _currency("currency", currency)
    rate_e8 = int((rate * 100_000_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if not 0 < rate_e8 < 2**63:
        raise ValidationError({"rate": [_("A rate is greater than zero.")]})
    with write(by=by, data_changes=True):
        row, _made = ExchangeRate.objects.update_or_create(
            currency=code, valid_from=valid_from, defaults={"rate_e8": rate_e8}
        )
    return row


def _currency(field: str, value: str) -> str:
    code = value.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise ValidationError({field: [_("A currency is three letters, such as CNY.")]})
    return code
