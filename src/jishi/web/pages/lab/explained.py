"""Where the figures of the laboratory come from: counted anew from the state that the address holds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translated
from django.utils.translation import pgettext

from jishi.scoring.laboratory import THIN_PCT, LabAnswer, MoveList, NeedsRunError, lab_answer
from jishi.scoring.queries import indicator_texts, scheme_named
from jishi.web import formats
from jishi.web.components.parts import ExplainedInput, Explanation
from jishi.web.pages.grading.silence import silence_texts
from jishi.web.pages.lab.presenters import indicator_name, text_of
from jishi.web.pages.lab.state import Body, changed_body, read_state


if TYPE_CHECKING:
    from jishi.foundation.models import User

Parts = tuple[str, str, str, list[ExplainedInput]]

GAPS_NAMED = 6


def explanation(
    by: User, key: str, params: QueryDict, lang: str, today: date
) -> Explanation | None:
    """None for any other number, and where the laboratory has no answer.

    Raises:
        NotAllowedError.
    """
    version = scheme_named(params.get("scheme", "")) if key.startswith("lab_") else None
    if version is None:
        return None
    spot = f"{version.key}.{version.number}"
    body = changed_body(read_state(params, spot, version.body), version.body)
    try:
        answer = lab_answer(by=by, body=body)
    except (ValidationError, NeedsRunError):
        return None
    parts = _parts(key, params, answer, body)
    if parts is None:
        return None
    title, value, formula, inputs = parts
    indicator = params.get("indicator", "") if key == "lab_missing" else ""
    lacking = [
        one.kind for one in answer.rests.unrecorded if indicator and indicator in one.indicators
    ]
    return Explanation(
        title=title,
        value=value,
        formula=formula,
        inputs=inputs,
        advice=" ".join(silence_texts(lacking)),
        as_of=formats.day(answer.run.as_of, lang, today),
        source=_("scheme %(name)s, version %(number)s")
        % {"name": version.name(lang), "number": version.number},
    )


def _parts(key: str, params: QueryDict, answer: LabAnswer, body: Body) -> Parts | None:
    match key:
        case "lab_known":
            return _known(answer)
        case "lab_thin":
            return (
                _("Customers of whom less than %(share)s is known")
                % {"share": formats.percent(THIN_PCT, 0)},
                formats.number(answer.rests.thin),
                _("Customers the weights of whose known indicators add up to less than that."),
                _gaps(answer),
            )
        case "lab_missing":
            return _missing(params.get("indicator", ""), answer)
        case "lab_tiers":
            return _tiers(answer, body)
        case "lab_entered":
            return _moves(_("Enter"), answer.entered, answer)
        case "lab_left":
            return _moves(_("Leave"), answer.left, answer)
        case "lab_moved":
            return _moves(_("Change tier"), answer.moved, answer)
        case "lab_pareto":
            return _pareto(answer)
        case _:
            return None


def _everybody(answer: LabAnswer) -> ExplainedInput:
    table = reverse("web:customers")
    return ExplainedInput(
        _("Customers"), formats.number(answer.population), f"{table}?view=all&cols=coverage"
    )


def _gaps(answer: LabAnswer) -> list[ExplainedInput]:
    gaps = [(key, share) for key, share in answer.rests.missing_pct if share > 0]
    return [
        _everybody(answer),
        *(
            ExplainedInput(
                _("Without %(what)s") % {"what": indicator_name(key)}, formats.percent(share)
            )
            for key, share in gaps[:GAPS_NAMED]
        ),
    ]


def _known(answer: LabAnswer) -> Parts:
    return (
        _("Known share of the score, on average"),
        formats.percent(answer.rests.known_pct),
        _("For each customer the weights of its known indicators; then the mean of all customers."),
        _gaps(answer),
    )


def _missing(indicator: str, answer: LabAnswer) -> Parts | None:
    share = dict(answer.rests.missing_pct).get(indicator)
    if share is None:
        return None
    counted = round(share * answer.population / 100)
    texts = indicator_texts(indicator)
    return (
        _("Without %(what)s") % {"what": indicator_name(indicator)},
        formats.percent(share),
        _("100 × customers without a value ÷ all customers."),
        [
            ExplainedInput(_("Without a value"), formats.number(counted)),
            _everybody(answer),
            ExplainedInput(indicator_name(indicator), "", note=translated(texts["formula"])),
        ],
    )


def _tiers(answer: LabAnswer, body: Body) -> Parts:
    before = answer.tier_counts_before
    inputs = [
        ExplainedInput(
            text_of(tier["label"]),
            formats.number(answer.tier_counts.get(tier["key"], 0)),
            note=_("now %(n)s") % {"n": formats.number(before[tier["key"]])}
            if tier["key"] in before
            else "",
        )
        for tier in body["tiers"]
    ]
    return (
        _("Customers in each tier"),
        formats.number(answer.population),
        _(
            "Now: the tiers in force. Then: everybody scored by this rule, the key accounts chosen, and "
            "each customer put into the first tier whose cut it passes; decisions of people stay. "
            "Difference = then − now."
        ),
        inputs,
    )


def _moves(title: str, moves: MoveList, answer: LabAnswer) -> Parts:
    before = answer.key_accounts_before
    counts = (
        (pgettext("customers of a key tier", "Key accounts"), answer.key_accounts),
        (_("Key accounts now"), before),
        (_("Enter"), answer.entered.count),
        (_("Leave"), answer.left.count),
    )
    names = [
        ExplainedInput(one.name, "", reverse("web:customer", args=[one.customer_id]))
        for one in moves.shown
    ]
    return (
        title,
        formats.number(moves.count),
        _(
            "Enter: key accounts by this rule that are none now. Leave: key accounts now that this rule "
            "does not choose. Change tier: key accounts in both, in another tier."
        ),
        [ExplainedInput(name, formats.number(n)) for name, n in counts if n is not None] + names,
    )


def _pareto(answer: LabAnswer) -> Parts | None:
    if not answer.population:
        return None
    cut_pct = 100 * answer.key_accounts / answer.population
    shares = (
        (_("Sales"), answer.key_spend_pct),
        (_("Margin"), answer.key_margin_pct),
    )
    return (
        _("What the key accounts bring"),
        formats.percent(answer.key_spend_pct),
        _(
            "Customers from the best score down; at each point the sum of the sales (and of the margin) of "
            "those passed so far ÷ that of all customers."
        ),
        [
            ExplainedInput(
                pgettext("customers of a key tier", "Key accounts"),
                formats.number(answer.key_accounts),
                note=_("%(share)s of the customers") % {"share": formats.percent(cut_pct)},
            ),
            _everybody(answer),
            *(ExplainedInput(name, formats.percent(share)) for name, share in shares),
        ],
    )
