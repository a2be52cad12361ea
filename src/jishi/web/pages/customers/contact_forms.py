"""What people type about contacts: who they are, where else they work, when they left."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jishi.customers.enums import BuyingRole, Calendar, Party, Stance
from jishi.web.pages.customers.forms import (
    LedgerForm,
    choice_field,
    day_field,
    long_field,
    text_field,
    whole_field,
)


class ContactForm(LedgerForm):
    """A person at the customer: the name is enough."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    position_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = text_field(pgettext_lazy("person", "Name"), 80, required=True)
    party = forms.ChoiceField(
        label=_("Side"),
        choices=Party.choices,
        initial=Party.CUSTOMER,
        required=False,
        help_text=_("A third party advises or influences the customer without working there."),
    )
    title = text_field(_("Title"), 80)
    department = text_field(_("Department"), 80)
    buying_role = choice_field(_("Part in the decision"), BuyingRole.choices)
    influence = choice_field(_("Influence"), [(str(step), str(step)) for step in range(1, 6)])
    stance = forms.ChoiceField(
        label=_("Stance"), choices=Stance.choices, initial=Stance.UNKNOWN, required=False
    )
    mobile = text_field(_("Mobile"), 40)
    phone = text_field(_("Phone"), 40)
    email = forms.EmailField(label=_("E-mail"), required=False)
    wechat = text_field(_("WeChat"), 60)
    birth_calendar = forms.ChoiceField(
        label=_("Birthday by"),
        choices=Calendar.choices,
        initial=Calendar.SOLAR,
        required=False,
        help_text=_("Lunar birthdays come round on another day every year."),
    )
    birth_year = whole_field(_("Birth year"), 2100, 1900)
    birth_month = whole_field(_("Birth month"), 12, 1)
    birth_day = whole_field(_("Birth day"), 31, 1)
    birth_in_leap_month = forms.BooleanField(label=_("Leap month"), required=False)
    is_primary = forms.BooleanField(label=_("First contact"), required=False)
    note = long_field(_("Note"))

    position: ClassVar[tuple[str, ...]] = (
        "title", "department", "buying_role", "influence", "stance", "is_primary",
    )  # fmt: skip

    def person_values(self) -> dict[str, Any]:
        kept = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in self.position and not name.endswith("version")
        }
        kept["birth_calendar"] = kept["birth_calendar"] or Calendar.SOLAR
        kept["party"] = kept["party"] or Party.CUSTOMER
        return kept

    def position_values(self) -> dict[str, Any]:
        kept = {name: self.cleaned_data[name] for name in self.position}
        kept["influence"] = int(kept["influence"]) if kept["influence"] else None
        kept["stance"] = kept["stance"] or Stance.UNKNOWN
        return kept


class ElsewhereForm(LedgerForm):
    """Another customer at which the person works as well."""

    customer_code = text_field(
        _("Customer code"),
        40,
        required=True,
        help_text=_("Of the other customer; it stands on its page beside the name."),
    )
    title = text_field(_("Title"), 80)
    department = text_field(_("Department"), 80)
    buying_role = choice_field(_("Part in the decision"), BuyingRole.choices)
    started_on = day_field(pgettext_lazy("day", "From"))

    def field_of(self, column: str) -> str:
        return "customer_code" if column == "customer_id" else column


class LeftForm(LedgerForm):
    """The day somebody left; who has left already may turn out to be there still."""

    position_version = forms.IntegerField(widget=forms.HiddenInput)
    ended_on = day_field(_("Left on"), required=True)

    def __init__(self, *args: Any, today: date, has_left: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        day = self.fields["ended_on"]
        if has_left:
            day.required = False
            day.help_text = _("Empty: the person works there still.")

    def clean_ended_on(self) -> date | None:
        day: date | None = self.cleaned_data["ended_on"]
        if day is not None and day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day
