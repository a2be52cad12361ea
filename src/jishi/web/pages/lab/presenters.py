"""How the laboratory reads: sliders, lists, the Pareto curve, and the sentence above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jishi.scoring.enums import SchemeStatus
from jishi.scoring.laboratory import THIN_PCT, LabAnswer, Moved, MoveList
from jishi.scoring.queries import TierInfo, indicator_texts, tiers_of
from jishi.web import formats
from jishi.web.components.parts import explain_url
from jishi.web.pages.grading.silence import silence_lines
from jishi.web.pages.lab import choices
from jishi.web.pages.lab.state import Body, LabState, weights_of
from jishi.web.svg.charts import pareto
from jishi.web.svg.plot import Chart
from jishi.web.wording import listed


if TYPE_CHECKING:
    from datetime import date, datetime

    from jishi.scoring.models import SchemeVersion

_GAPS_SHOWN = 3


def lang() -> str:
    return get_language() or "zh-hans"


def text_of(label: Mapping[str, str] | None) -> str:
    """A name of a scheme in the reader's language."""
    if not label:
        return ""
    return label["zh"] if formats.is_chinese(lang()) else label["en"]


def indicator_name(key: str) -> str:
    """What an indicator is called; its texts are collected where it is defined."""
    name: str = indicator_texts(key)["label"]
    return _(name)


# --- controls ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class SliderRow:
    name: str
    label: str
    value: int
    help: str
    locked: bool


def slider_rows(body: Body, state: LabState) -> list[SliderRow]:
    """One slider per dimension, with what it is made of."""
    weights = state.weights or weights_of(body)
    return [
        SliderRow(
            name=f"w_{one['key']}",
            label=text_of(one["label"]),
            value=weights[one["key"]],
            help=listed(indicator_name(item["indicator"]) for item in one["items"]),
            locked=one["key"] in state.locked,
        )
        for one in body["dimensions"]
    ]


def cut_choices(selection: Mapping[str, Any]) -> list[tuple[str, str]]:
    cuts = [
        ("top_pct", _("the best, in percent")),
        ("top_n", _("the best, as a number")),
        ("threshold", _("everybody from a score on")),
    ]
    if selection["kind"] == "classes":
        cuts.insert(0, ("classes", _("as the tiers say")))
    return cuts


def normalisation_choices() -> list[tuple[str, str]]:
    return [
        ("", _("as the scheme says")),
        ("percentile", _("place among all (percentile)")),
        ("minmax", _("between lowest and highest")),
        ("log", _("between lowest and highest, logarithmic")),
        ("z", _("distance from the mean")),
    ]


def policy_choices() -> list[tuple[str, str]]:
    return [("", _("as the scheme says")), *choices.policies()]


# --- panels ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ListRow:
    name: str
    url: str
    seal: str
    form: str
    tier: str
    note: str


@dataclass(frozen=True)
class ListPanel:
    label: str
    count: int
    why: str
    rows: Sequence[ListRow]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class TierRow:
    label: str
    seal: str
    form: str
    before: int | None
    after: int

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.after - self.before


@dataclass(frozen=True)
class Panels:
    """Everything that answers to a change of the controls."""

    finding: str
    compared_with: str
    lists: Sequence[ListPanel]
    tiers: Sequence[TierRow]
    tiers_why: str
    pareto: Chart | None
    pareto_why: str
    coverage: Sequence[tuple[str, str, str]]
    silence: Sequence[tuple[str, str]]
    source: str
    command: str


def panels_of(answer: LabAnswer, body: Body, *, command: str, today: date, query: str) -> Panels:
    """`query` brings the state back in which the numbers are explained."""

    def why(key: str, **more: str) -> str:
        return f"{explain_url(key)}&{query}" + (f"&{urlencode(more)}" if more else "")

    tiers = _tiers(body)
    before = tiers_of(answer.in_force.scheme_version) if answer.in_force else []
    known = {tier.key: tier for tier in [*before, *tiers]}
    return Panels(
        finding=_finding(answer),
        compared_with=_compared_with(answer),
        lists=[
            _list(_("Enter"), answer.entered, known, why("lab_entered"), after=True),
            _list(_("Leave"), answer.left, known, why("lab_left"), after=False),
            _list(_("Change tier"), answer.moved, known, why("lab_moved"), after=True),
        ],
        tiers=[_tier_row(tier, answer) for tier in tiers],
        tiers_why=why("lab_tiers"),
        pareto=_pareto(answer),
        pareto_why=why("lab_pareto"),
        coverage=_coverage(answer, why),
        silence=silence_lines(answer.rests.unrecorded),
        source=_("%(n)s customers, data up to %(day)s.")
        % {
            "n": formats.number(answer.population),
            "day": formats.day(answer.run.as_of, lang(), today),
        },
        command=command,
    )


def _tiers(body: Body) -> list[TierInfo]:
    return [
        TierInfo(
            tier["key"],
            tier["label"]["zh"],
            tier["label"]["en"],
            tier["seal"],
            tier["form"],
            tier.get("is_key", True),
            position,
        )
        for position, tier in enumerate(body["tiers"])
    ]


