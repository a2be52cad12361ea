"""The forms of an import: the upload, and how each file is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from jishi.ingest.dialects import FoundMarks
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.recipe import (
    MAX_RECIPE_BYTES,
    Recipe,
    RecipeError,
    recipe_from_bytes,
)
from jishi.ingest.messages import recipe_problem_texts
from jishi.ingest.parsing.limits import MAX_FILE_BYTES, MB
from jishi.ingest.queries import recipes_listed
from jishi.ingest.services.uploading import READABLE_SUFFIXES
from jishi.web.formats import is_chinese


MAX_FILES = 40

currency_code = RegexValidator(
    r"^[A-Za-z]{3}$", gettext_lazy("A currency is three letters, such as CNY.")
)


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(forms.FileField):
    """One or several files, at most MAX_FILES, each within the size that is read at all."""

    def __init__(self, **kwargs: Any) -> None:
        accept = ",".join(READABLE_SUFFIXES)
        kwargs.setdefault("widget", ManyFilesInput(attrs={"accept": accept}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(ManyFilesField, self).clean(one, initial) for one in data or [None]]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(
                _("At most %(limit)s files at once.") % {"limit": MAX_FILES}
            )
        large = [file.name for file in files if file.size > MAX_FILE_BYTES]
        if large:
            raise forms.ValidationError(
                _("%(name)s is larger than %(limit)s MB.")
                % {"name": large[0], "limit": MAX_FILE_BYTES // MB}
            )
        return files


def title_of(key: str, title: Mapping[str, str]) -> str:
    """A recipe's name in the reader's language."""
    own = title.get("zh-hans" if is_chinese(get_language() or "") else "en")
    return own or next(iter(title.values()), key)


def recipe_choices() -> list[tuple[str, str]]:
    found = [(key, title_of(key, title)) for key, title, _ours in recipes_listed()]
    return [("", _("None: recognise the headings")), *found]


class RecipeFileField(forms.FileField):
    """A recipe written as YAML; cleaned, it is the recipe."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".yaml,.yml"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Recipe | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return recipe_from_bytes(file.read(MAX_RECIPE_BYTES + 1))
        except RecipeError as error:
            raise forms.ValidationError(recipe_problem_texts(error)) from None


class RecipeFileForm(forms.Form):
    recipe_file = RecipeFileField(
        label=gettext_lazy("Recipe as a YAML file"),
        help_text=gettext_lazy(
            "One that was downloaded here or in another Jishi, or written by hand."
        ),
    )
    replace = forms.BooleanField(
        label=gettext_lazy("Replace the recipe that has the same key"), required=False
    )


