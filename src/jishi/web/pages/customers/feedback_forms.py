"""What customers tell us: complaints, and answers to the question how satisfied they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.facts.enums import Instrument, Severity
from jishi.web.pages.customers.forms import LedgerForm, day_field, long_field


class ComplaintForm(LedgerForm):
    """Something that is wrong, until it is closed."""

    summary = long_field(_("What is wrong"), required=True)
    severity = forms.TypedChoiceField(label=_("Severity"), choices=Severity.choices, coerce=int)
    occurred_on = day_field(_("Complained on"), required=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"].initial = today


class CloseComplaintForm(LedgerForm):
    """What was done about a complaint, and when it was over."""

    resolution = long_field(_("What was done about it"), required=True)
    closed_on = day_field(_("Solved on"), required=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed_on"].initial = today


class SatisfactionForm(LedgerForm):
    """An answer on the scale of the question that was asked."""

    instrument = forms.ChoiceField(
        label=_("Question"),
        choices=[
            (Instrument.NPS, _("NPS: would recommend us, 0 to 10")),
            (Instrument.CSAT, _("CSAT: satisfied with us, 1 to 5")),
            (Instrument.CES, _("CES: easy to work with us, 1 to 7")),
        ],
    )
    score = forms.DecimalField(
        label=_("Score"),
        min_value=0,
        max_value=10,
        decimal_places=1,
        help_text=_("On the scale of the question; the highest is best."),
    )
    comment = long_field(_("Comment"), _("Who answered, and why so."))
    occurred_on = day_field(_("Answered on"), required=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"].initial = today

    def field_of(self, column: str) -> str:
        return "score" if column == "score_milli" else column

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        kept = dict(self.cleaned_data)
        score: Decimal = kept.pop("score")
        return kept | {"score_milli": int(score * 1000)}
