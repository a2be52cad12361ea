"""The forms of the settings: they check shape; the services know the rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jishi.foundation.enums import Density, DirectionColours, Language, Role, Theme
from jishi.web.pages.settings.queries import parent_choices, team_choices


# Names of the services' values → names of our fields.
_FIELD_NAMES = {"parent_id": "parent", "team_id": "team"}

# Each language by its own name, so that whoever cannot read the page still finds it.
LANGUAGES = [(Language.CHINESE.value, "中文"), (Language.ENGLISH.value, "English")]
MONTHS = [(month, str(month)) for month in range(1, 13)]


def take_errors(form: forms.Form, error: ValidationError) -> None:
    """Show what a service refused beside the fields it names, the rest above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.error_dict.items():
        field = _FIELD_NAMES.get(name, name)
        form.add_error(field if field in form.fields else None, problems)


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, widget=forms.RadioSelect)
    density = forms.ChoiceField(
        label=_("Row height"), choices=Density.choices, widget=forms.RadioSelect
    )
    direction_colours = forms.ChoiceField(
        label=_("Colours of up and down"),
        choices=DirectionColours.choices,
        widget=forms.RadioSelect,
        help_text=_("Chinese finance reads red as up, Western readers see it as bad."),
    )
    single_key_shortcuts = forms.BooleanField(
        label=_("Single-letter shortcuts"),
        required=False,
        help_text=_("J, K, Space and others work without Ctrl. Switch off if you dictate text."),
    )


class CompanyForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Company name"), max_length=120, required=False)
    base_currency = forms.CharField(
        label=_("Currency of all figures"),
        max_length=3,
        help_text=_("Three letters. Fixed once orders or payments are kept in it."),
    )
    fiscal_year_starts_in = forms.TypedChoiceField(
        label=_("Fiscal year starts in month"), choices=MONTHS, coerce=int
    )


class RateForm(forms.Form):
    currency = forms.CharField(label=_("Currency"), max_length=3)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rate = forms.DecimalField(
        label=_("Worth in the currency of all figures"), max_digits=18, decimal_places=8
    )


class PersonForm(forms.Form):
    """Shared by adding somebody and changing somebody."""

    username = forms.CharField(label=_("Login name"), max_length=60)
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    team = forms.TypedChoiceField(label=_("Team"), required=False, coerce=int, empty_value=None)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = team_choices()  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        """The cleaned values under the services' names."""
        kept = {name: self.cleaned_data[name] for name in ("username", "name", "role", "email")}
        return kept | {
            "team_id": self.cleaned_data["team"],
            "language": self.cleaned_data["language"],
        }


class NewPersonForm(PersonForm):
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Hand it over in person; it can be changed later."),
    )


class FirstAdministratorForm(forms.Form):
    """Who takes over from the users of the demo company."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    username = forms.CharField(label=_("Login name"), max_length=60)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters."),
    )
    again = forms.CharField(
        label=_("Password again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "again" in typed and typed["again"] != typed.get("password", typed["again"]):
            self.add_error("again", _("The two passwords are not the same."))
        return typed


class EditPersonForm(PersonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Whoever is signed in with the old one is signed out."),
    )


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Team name"), max_length=80)
    parent = forms.TypedChoiceField(
        label=_("Part of"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = parent_choices(but=but)  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "parent_id": self.cleaned_data["parent"]}


class EditTeamForm(TeamForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class CustomerTypeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40)
    name_en = forms.CharField(
        label=_("English name"),
        max_length=40,
        required=False,
        help_text=_("Shown to whoever reads English; left empty, they see the name."),
    )


class EditCustomerTypeForm(CustomerTypeForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    is_retired = forms.BooleanField(
        label=_("Retired"),
        required=False,
        help_text=_("No longer offered; customers that have it keep it."),
    )


class TrailForm(forms.Form):
    """What the audit trail is narrowed to; every field may stay empty."""

    table = forms.ChoiceField(label=_("What"), required=False)
    row = forms.CharField(label=_("Row number"), max_length=40, required=False)
    actor = forms.TypedChoiceField(label=_("Who"), required=False, coerce=int, empty_value=None)
    request_id = forms.RegexField(
        r"^[0-9a-f]{1,36}$", required=False, widget=forms.HiddenInput, strip=True
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
