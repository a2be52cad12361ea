"""Which column is which field: from a recipe to the form on the page, and back.

Only recipes that take columns and constants as they stand can be changed on the page; those with
lookups, formulas or conditions are shown and used as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import Entity, Field
from jishi.ingest.mapping.recipe import Recipe, Step


SAMPLES = 3
_SIMPLE = {"column", "const", "blank_words", "values", "otherwise"}

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


@dataclass(frozen=True)
class Constant:
    """A required field that no column gives."""

    name: str
    entity: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class SheetForm:
    sheet: SheetColumns
    columns: Sequence[ColumnRow]
    constants: Sequence[Constant]


def is_editable(recipe: Recipe) -> bool:
    """Whether the page can show the whole recipe, so that saving it loses nothing."""
    return all(_is_simple(step) for step in recipe.steps)


def _is_simple(step: Step) -> bool:
    if step.lookups or step.where or step.only_with:
        return False
    return all(
        value.model_fields_set <= _SIMPLE and not value.values and value.otherwise is None
        for value in step.fields.values()
    )


def target_groups() -> list[tuple[str, list[Target]]]:
    """Every field that a column can be, under the name of its entity."""
    return [
        (
            _(entity.label),
            [
                Target(f"{entity.name}.{field.name}", _(field.label), field.required)
                for field in entity.fields
            ],
        )
        for entity in ENTITIES.values()
    ]


def sheet_forms(recipe: Recipe, sheets: Sequence[SheetColumns]) -> list[SheetForm]:
    """The form of a simple recipe over the uploaded tables."""
    return [_sheet_form(recipe, sheet) for sheet in sheets]


def _sheet_form(recipe: Recipe, sheet: SheetColumns) -> SheetForm:
    chosen: dict[str, list[str]] = {}
    blanks: dict[str, str] = {}
    constants: list[Constant] = []
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
        constants += [
            _constant(sheet.key, entity, field, "")
            for field in entity.fields
            if field.required and field.name not in step.fields
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
    return SheetForm(sheet, columns, constants)


def _constant(key: str, entity: Entity, field: Field, value: str) -> Constant:
    choices = [(word, words[0] if words else word) for word, words in field.choices.items()]
    return Constant(
        name=f"const.{key}.{entity.name}.{field.name}",
        entity=_(entity.label),
        label=_(field.label),
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
        wanted = _wanted(post, sheet)
        _share(wanted)
        steps += [
            {"entity": name, "source": sheet.key, "fields": wanted[name]}
            for name in ENTITIES
            if name in wanted
        ]
    data = base.model_dump(mode="json", exclude_defaults=True)
    used = {step["source"] for step in steps}
    data["steps"] = steps
    data["sources"] = {key: value for key, value in data["sources"].items() if key in used}
    currency = post.get("currency", "").strip().upper()
    data["currency"] = currency or None
    return data


def _wanted(post: QueryDict, sheet: SheetColumns) -> dict[str, dict[str, Any]]:
    """Entity → field → where it comes from, as chosen."""
    wanted: dict[str, dict[str, Any]] = {}
    for number, heading in enumerate(sheet.headings):
        name = f"{sheet.key}.{number}"
        blanks = post.get(f"blank.{name}", "").split()
        for target in post.getlist(f"to.{name}"):
            entity, _dot, field = target.partition(".")
            if entity not in ENTITIES or field not in ENTITIES[entity].field_names:
                continue
            value: dict[str, Any] = {"column": heading}
            if blanks:
                value["blank_words"] = blanks
            wanted.setdefault(entity, {}).setdefault(field, value)
    for entity_name in list(wanted):
        for field_name in ENTITIES[entity_name].field_names:
            constant = post.get(f"const.{sheet.key}.{entity_name}.{field_name}", "").strip()
            if constant:
                wanted[entity_name].setdefault(field_name, {"const": constant})
    return wanted


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
    return [
        StepLine(
            _(ENTITIES[step.entity].label),
            files.get(step.source, recipe.sources[step.source].file),
            [
                (_(ENTITIES[step.entity].field(name).label), _origin(value))
                for name, value in step.fields.items()
            ],
        )
        for step in recipe.steps
    ]


def _origin(value: Any) -> str:
    """Where a value comes from: a column, a fixed text, or a small formula."""
    if value.column is not None:
        return f"{value.lookup} → {value.column}" if value.lookup else value.column
    if value.const is not None:
        return f"“{value.const}”"
    if value.product is not None:
        return " × ".join(_origin(part) for part in value.product)
    if value.one_minus is not None:
        return f"(1 − {_origin(value.one_minus)})"
    if value.negative is not None:
        return f"−{_origin(value.negative)}"
    if value.text is not None:
        return " + ".join(_origin(part) for part in value.text)
    return _(" or else ").join(_origin(part) for part in value.first_of)
