"""The forms of an import: the upload, and how each file is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from jishi.ingest.mapping.catalogue import ENTITIES
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


def recipe_choices() -> list[tuple[str, str]]:
    zh = is_chinese(get_language() or "")
    found = [
        (key, title.get("zh-hans" if zh else "en") or key) for key, title, _ours in recipes_listed()
    ]
    return [("", _("None: recognise the headings")), *found]


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

    def options(self) -> dict[str, Any]:
        """What was given, as the ingest room takes it."""
        asked = {
            "entity": self.cleaned_data["entity"],
            "currency": self.cleaned_data["currency"].upper(),
        }
        return {name: value for name, value in asked.items() if value}


ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5", "cp1252")
DELIMITERS = ((",", ","), (";", ";"), ("\t", "Tab"), ("|", "|"), ("+|", "+|"))


class TextFileForm(forms.Form):
    """How a text file is read; empty means: as found."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=gettext_lazy("Between cells"), required=False)
    header_row = forms.IntegerField(
        label=gettext_lazy("Row of the headings"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("0: the file has none."),
    )

    def __init__(self, *args: Any, found: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dialect = found.get("dialect") or {}
        self._offer("encoding", [(one, one) for one in ENCODINGS], dialect.get("encoding"))
        self._offer("delimiter", list(DELIMITERS), dialect.get("delimiter"))

    def _offer(self, name: str, choices: list[tuple[str, str]], found: str | None) -> None:
        known = dict(choices)
        label = (
            _("as found: %(what)s") % {"what": known.get(found, found)} if found else _("find out")
        )
        self.fields[name].choices = [("", label), *choices]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_delimiter(self) -> str:
        return str(self.data.get(self.add_prefix("delimiter"), ""))

    def options(self) -> dict[str, Any]:
        """As the parsing child takes it."""
        asked = self.cleaned_data
        options: dict[str, Any] = {
            name: asked[name] for name in ("encoding", "delimiter") if asked[name]
        }
        if asked["header_row"] is not None:
            options["header_rows"] = {"0": asked["header_row"] or None}
        return options


class SheetForm(forms.Form):
    """Where the headings of one sheet of a workbook stand."""

    header_row = forms.IntegerField(
        label=gettext_lazy("Row of the headings"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("0: the sheet has none."),
    )
