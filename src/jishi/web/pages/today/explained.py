"""Where the figures of the start page come from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jishi.foundation.queries import company
from jishi.scoring.periods import within
from jishi.web import formats
from jishi.web.components.parts import ExplainedInput, Explanation
from jishi.web.pages.grading.queries import grading
from jishi.web.pages.today import queries


if TYPE_CHECKING:
    from jishi.foundation.models import User


KEYS = frozenset(
    {
        "today_key_accounts",
        "today_sales",
        "today_overdue",
        "today_next_steps",
        "today_silent",
        "today_at_stake",
    }
)


def explanation(by: User, key: str, lang: str, today: date) -> Explanation | None:
    """None for any other number, and before anything is graded."""
    current = grading()
    if key not in KEYS or current is None:
        return None
    found = queries.figures(by, next(iter(current.tiers)))
    currency = company().base_currency
    table = reverse("web:customers")
    match key:
        case "today_key_accounts":
            title, value = (
                pgettext("customers of a key tier", "Key accounts"),
                formats.number(found.key_accounts),
            )
            formula = _("Customers you see whose tier is one of the key tiers.")
            link = ExplainedInput(_("Show them"), value, f"{table}?view=key")
        case "today_sales":
            title = within(_("Sales"), current.window_months)
            value = formats.money_full(found.spend_e4, currency)
            formula = _("Sum over the customers you see: order lines net of discount, before tax.")
            count = formats.number(found.customers)
            link = ExplainedInput(_("Customers"), count, f"{table}?view=all&sort=-spend")
        case "today_overdue":
            title, value = _("Overdue"), formats.money_full(found.overdue_e4, currency)
            formula = _("Sum over the customers you see: due orders less what was paid for them.")
            count = formats.number(found.overdue_customers)
            link = ExplainedInput(_("Customers"), count, f"{table}?view=overdue&sort=-overdue")
        case "today_next_steps":
            title = _("Next steps late")
            value = formats.number(queries.next_steps_overdue(by, today))
            formula = _(
                "Next steps agreed in a customer's newest interaction whose day has passed; "
                "key accounts you see and all customers you own."
            )
            link = ExplainedInput(_("Listed below"), value, reverse("web:today"))
        case "today_at_stake":
            return _at_stake(lang, today)
        case _:
            title, value = _("Quieter than usual"), formats.number(found.silent)
            formula = _(
                "Days since the last order ÷ the customer's own usual gap is 2 or more; "
                "key accounts you see and all customers you own."
            )
            link = ExplainedInput(_("Listed below"), value, reverse("web:today"))
    return Explanation(
        title=title,
        value=value,
        formula=formula,
        inputs=[link],
        as_of=formats.day(today if key == "today_next_steps" else current.as_of, lang, today),
        source=_("scheme %(name)s, version %(number)s")
        % {"name": current.scheme_name, "number": current.scheme_number},
    )


def _at_stake(lang: str, today: date) -> Explanation:
    """The formula of `priority`, in words."""
    shares = (
        (_("Quieter than usual"), _("(times the usual gap − 1) ÷ 4, at most all of it")),
        (_("No interaction for 90 days"), _("5 %")),
        (_("Sales falling"), _("as much as they fell against the year before")),
        (_("Complaint open"), _("5 %, 10 % or 20 % by severity, up to twice that after 90 days")),
        (_("Next steps late"), _("5 %, up to twice that after 90 days; 2 % before the day")),
        (_("Low satisfaction answer"), _("5 %")),
        (_("Tier fell"), _("5 %")),
    )
    return Explanation(
        title=_("At stake"),
        value="",
        question=_("What could we lose with this customer if nobody acts?"),
        formula=_(
            "Overdue money × (1 + days ÷ 180, at most 2) + a year's margin × the shares below, "
            "together no more than the whole margin."
        ),
        inputs=[ExplainedInput(label, share) for label, share in shares],
        as_of=formats.day(today, lang, today),
    )
