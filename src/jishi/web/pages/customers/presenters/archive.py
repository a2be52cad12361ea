"""档案: what is on record about a customer, its group, its people and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from jishi.customers.completeness import Completeness
from jishi.customers.enums import DUTIES, Calendar, Party, TeamRole
from jishi.customers.industries import industry_name
from jishi.customers.queries import GroupNode, rolled_up
from jishi.customers.regions import region_text
from jishi.foundation.calendar import LUNAR_DAYS, lunar_birthday_text, lunar_occurrences
from jishi.web import formats
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.grading.queries import TierSeal
from jishi.web.wording import listed


if TYPE_CHECKING:
    from jishi.customers.models import AccountTeamMember, Contact, ContactPosition, Customer


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Pair:
    """A field with its value, or with several that each lead somewhere."""

    label: str
    value: str
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class ContactLine:
    name: str
    url: str
    title: str
    role: str
    influence: str
    stance: str
    tone: str
    reach: str
    birthday: str
    is_primary: bool
    is_third_party: bool
    has_left: bool


@dataclass(frozen=True)
class PlaceLine:
    """One of the positions of a person."""

    customer: str
    url: str
    title: str
    dates: str
    has_left: bool
    left_url: str
    left_label: str


@dataclass(frozen=True)
class MemberLine:
    pk: int
    version: int
    name: str
    role: str
    duty: str
    since: str
    until: str
    is_owner: bool


@dataclass(frozen=True)
class GroupLine:
    """A company of the group; `indent` is how deep it lies."""

    name: str
    url: str
    indent: str
    seal: TierSeal | None
    own: str
    total: str
    is_here: bool


@dataclass(frozen=True)
class GapLine:
    label: str
    kind: str
    tone: str


def pairs(customer: Customer, tags: Sequence[str], frame: Frame) -> list[tuple[str, list[Pair]]]:
    """The record in sections, the tags last; empty fields are shown as a dash, so that one sees what is missing."""
    lang, today, currency = frame.lang, frame.asked.today, frame.currency
    kind = customer.customer_type
    type_name = ""
    if kind is not None:
        type_name = kind.name_en if lang.startswith("en") and kind.name_en else kind.name

    def money(units_e4: int | None) -> str:
        return "" if units_e4 is None else formats.money(units_e4, lang, currency)

    sections = [
        (
            _("Who they are"),
            [
                (_("Name"), customer.name),
                (_("Short name"), customer.short_name),
                (_("Customer code"), customer.code),
                (_("Customer type"), type_name),
                (_("Unified social credit code"), customer.credit_code),
                (_("Industry"), industry_name(customer.industry, lang)),
                (_("Line of business"), customer.business),
                (_("Size"), str(customer.get_size_class_display()) if customer.size_class else ""),
                (
                    _("Employees"),
                    "" if customer.employees is None else formats.number(customer.employees),
                ),
                (_("Annual revenue"), money(customer.annual_revenue_e4)),
            ],
        ),
        (
            _("Where they are"),
            [
                (_("Region"), region_text(customer.region, lang)),
                (_("City"), customer.city),
                (_("Address"), customer.address),
                (_("Phone"), customer.phone),
                (_("E-mail"), customer.email),
                (_("Website"), customer.website),
            ],
        ),
        (
            _("How we work together"),
            [
                (_("Cooperation stage"), str(customer.get_stage_display())),
                (
                    _("Cooperation since"),
                    formats.day(customer.cooperation_since_on, lang, today)
                    if customer.cooperation_since_on
                    else "",
                ),
                (_("Main needs"), customer.needs),
                (_("Management strategy"), customer.strategy),
                (_("Payment terms"), customer.payment_terms),
                (
                    _("Payment days"),
                    "" if customer.payment_days is None else formats.number(customer.payment_days),
                ),
                (_("Credit limit"), money(customer.credit_limit_e4)),
                (_("Source"), customer.source),
                (_("Record changed"), formats.ago(localdate(customer.updated_at), today, lang)),
            ],
        ),
    ]
    shown = [
        (title, [Pair(label, value or formats.MISSING) for label, value in fields])
        for title, fields in sections
    ]
    table = reverse("web:customers")
    links = [Link(tag, f"{table}?{urlencode({'view': 'all', 'tag': tag})}") for tag in tags]
    shown[-1][1].append(Pair(_("Tags"), listed(tags) or formats.MISSING, links))
    return shown


def contact_lines(
    positions: Iterable[ContactPosition], customer_id: int, frame: Frame
) -> list[ContactLine]:
    return [_contact(position, customer_id, frame) for position in positions]


def _contact(position: ContactPosition, customer_id: int, frame: Frame) -> ContactLine:
    contact = position.contact
    reach = [contact.mobile or contact.phone, contact.email, contact.wechat]
    tones = {"supporter": "done", "opponent": "over", "neutral": "due"}
    return ContactLine(
        name=contact.name,
        url=reverse("web:customer_contact", args=[customer_id, contact.pk]),
        title=" · ".join(text for text in (position.department, position.title) if text),
        role=str(position.get_buying_role_display()) if position.buying_role else "",
        influence=str(position.influence) if position.influence else "",
        stance=str(position.get_stance_display()),
        tone=tones.get(position.stance, ""),
        reach=next((text for text in reach if text), ""),
        birthday=_birthday(contact, frame),
        is_primary=position.is_primary,
        is_third_party=contact.party == Party.THIRD_PARTY,
        has_left=position.ended_on is not None and position.ended_on <= frame.asked.today,
    )


def place_lines(positions: Iterable[ContactPosition], lang: str, today: date) -> list[PlaceLine]:
    return [_place(position, lang, today) for position in positions]


def _place(position: ContactPosition, lang: str, today: date) -> PlaceLine:
    start, end = (
        formats.day(on, lang, today) if on else ""
        for on in (position.started_on, position.ended_on)
    )
    if end:
        dates = (
            _("%(start)s to %(end)s") % {"start": start, "end": end}
            if start
            else (_("until %(day)s") % {"day": end})
        )
    else:
        dates = _("since %(day)s") % {"day": start} if start else ""
    customer, contact = position.customer, position.contact
    return PlaceLine(
        customer=customer.shown_name,
        url=reverse("web:customer", args=[customer.pk]) + "?tab=record",
        title=" · ".join(text for text in (position.department, position.title) if text),
        dates=dates,
        has_left=bool(end),
        left_url=reverse("web:customer_contact_left", args=[customer.pk, contact.pk]),
        left_label=_("%(name)s has left %(customer)s")
        % {"name": contact.name, "customer": customer.shown_name},
    )


def _birthday(contact: Contact, frame: Frame) -> str:
    """The birthday as people keep it, and the day it falls on next."""
    month, day = contact.birth_month, contact.birth_day
    if not month or not day:
        return ""
    chinese = formats.is_chinese(frame.lang)
    if contact.birth_calendar != Calendar.LUNAR:
        return (
            f"{month}月{day}日"
            if chinese
            else _("%(month)s/%(day)s") % {"month": month, "day": day}
        )
    leap = contact.birth_in_leap_month
    text = f"农历{lunar_birthday_text(month=month, day=day, leap=leap)}"
    if not chinese:
        text = _("lunar %(month)s/%(day)s") % {"month": month, "day": day}
    today = frame.asked.today
    # A file may have changed the calendar of a day that the lunar one does not have.
    years = (today.year, today.year + 1, today.year + 2) if day <= LUNAR_DAYS else ()
    coming = [
        on
        for year in years
        for on in lunar_occurrences(month=month, day=day, leap=leap, year=year)
        if on >= today
    ]
    return f"{text} · {formats.day(coming[0], frame.lang, today)}" if coming else text


def member_lines(team: Iterable[AccountTeamMember], frame: Frame) -> list[MemberLine]:
    lang, today = frame.lang, frame.asked.today
    return [
        MemberLine(
            pk=member.pk,
            version=member.version,
            name=member.user.name,
            role=str(member.get_role_display()),
            duty=str(DUTIES[TeamRole(member.role)]),
            since=formats.day(member.started_on, lang, today),
            until=formats.day(member.ended_on, lang, today) if member.ended_on else "",
            is_owner=member.role == "owner",
        )
        for member in team
    ]


def group_lines(
    tree: Sequence[GroupNode],
    here: int,
    spends: Mapping[int, int],
    tiers: Mapping[int, str],
    frame: Frame,
) -> list[GroupLine]:
    """The group with what each company buys, and each with everything below it."""
    if len(tree) < 2:
        return []
    totals = rolled_up(tree, spends)
    return [
        GroupLine(
            name=node.customer.shown_name,
            url=reverse("web:customer", args=[node.customer.pk]) + "?tab=record",
            indent="　" * node.depth,
            seal=frame.grading.tier(tiers[node.customer.pk])
            if frame.grading and node.customer.pk in tiers
            else None,
            own=formats.money(spends.get(node.customer.pk, 0), frame.lang),
            total=formats.money(totals[node.customer.pk], frame.lang),
            is_here=node.customer.pk == here,
        )
        for node in tree
    ]


def gap_lines(found: Completeness) -> list[GapLine]:
    words = {"missing": _("missing"), "malformed": _("malformed"), "stale": _("out of date")}
    tones = {"missing": "", "malformed": "over", "stale": "due"}
    return [GapLine(str(gap.label), words[gap.kind], tones[gap.kind]) for gap in found.gaps]