class UploadForm(forms.Form):
    uploads = ManyFilesField(
        label=gettext_lazy("Files to import"),
        help_text=gettext_lazy(
            "Excel (.xlsx, .xls, .ods) or text (.csv, .tsv, also packed as .gz), several at once. "
            "Headings may stand in any row and have any names."
        ),
    )
    recipe = forms.ChoiceField(
        label=gettext_lazy("Recipe"),
        required=False,
        help_text=gettext_lazy(
            "A recipe knows the columns of an export and how its files belong together."
        ),
    )
    recipe_file = RecipeFileField(
        label=gettext_lazy("or a recipe as a YAML file"),
        required=False,
        help_text=gettext_lazy("It is kept, and can be chosen from the list next time."),
    )
    entity = forms.ChoiceField(
        label=gettext_lazy("What the file holds"),
        required=False,
        help_text=gettext_lazy("Only needed when the headings leave it open."),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency of the amounts"),
        required=False,
        max_length=3,
        validators=[currency_code],
        help_text=gettext_lazy("Three letters. Empty: that of the recipe or of the company."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipe"].choices = recipe_choices()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["entity"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Find out")),
            *((name, _(entity.label)) for name, entity in ENTITIES.items()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("recipe") and cleaned.get("recipe_file"):
            self.add_error("recipe_file", _("Choose a recipe or bring one, not both."))
        return cleaned

    def options(self) -> dict[str, Any]:
        """What was given, as the ingest room takes it."""
        asked = {
            "entity": self.cleaned_data["entity"],
            "currency": self.cleaned_data["currency"].upper(),
        }
        return {name: value for name, value in asked.items() if value}


ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5", "cp1252")
DELIMITERS = ((",", ","), (";", ";"), ("\t", "Tab"), ("|", "|"), ("+|", "+|"))
NO_QUOTES = "none"
QUOTES = (('"', '"'), ("'", "'"), (NO_QUOTES, gettext_lazy("none")))
DECIMALS = ((".", "1,234.56"), (",", "1.234,56"))
DATE_ORDERS = (
    ("dmy", gettext_lazy("day first: 31/12/2026")),
    ("mdy", gettext_lazy("month first: 12/31/2026")),
)


class _ReadingForm(forms.Form):
    """How a sheet, or a text file, is read; empty means: as found."""

    header_row = forms.IntegerField(
        label=gettext_lazy("Row of the headings"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("0: there is none."),
    )
    date_order = forms.ChoiceField(
        label=gettext_lazy("Dates that end with the year"), required=False
    )

    def __init__(
        self, *args: Any, marks: FoundMarks | None, sheet: Mapping[str, Any] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if sheet is not None:
            row = _("as found: %(what)s") % {"what": sheet["header_row"] or 0}
            self.fields["header_row"].widget.attrs["placeholder"] = row
        order = "" if marks is None else marks.date_order
        self._offer("date_order", DATE_ORDERS, order, nothing=_("as found: there are none"))

    def _offer(
        self, name: str, choices: Iterable[tuple[str, Any]], found: str | None, nothing: str
    ) -> None:
        """The choices of a field, the first of them what was found; "" stands for nothing clear."""
        known = dict(choices)
        label = nothing
        if found is not None:
            words = _("as found: %(what)s") % {"what": known.get(found, found)}
            label = words if found else _("find out, or ask")
        self.fields[name].choices = [("", label), *known.items()]  # type: ignore[attr-defined]  # a ChoiceField


class TextFileForm(_ReadingForm):
    """How a text file is read."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Between cells"), required=False)
    quote = forms.ChoiceField(label=gettext_lazy("Around cells"), required=False)
    decimal = forms.ChoiceField(label=gettext_lazy("Decimal mark"), required=False)

    field_order = ("encoding", "delimiter", "quote", "header_row", "decimal", "date_order")

    def __init__(
        self, *args: Any, found: dict[str, Any], marks: FoundMarks | None, **kwargs: Any
    ) -> None:
        sheet = next(iter(found.get("sheets", [])), None)
        super().__init__(*args, marks=marks, sheet=sheet, **kwargs)
        dialect = found.get("dialect")
        known = dialect or {"encoding": "", "delimiter": "", "quote": ""}
        quote = NO_QUOTES if known["quote"] is None else known["quote"]
        self._offer("encoding", [(one, one) for one in ENCODINGS], known["encoding"], "")
        self._offer("delimiter", DELIMITERS, known["delimiter"], "")
        self._offer("quote", QUOTES, quote, "")
        decimal = "" if marks is None else marks.decimal
        self._offer("decimal", DECIMALS, decimal, nothing=_("as found: there are none"))

    @staticmethod
    def initial_of(options: dict[str, Any]) -> dict[str, Any]:
        """What a person chose before, as the form shows it."""
        quote = (options["quote"] or NO_QUOTES) if "quote" in options else ""
        chosen = {name: options.get(name, "") for name in ("encoding", "delimiter", "decimal")}
        return {**chosen, "quote": quote, **SheetForm.initial_of(options, "0")}

    def options(self) -> dict[str, Any]:
        """As the ingest room takes it."""
        asked = self.cleaned_data
        options: dict[str, Any] = {
            name: asked[name] for name in ("encoding", "delimiter", "decimal") if asked[name]
        }
        if asked["quote"]:
            options["quote"] = None if asked["quote"] == NO_QUOTES else asked["quote"]
        return options | sheet_options(self, "0")


class SheetForm(_ReadingForm):
    """How one sheet of a workbook is read."""

    @staticmethod
    def initial_of(options: dict[str, Any], sheet: str) -> dict[str, Any]:
        rows = options.get("header_rows", {})
        return {
            "header_row": (rows[sheet] or 0) if sheet in rows else None,
            "date_order": options.get("date_orders", {}).get(sheet, ""),
        }


def sheet_options(form: _ReadingForm, sheet: str) -> dict[str, dict[str, Any]]:
    """What was chosen for one sheet, by the names of the ingest room."""
    asked = form.cleaned_data
    options: dict[str, dict[str, Any]] = {}
    if asked["header_row"] is not None:
        options["header_rows"] = {sheet: asked["header_row"] or None}
    if asked["date_order"]:
        options["date_orders"] = {sheet: asked["date_order"]}
    return options
