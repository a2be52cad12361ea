"""Which column is which field: from a recipe to the form on the page, and back.

Recipes that look things up in other files or leave rows out by conditions are shown and used as they
are. Formulas of the others are shown beside the form and carried over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import FLAG, Entity, Field
from jishi.ingest.mapping.recipe import Recipe, Step, Value
from jishi.ingest.staging.values import parse_flag
from jishi.web.pages.data.values import choices_of, value_text, word_of


SAMPLES = 3

# A field that points to another row → the field that names that row.
_SAME_AS: dict[str, tuple[str, str]] = {
    "customer_code": ("customers", "code"),
    "customer_name": ("customers", "name"),
    "sku": ("products", "sku"),
    "product_name": ("products", "name"),
    "order_no": ("orders", "order_no"),
}


@dataclass(frozen=True)
class SheetColumns:
    """One table of an uploaded file: its headings and a few values of each column."""

    key: str
    file: str
    sheet: str
    headings: Sequence[str]
    samples: Sequence[Sequence[str]]
    rows: int


@dataclass(frozen=True)
class Target:
    value: str
    label: str
    required: bool


@dataclass(frozen=True)
class ColumnRow:
    """One column on the page; `chosen` are its targets, one select for each."""

    name: str
    heading: str
    letter: int
    samples: Sequence[str]
    chosen: Sequence[str]
    blank_words: str

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(target, label) of what is chosen."""
        return [(one, target_label(one)) for one in self.chosen]


@dataclass(frozen=True)
class Constant:
    """A required field that no column gives."""

    name: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class SheetForm:
    sheet: SheetColumns
    columns: Sequence[ColumnRow]
    constants: Sequence[Constant]
    formulas: Sequence[tuple[str, str]]


def is_editable(recipe: Recipe) -> bool:
    """Whether the page can show the whole recipe, so that saving it loses nothing."""
    return all(_is_simple(step) for step in recipe.steps)


def _is_simple(step: Step) -> bool:
    return not step.lookups and not step.where


def _is_formula(value: Value) -> bool:
    return value.column is None and value.const is None


def target_groups() -> list[tuple[str, list[Target]]]:
    """Every field that a column can be, under the name of its entity."""
    return [
        (
            _(entity.label),
            [
                Target(
                    f"{entity.name}.{field.name}", _field_label(entity, field.name), field.required
                )
                for field in entity.fields
            ],
        )
        for entity in ENTITIES.values()
    ]


def target_label(target: str) -> str:
    entity, _dot, field = target.partition(".")
    if entity not in ENTITIES:
        return ""
    return _field_label(ENTITIES[entity], field)


def _field_label(entity: Entity, field: str) -> str:
    return _("%(place)s: %(what)s") % {
        "place": _(entity.label),
        "what": _(entity.field(field).label),
    }


def sheet_forms(recipe: Recipe, sheets: Sequence[SheetColumns]) -> list[SheetForm]:
    """The form of a simple recipe over the uploaded tables."""
    return [_sheet_form(recipe, sheet) for sheet in sheets]


def _sheet_form(recipe: Recipe, sheet: SheetColumns) -> SheetForm:
    chosen: dict[str, list[str]] = {}
    blanks: dict[str, str] = {}
    constants: list[Constant] = []
    formulas: list[tuple[str, str]] = []
    for step in recipe.steps:
        if step.source != sheet.key:
            continue
        entity = ENTITIES[step.entity]
        for name, value in step.fields.items():
            if value.column is not None:
                where = value.column.strip().casefold()
                chosen.setdefault(where, []).append(f"{step.entity}.{name}")
                if value.blank_words:
                    blanks[where] = " ".join(value.blank_words)
            elif value.const is not None:
                constants.append(_constant(sheet.key, entity, entity.field(name), value.const))
            else:
                label = _field_label(entity, name)
                formulas.append((label, origin_text(value, entity.field(name))))
        constants += [
            _constant(sheet.key, entity, field, "")
            for field in entity.fields
            if entity.needs(field, step.fields) and field.name not in step.fields
        ]
    columns = [
        ColumnRow(
            name=f"{sheet.key}.{number}",
            heading=heading,
            letter=number,
            samples=[row[number] for row in sheet.samples if number < len(row) and row[number]][
                :SAMPLES
            ],
            chosen=chosen.get(heading.strip().casefold(), []) or [""],
            blank_words=blanks.get(heading.strip().casefold(), ""),
        )
        for number, heading in enumerate(sheet.headings)
    ]
    return SheetForm(sheet, columns, constants, formulas)


def _constant(key: str, entity: Entity, field: Field, value: str) -> Constant:
    words = choices_of(field, get_language() or "zh-hans")
    choices = [(code, words.get(code, code)) for code in field.choices]
    return Constant(
        name=f"const.{key}.{entity.name}.{field.name}",
        label=_field_label(entity, field.name),
        value=value,
        choices=choices,
    )


# --- and back ----------------------------------------------------------------------------------
def recipe_from_form(
    post: QueryDict, sheets: Sequence[SheetColumns], *, base: Recipe
) -> dict[str, Any]:
    """The recipe that the form says, as plain data; unchecked."""
    steps: list[dict[str, Any]] = []
    for sheet in sheets:
        earlier = {step.entity: step for step in base.steps if step.source == sheet.key}
        wanted = _wanted(post, sheet, earlier)
        _share(wanted)
        steps += [_step(name, sheet.key, wanted, earlier.get(name)) for name in ENTITIES
                  if name in wanted]  # fmt: skip
    data = base.model_dump(mode="json", exclude_defaults=True)
    used = {step["source"] for step in steps}
    data["steps"] = steps
    data["sources"] = {key: value for key, value in data["sources"].items() if key in used}
    currency = post.get("currency", "").strip().upper()
    data["currency"] = currency or None
    return data


