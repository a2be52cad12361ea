"""What people type about customers, teams and interactions. Services check it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from jishi.customers.enums import SizeClass, Stage, TeamRole
from jishi.customers.tags import tag_names, tags_text
from jishi.facts.enums import Channel
from jishi.foundation.money import from_e4, to_e4


Choices = Sequence[tuple[Any, Any]]
BLANK: tuple[str, str] = ("", "—")
LARGEST = Decimal(900000000000000)
FIRST_DAY = date(1900, 1, 1)  # browsers make the year 26 of two digits


def choice_field(label: Any, choices: Choices, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[BLANK, *choices], required=required)


def text_field(
    label: Any, length: int, *, required: bool = False, help_text: Any = ""
) -> forms.Field:
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=help_text, empty_value=""
    )


def long_field(label: Any, help_text: Any = "", *, required: bool = False) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, required=required, widget=widget, max_length=4000, help_text=help_text
    )


def day_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        required=required,
        widget=widget,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        help_text=help_text,
        validators=[MinValueValidator(FIRST_DAY, _("Write the year with four digits."))],
    )


def whole_field(label: Any, highest: int, lowest: int = 0) -> forms.Field:
    return forms.IntegerField(label=label, required=False, min_value=lowest, max_value=highest)


def _amount(label: Any) -> forms.Field:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=LARGEST, decimal_places=4
    )


def _plain(amount: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    return f"{amount:f}".rstrip("0").rstrip(".") if amount % 1 else f"{int(amount)}"


def _new_token() -> str:
    return token_urlsafe(18)


def _own(form: forms.Form) -> set[str]:
    return {form.add_prefix(name) for name in form.fields}


class LedgerForm(forms.Form):
    """A form whose values a service checks once more.

    `token` is the same when it is sent again as it was, and another when anything was typed in between.
    """

    is_stale = False
    token = ""

    form_token = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=_new_token
    )

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        if sent.pop("form_token", ""):
            typed = sorted((name, str(self.data[name])) for name in self.data if name in _own(self))
            self.token = sha256(repr(typed).encode()).hexdigest()[:40]
        return sent

    def add_service_errors(self, error: ValidationError) -> None:
        """What a service refused, beside the fields it names."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, problems in error.error_dict.items():
            field = self.field_of(name)
            self.add_error(field if field in self.fields else None, problems)

    def field_of(self, column: str) -> str:
        """The form's field for a column of the model."""
        return column.removesuffix("_id").removesuffix("_e4")


class CustomerForm(LedgerForm):
    """Everything of a customer that people type, and the version the form was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = text_field(_("Name"), 200, required=True)
    short_name = text_field(_("Short name"), 80, help_text=_("Shown where space is short."))
    code = text_field(
        _("Customer code"), 40, help_text=_("Left empty, the next free number is given.")
    )
    customer_type = choice_field(_("Customer type"), ())
    credit_code = text_field(
        _("Unified social credit code"),
        18,
        help_text=_("18 characters; the last one is checked against the others."),
    )
    industry = choice_field(_("Industry"), ())
    business = text_field(_("Line of business"), 120)
    size_class = choice_field(_("Size"), SizeClass.choices)
    employees = whole_field(_("Employees"), 10_000_000)
    annual_revenue = _amount(_("Annual revenue"))
    region = text_field(
        _("Region"), 60, help_text=_("A place such as “湖南长沙”, or its six digits.")
    )
    city = text_field(_("City"), 80)
    address = text_field(_("Address"), 300)
    phone = text_field(_("Phone"), 40)
    email = forms.EmailField(label=_("E-mail"), required=False)
    website = text_field(_("Website"), 200)
    stage = forms.ChoiceField(
        label=_("Cooperation stage"),
        choices=[BLANK, *Stage.choices],
        initial=Stage.POTENTIAL,
        required=False,
    )
    cooperation_since_on = day_field(_("Cooperation since"))
    needs = long_field(_("Main needs"))
    strategy = long_field(_("Management strategy"))
    payment_terms = text_field(_("Payment terms"), 120)
    payment_days = whole_field(_("Payment days"), 1000)
    credit_limit = _amount(_("Credit limit"))
    source = text_field(_("Source"), 120)
    tags = text_field(_("Tags"), 1000, help_text=_("Several are separated by commas."))

    groups: ClassVar[dict[Any, tuple[str, ...]]] = {
        _("Who they are"): (
            "name", "short_name", "code", "customer_type", "credit_code", "industry",
            "business", "size_class", "employees", "annual_revenue",
        ),
        _("Where they are"): ("region", "city", "address", "phone", "email", "website"),
        _("How we work together"): (
            "stage", "cooperation_since_on", "needs", "strategy", "payment_terms",
            "payment_days", "credit_limit", "source", "tags",
        ),
    }  # fmt: skip
    money: ClassVar[tuple[str, ...]] = ("annual_revenue", "credit_limit")

    def __init__(self, *args: Any, types: Choices, industries: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer_type"].choices = [BLANK, *types]  # type: ignore[attr-defined]  # a choice field
        self.fields["industry"].choices = [BLANK, *industries]  # type: ignore[attr-defined]  # a choice field

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.groups.items()]

    def values(self) -> dict[str, Any]:
        """Column of the customer → value."""
        kept = dict(self.cleaned_data)
        kept.pop("version")
        for name in self.money:
            amount = kept.pop(name)
            kept[f"{name}_e4"] = None if amount is None else to_e4(amount)
        kept["customer_type_id"] = kept.pop("customer_type") or None
        del kept["tags"]
        return kept

    def tags_typed(self) -> list[str]:
        return tag_names(self.cleaned_data["tags"])

    def clean_tags(self) -> str:
        """In one spelling, so that it compares with what is stored."""
        return tags_text(tag_names(self.cleaned_data["tags"]))

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> dict[str, Any]:
        """The form's values for a stored customer, given as column → value."""
        found = {name: row[name] for name in cls.base_fields if name in row}
        for name in cls.money:
            units = row[f"{name}_e4"]
            found[name] = None if units is None else _plain(from_e4(units))
        found["customer_type"] = row["customer_type_id"] or ""
        return found


