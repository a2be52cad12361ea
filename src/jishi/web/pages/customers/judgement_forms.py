"""What people judge about a customer: expert ratings, and the tier that it belongs to whatever its score."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.facts.enums import Criterion, EvidenceKind
from jishi.web.pages.customers.forms import Choices, LedgerForm, day_field, long_field, text_field


class RatingForm(LedgerForm):
    """A judgement from 0 to 100 and what it rests on."""

    criterion = forms.ChoiceField(label=_("What is judged"), choices=Criterion.choices)
    value_pct = forms.IntegerField(
        label=_("Rating"), min_value=0, max_value=100, help_text=_("0 is lowest, 100 is highest.")
    )
    evidence_kind = forms.ChoiceField(label=_("Evidence"), choices=EvidenceKind.choices)
    source = text_field(
        _("Source"), 300, required=True, help_text=_("Which analysis, conversation or survey.")
    )
    occurred_on = day_field(_("Date"), required=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"].initial = today


class DesignationForm(LedgerForm):
    """A tier by decision, with its reason."""

    tier_key = forms.ChoiceField(label=_("Tier"))
    reason = long_field(
        _("Reason"), _("Strategic significance that the figures do not show yet."), required=True
    )
    evidence = long_field(_("Supporting evidence"))
    expires_on = day_field(_("Until"), help_text=_("Empty: until somebody ends it."))

    def __init__(self, *args: Any, tiers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier_key"].choices = tiers  # type: ignore[attr-defined]  # a choice field


class EndDesignationForm(LedgerForm):
    """The score decides again."""

    designation = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    version = forms.IntegerField(widget=forms.HiddenInput)