def _step(
    name: str, source: str, wanted: dict[str, dict[str, Any]], earlier: Step | None
) -> dict[str, Any]:
    fields = wanted[name]
    step: dict[str, Any] = {"entity": name, "source": source, "fields": fields}
    only_with = list(earlier.only_with) if earlier else _needed_at_all(name, fields, wanted)
    if only_with:
        step["only_with"] = [field for field in only_with if field in fields]
    return step


def _needed_at_all(name: str, fields: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """In a row that holds several things, a blank contact or product means that there is none."""
    if len(wanted) < 2:
        return []
    if name == "contacts":
        return ["contact_name"]
    if name == "products":
        return ["sku"] if "sku" in fields else ["name"]
    return []


def _wanted(
    post: QueryDict, sheet: SheetColumns, earlier: Mapping[str, Step]
) -> dict[str, dict[str, Any]]:
    """Entity → field → where it comes from, as chosen."""
    wanted: dict[str, dict[str, Any]] = {}
    for number, heading in enumerate(sheet.headings):
        name = f"{sheet.key}.{number}"
        blanks = post.get(f"blank.{name}", "").split()
        for target in post.getlist(f"to.{name}"):
            entity, _dot, field = target.partition(".")
            if entity not in ENTITIES or field not in ENTITIES[entity].field_names:
                continue
            value = _refined(heading, earlier.get(entity), field)
            value.pop("blank_words", None)
            if blanks:
                value["blank_words"] = blanks
            wanted.setdefault(entity, {}).setdefault(field, value)
    for entity, step in earlier.items():
        for field, formula in step.fields.items():
            if entity in wanted and _is_formula(formula):
                kept = formula.model_dump(mode="json", exclude_defaults=True)
                wanted[entity].setdefault(field, kept)
    for entity in list(wanted):
        for field in ENTITIES[entity].field_names:
            constant = post.get(f"const.{sheet.key}.{entity}.{field}", "").strip()
            if constant:
                wanted[entity].setdefault(field, {"const": constant})
    return wanted


def _refined(heading: str, step: Step | None, field: str) -> dict[str, Any]:
    """The column, with the words that an earlier recipe translated in it."""
    known = step.fields.get(field) if step else None
    if known is None or known.column is None:
        return {"column": heading}
    if known.column.strip().casefold() != heading.strip().casefold():
        return {"column": heading}
    return known.model_dump(mode="json", exclude_defaults=True)


def _share(wanted: dict[str, dict[str, Any]]) -> None:
    """A column that names the customer, order or product of a row names it for everything in it."""
    known: dict[str, Any] = {}
    for entity, fields in wanted.items():
        for name, value in fields.items():
            if name in _SAME_AS:
                known.setdefault(name, value)
            for pointer, target in _SAME_AS.items():
                if target == (entity, name):
                    known.setdefault(pointer, value)
    for entity, fields in wanted.items():
        for pointer, value in known.items():
            owner, field = _SAME_AS[pointer]
            place = field if entity == owner else pointer
            if place in ENTITIES[entity].field_names:
                fields.setdefault(place, value)


# --- showing what cannot be edited -------------------------------------------------------------
@dataclass(frozen=True)
class StepLine:
    entity: str
    source: str
    fields: Sequence[tuple[str, str]]


def step_lines(recipe: Recipe, files: Mapping[str, str]) -> list[StepLine]:
    """What a recipe takes from where, in words."""
    names = {
        key: files.get(key, source.file.removesuffix("*")) for key, source in recipe.sources.items()
    }
    found = []
    for step in recipe.steps:
        entity = ENTITIES[step.entity]
        looked_up = {name: names[lookup.source] for name, lookup in step.lookups.items()}
        fields = [
            (_(entity.field(name).label), origin_text(value, entity.field(name), looked_up))
            for name, value in step.fields.items()
        ]
        found.append(StepLine(_(entity.label), names[step.source], fields))
    return found


def origin_text(
    value: Value, field: Field | None = None, looked_up: Mapping[str, str] | None = None
) -> str:
    """Where a value comes from: a column, a fixed word, or a small formula.

    Args:
        value: of a recipe.
        field: what it becomes, whose words its codes stand for.
        looked_up: lookup → the file it looks into.
    """

    def text_of(part: Value) -> str:
        return origin_text(part, field, looked_up)

    if value.column is not None:
        file = (looked_up or {}).get(value.lookup or "")
        if file is None:
            return value.column
        return _("%(column)s (%(file)s)") % {"column": value.column, "file": file}
    if value.const is not None:
        return f"“{_constant_text(field, value.const)}”"
    if value.product is not None:
        return " × ".join(text_of(part) for part in value.product)
    if value.one_minus is not None:
        return f"(1 − {text_of(value.one_minus)})"
    if value.negative is not None:
        return f"−{text_of(value.negative)}"
    if value.text is not None:
        return " + ".join(text_of(part) for part in value.text)
    return _(" or else ").join(text_of(part) for part in value.first_of or [])


def _constant_text(field: Field | None, constant: str) -> str:
    if field is None:
        return constant
    language = get_language() or "zh-hans"
    if field.kind == FLAG:
        return value_text(field, field.column, parse_flag(constant), language)
    return choices_of(field, language).get(constant) or word_of(field, constant, language)