def _finding(answer: LabAnswer) -> str:
    """The conclusion in one sentence, with its numbers."""
    parts = [
        ngettext(
            "%(n)s of %(all)s customers is a key account",
            "%(n)s of %(all)s customers are key accounts",
            answer.key_accounts,
        )
        % {"n": formats.number(answer.key_accounts), "all": formats.number(answer.population)}
    ]
    if answer.key_spend_pct is not None:
        share = {
            "sales": formats.percent(answer.key_spend_pct),
            "margin": formats.percent(answer.key_margin_pct),
        }
        parts.append(
            _("they bring %(sales)s of the sales")
            if answer.key_margin_pct is None
            else _("they bring %(sales)s of the sales and %(margin)s of the margin")
        )
        parts[-1] %= share
    if answer.in_force is not None:
        moves = {"entered": answer.entered.count, "left": answer.left.count}
        parts.append(
            _("%(entered)s enter, %(left)s leave")
            % {name: formats.number(n) for name, n in moves.items()}
            if any(moves.values())
            else _("the list stays as it is")
        )
    zh = formats.is_chinese(lang())
    return ("；" if zh else "; ").join(parts) + ("。" if zh else ".")


def _compared_with(answer: LabAnswer) -> str:
    if answer.in_force is None:
        return _("Nothing is in force yet, so nobody can enter or leave.")
    version = answer.in_force.scheme_version
    return _("compared with %(scheme)s, version %(number)s, in force") % {
        "scheme": version.name(lang()),
        "number": version.number,
    }


def _list(
    label: str, moves: MoveList, tiers: Mapping[str, TierInfo], why: str, *, after: bool
) -> ListPanel:
    return ListPanel(
        label, moves.count, why, [_row(one, tiers, after=after) for one in moves.shown]
    )


def _row(one: Moved, tiers: Mapping[str, TierInfo], *, after: bool) -> ListRow:
    tier = tiers[one.tier_key if after or not one.tier_before_key else one.tier_before_key]
    ranks = (
        _("rank %(now)s") % {"now": formats.number(one.rank)}
        if one.rank_before is None
        else _("rank %(before)s → %(now)s")
        % {"before": formats.number(one.rank_before), "now": formats.number(one.rank)}
    )
    return ListRow(
        name=one.name,
        url=reverse("web:customer", args=[one.customer_id]),
        seal=tier.seal,
        form=tier.form,
        tier=f"{tier.label(lang())} ",
        note=ranks,
    )


def _tier_row(tier: TierInfo, answer: LabAnswer) -> TierRow:
    known = bool(answer.tier_counts_before) and tier.key in answer.tier_counts_before
    return TierRow(
        label=tier.label(lang()),
        seal=tier.seal,
        form=tier.form,
        before=answer.tier_counts_before[tier.key] if known else None,
        after=answer.tier_counts.get(tier.key, 0),
    )


def _pareto(answer: LabAnswer) -> Chart | None:
    if not answer.curve or not answer.population:
        return None
    curves = [
        (
            _("Sales"),
            [(p.customers_pct, p.spend_pct) for p in answer.curve if p.spend_pct is not None],
        ),
        (
            _("Margin"),
            [(p.customers_pct, p.margin_pct) for p in answer.curve if p.margin_pct is not None],
        ),
    ]
    curves = [(name, points) for name, points in curves if points]
    if not curves:
        return None
    cut_pct = 100 * answer.key_accounts / answer.population
    share = formats.percent(answer.key_spend_pct)
    finding = _("The first %(cut)s of the customers bring %(share)s of the sales") % {
        "cut": formats.percent(cut_pct),
        "share": share,
    }
    return pareto(
        finding,
        curves,
        cut_pct=cut_pct,
        cut_text=f"{formats.percent(cut_pct)} = {share}",
        note=_("Customers from the best score down."),
    )


def _coverage(answer: LabAnswer, why: Callable[..., str]) -> list[tuple[str, str, str]]:
    rests = answer.rests
    rows = [
        (
            _("Known share of the score, on average"),
            formats.percent(rests.known_pct),
            why("lab_known"),
        ),
        (
            _("Customers of whom less than %(share)s is known")
            % {"share": formats.percent(THIN_PCT, 0)},
            formats.number(rests.thin),
            why("lab_thin"),
        ),
    ]
    said = {key for one in rests.unrecorded for key in one.indicators}
    gaps = [(key, share) for key, share in rests.missing_pct if key not in said]
    for key, share in gaps[:_GAPS_SHOWN]:
        if share > 0:
            what = _("Without %(what)s") % {"what": indicator_name(key)}
            rows.append((what, formats.percent(share), why("lab_missing", indicator=key)))
    return rows


# --- the list of schemes -----------------------------------------------------------------------
@dataclass(frozen=True)
class SchemeRow:
    pk: int
    version: int
    url: str
    edit_url: str
    name: str
    number: int
    status: str
    tone: str
    note: str
    author: str
    since: datetime | None  # in force
    can_activate: bool
    retire_url: str  # empty where it may not be retired
    changed: bool


_TONES = {SchemeStatus.ACTIVE: "done", SchemeStatus.DRAFT: "soon", SchemeStatus.RETIRED: ""}


def scheme_row(one: SchemeVersion, *, may_activate: bool, changed: int | None) -> SchemeRow:
    spot = f"{one.key}.{one.number}"
    return SchemeRow(
        pk=one.pk,
        version=one.version,
        url=f"{reverse('web:lab')}?scheme={spot}",
        edit_url=f"{reverse('web:lab_scheme')}?scheme={spot}",
        name=one.name(lang()),
        number=one.number,
        status=one.get_status_display(),
        tone=_TONES[SchemeStatus(one.status)],
        note=one.note,
        author=str(one.author) if one.author else _("The product itself"),
        since=one.activated_at,
        can_activate=may_activate and one.status != SchemeStatus.ACTIVE,
        retire_url=f"{reverse('web:lab_retire')}?scheme={spot}"
        if may_activate and one.status == SchemeStatus.DRAFT
        else "",
        changed=one.pk == changed,
    )
