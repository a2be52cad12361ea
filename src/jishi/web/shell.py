"""The frame around every page: navigation, preferences, and what its scripts need to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.foundation.enums import Density, DirectionColours, Permission, Theme
from jishi.foundation.queries import demo_is_here
from jishi.web.work import Work, work_of


if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from jishi.foundation.models import User


@dataclass(frozen=True)
class Entry:
    """A place in the navigation. `short` is its name in the bar at the foot of a phone."""

    label: str
    short: str
    url: str
    icon: str
    key: str
    current: bool


@dataclass(frozen=True)
class Group:
    label: str
    entries: list[Entry]


@dataclass(frozen=True)
class Preferences:
    """How somebody likes the product to look, as the attributes of the html element."""

    theme: str = Theme.SYSTEM
    density: str = Density.STANDARD
    direction: str = DirectionColours.NEUTRAL
    single_keys: bool = True
    rail: str = "wide"


@dataclass(frozen=True)
class Shell:
    lang: str
    preferences: Preferences
    groups: list[Group]
    script_data: dict[str, Any]
    signed_in: bool
    is_demo: bool  # the demo company is among the data
    demo_url: str  # where it can be removed, by whoever may
    work: Work


@dataclass(frozen=True)
class _Place:
    """Where an entry leads, which pages belong to it, and what one must be allowed to see it."""

    label: str
    short: str
    name: str
    icon: str
    key: str
    pages: tuple[str, ...] = ()
    permission: Permission | None = None


def _places() -> list[tuple[str, list[_Place]]]:
    """The navigation in the order of use. A page belongs to the entry its url name starts with."""
    return [
        ("", [_Place(_("Today"), _("Today"), "web:today", "calendar-check", "g t")]),
        (
            _("Customers"),
            [
                _Place(
                    _("Key accounts"),
                    _("Customers"),
                    "web:customers",
                    "table-2",
                    "g c",
                    pages=("web:customer",),
                    permission=Permission.CUSTOMER_VIEW,
                )
            ],
        ),
        (
            _("Decide"),
            [
                _Place(
                    _("Identification lab"),
                    _("Identify"),
                    "web:lab",
                    "flask-conical",
                    "g l",
                    permission=Permission.SCHEME_VIEW,
                )
            ],
        ),
        (
            _("Data"),
            [
                _Place(
                    _("Import and quality"),
                    _("Import"),
                    "web:imports",
                    "file-input",
                    "g i",
                    pages=("web:import",),
                    permission=Permission.IMPORT_RUN,
                ),
                _Place(_("Settings"), _("Me"), "web:settings", "settings", "g s"),
            ],
        ),
    ]


def _groups(request: HttpRequest, user: User) -> list[Group]:
    match = request.resolver_match
    here = match.view_name.partition("-")[0].partition("_")[0] if match else ""
    groups = []
    for label, places in _places():
        entries = [
            Entry(
                label=place.label,
                short=place.short,
                url=reverse(place.name),
                icon=place.icon,
                key=place.key,
                current=here in (place.name, *place.pages),
            )
            for place in places
            if place.permission is None or user.may(place.permission)
        ]
        if entries:
            groups.append(Group(label, entries))
    return groups


def preferences_of(request: HttpRequest) -> Preferences:
    """The signed-in user's; before that, the system's. The rail's width stays on the device."""
    rail = "narrow" if request.COOKIES.get("rail") == "narrow" else "wide"
    user = request.user
    if not user.is_authenticated:
        return Preferences(rail=rail)
    return Preferences(
        theme=user.theme,
        density=user.density,
        direction=user.direction_colours,
        single_keys=user.single_key_shortcuts,
        rail=rail,
    )


def script_strings() -> dict[str, str]:
    """The words scripts show."""
    return {
        "actions": _("Actions on this page"),
        "alone": _("Single-letter shortcuts"),
        "cannotReach": _("The server cannot be reached. Nothing was changed; try again."),
        "close": _("Close"),
        "draftDiscard": _("Discard"),
        "draftFound": _("Typed here on %s and not sent, kept on this device."),
        "draftOffline": _(
            "The connection is lost. Nothing has been sent; what you type is kept on this device until you send it."
        ),
        "draftRestore": _("Restore"),
        "explainFailed": _("The explanation could not be loaded. Open it as a page."),
        "loading": _("Loading…"),
        "locked": _("locked"),
        "nothingFound": _("Nothing found"),
        "off": _("off"),
        "on": _("on"),
        "results": _("results"),
        "signedOut": _("You have been signed out. What you see is no longer brought up to date."),
        "signInAgain": _("Sign in again"),
        "searchPalette": _("Search or command"),
        "shortcuts": _("Keyboard shortcuts"),
        "then": _("then"),
        "submitForm": _("Save the form"),
        "undo": _("Undo"),
        "undone": _("Undone"),
        "previousRow": _("Row above"),
        "nextRow": _("Row below"),
        "openRow": _("Open the row"),
        "peekRow": _("Look into the row"),
    }


def _may_remove_demo(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.may(Permission.DEMO_REMOVE)


def shell_of(request: HttpRequest) -> Shell:
    """Everything base.html shows around a page."""
    lang = get_language() or "zh-hans"
    user = request.user
    signed_in = user.is_authenticated
    preferences = preferences_of(request)
    is_demo = signed_in and demo_is_here()
    return Shell(
        lang=lang,
        preferences=preferences,
        groups=_groups(request, user) if user.is_authenticated else [],
        script_data={
            "lang": lang,
            "singleKeys": preferences.single_keys,
            "user": user.pk or 0,
            "palette": reverse("web:palette") if signed_in else "",
            "strings": script_strings(),
        },
        signed_in=signed_in,
        is_demo=is_demo,
        demo_url=reverse("web:settings_demo") if is_demo and _may_remove_demo(user) else "",
        work=work_of(request, here=request.path),
    )