class ParentForm(LedgerForm):
    """Which group the customer belongs to; empty for none."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    parent_code = text_field(
        _("Belongs to group"),
        40,
        help_text=_("The customer code of the parent company; empty when there is none."),
    )

    def field_of(self, column: str) -> str:
        return "parent_code" if column in {"parent", "parent_id"} else column


class SinceForm(LedgerForm):
    """Somebody's part that begins on a day, at the latest today: who has it sees the customer at once."""

    started_on = day_field(_("From"), required=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["started_on"].initial = today

    def clean_started_on(self) -> date:
        day: date = self.cleaned_data["started_on"]
        if day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day


class OwnerForm(SinceForm):
    """Who answers for the customer, and since when."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int, empty_value=None, required=False)
    field_order = ("owner", "started_on")

    def field_of(self, column: str) -> str:
        return "started_on" if column == "on" else column

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", _("Nobody yet")), *people]  # type: ignore[attr-defined]  # a choice field


class TeamMemberForm(SinceForm):
    """One more of our people on the account team."""

    user = forms.TypedChoiceField(label=_("Person"), coerce=int)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[choice for choice in TeamRole.choices if choice[0] != TeamRole.OWNER],
    )
    field_order = ("user", "role", "started_on")

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = [BLANK, *people]  # type: ignore[attr-defined]  # a choice field


class EndMemberForm(LedgerForm):
    """The last day of somebody on the account team."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    ended_on = day_field(_("Last day"), required=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_ended_on(self) -> date:
        day: date = self.cleaned_data["ended_on"]
        if day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day


class WithdrawForm(LedgerForm):
    """Why something that was recorded is taken back."""

    reason = text_field(
        _("Why"),
        200,
        required=True,
        help_text=_("It no longer counts, and stays in the history with this reason."),
    )


class InteractionForm(LedgerForm):
    """Something that happened between us and the customer, and what comes next."""

    occurred_on = day_field(_("Date"), required=True)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    summary = forms.CharField(
        label=_("What was said"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    with_whom = text_field(_("With whom"), 200)
    next_step = text_field(
        _("Next step"), 200, help_text=_("What you promised to do; it comes back when it is due.")
    )
    next_step_on = day_field(_("Next step due"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["occurred_on"].initial = today

    def clean(self) -> dict[str, Any]:
        sent = super().clean()
        happened, due = sent.get("occurred_on"), sent.get("next_step_on")
        if happened and happened > self.today:
            self.add_error("occurred_on", _("This day is still to come."))
        if due and not sent.get("next_step"):
            self.add_error("next_step", _("Say what is to be done by that day."))
        if due and happened and due < happened:
            self.add_error("next_step_on", _("This is before the interaction itself."))
        return sent
