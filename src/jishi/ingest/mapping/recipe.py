"""A recipe: which files an export consists of, and which column is which field. Data, not code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from jishi.ingest.mapping.catalogue import ENTITIES


MAX_RECIPE_BYTES = 400_000
_PROBLEMS_TOLD = 10


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a recipe: where, and what, in English."""

    place: str  # such as steps.0.fields.amount; "" for the whole
    code: str
    params: Mapping[str, Any]
    text: str


class RecipeError(ValueError):
    """The recipe or mapping does not make sense; the message says where and why."""

    def __init__(self, problems: Sequence[Problem], *, where: str = "") -> None:
        self.problems = list(problems)
        self.where = where
        lines = [f"{one.place}: {one.text}" if one.place else one.text for one in problems]
        super().__init__(f"{where}: " * bool(where) + "; ".join(lines))


_WRONG: dict[str, str] = {
    "one_kind": "give exactly one of {names}; found {given}",
    "one_test": "give exactly one of {names}",
    "no_entity": "unknown entity '{name}'; known: {known}",
    "no_field": "{entity} has no field '{name}'; known: {known}",
    "no_lookup": "{entity}: no lookup named '{name}'",
    "no_source": "step {entity}: no source named '{name}'",
    "no_steps": "a recipe needs at least one step",
}


def _wrong(code: str, **params: str) -> PydanticCustomError:
    return PydanticCustomError(code, _WRONG[code], params)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dialect(_Strict):
    """How to read a file. What is left out is found; what is given wins."""

    encoding: str | None = None
    delimiter: str | None = Field(default=None, max_length=4)
    quote: str | None = Field(default='"', max_length=1)
    row_end: str | None = Field(default=None, max_length=4)
    header_rows: dict[str, int | None] = Field(
        default_factory=dict, description="Sheet index → row of the headings; null for none."
    )
    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    tax: str | None = Field(
        default=None,
        pattern=r"^(as_is|\d{1,2}(\.\d{1,2})?)$",
        description="Per cent of tax in amounts with tax; as_is: take them as they are.",
    )
    discount: Literal["amount", "share", "paid"] | None = Field(
        default=None,
        description="What a discount beside a unit price is: money, the share taken off, or paid.",
    )
    heads: Literal["above", "apart"] | None = Field(
        default=None,
        description="Whether rows that name no order belong to the one above them.",
    )


class Source(_Strict):
    """One file of the export (or one sheet of it)."""

    file: str = Field(description="Name or pattern, matched without case: DimReseller.csv*")
    sheet: str | None = None
    required: bool = True
    may_lack: list[str] = Field(
        default_factory=list,
        description="Columns that came later: blank where a file does not have them yet.",
    )
    columns: list[str] = Field(default_factory=list, description="Headings of a file without any.")
    dialect: Dialect = Dialect()


class Value(_Strict):
    """Where a field comes from. Exactly one of the first group; the rest refine it."""

    column: str | None = None
    const: str | None = None
    product: list[Value] | None = None
    one_minus: Value | None = None
    negative: Value | None = None
    text: list[Value] | None = Field(default=None, description="Written one after another.")
    first_of: list[Value] | None = Field(default=None, description="The first that is not blank.")

    lookup: str | None = Field(
        default=None, description="Name of a lookup; `column` is its column."
    )
    values: dict[str, str] = Field(default_factory=dict, description="Written word → our value.")
    otherwise: str | None = Field(default=None, description="For words that `values` lacks.")
    blank_words: list[str] = Field(
        default_factory=list, description="Texts that mean an empty cell, such as NULL."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        """`code: CustomerID` is short for `code: {column: CustomerID}`."""
        if isinstance(data, str):
            place, dot, column = data.partition("::")
            return {"lookup": place, "column": column} if dot else {"column": data}
        return data

    @model_validator(mode="after")
    def _one_kind(self) -> Value:
        given = [name for name in _KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise _wrong("one_kind", names=", ".join(_KINDS), given=", ".join(given) or "none")
        return self

    @property
    def is_formula(self) -> bool:
        return self.product is not None or self.one_minus is not None or self.negative is not None

    def parts(self) -> list[Value]:
        single = [part for part in (self.one_minus, self.negative) if part is not None]
        return [*(self.product or []), *(self.text or []), *(self.first_of or []), *single]

    def columns(self) -> list[tuple[str | None, str]]:
        """(lookup or None, column) of everything this value reads."""
        own = [(self.lookup, self.column)] if self.column is not None else []
        return own + [pair for part in self.parts() for pair in part.columns()]


_KINDS = ("column", "const", "product", "one_minus", "negative", "text", "first_of")
Value.model_rebuild()


class Lookup(_Strict):
    """Another file of the recipe, found by a key: the row whose `key` equals our `by`."""

    source: str
    by: Value
    key: str


class Condition(_Strict):
    """A row counts only when its column says so."""

    column: str
    starts_with: list[str] | None = None
    equals: list[str] | None = None
    is_blank: bool | None = None
    negate: bool = False

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if sum(test is not None for test in (self.starts_with, self.equals, self.is_blank)) != 1:
            raise _wrong("one_test", names="starts_with, equals, is_blank")
        return self


class Step(_Strict):
    """One entity taken from one source."""

    entity: str
    source: str
    fields: dict[str, Value]
    lookups: dict[str, Lookup] = Field(default_factory=dict)
    where: list[Condition] = Field(default_factory=list)
    only_with: list[str] = Field(
        default_factory=list,
        description="Fields that must be filled for the row to hold this entity at all.",
    )

    @model_validator(mode="after")
    def _known(self) -> Step:
        if self.entity not in ENTITIES:
            raise _wrong("no_entity", name=self.entity, known=", ".join(ENTITIES))
        names = ENTITIES[self.entity].field_names
        for name in (*self.fields, *self.only_with):
            if name not in names:
                raise _wrong(
                    "no_field", entity=self.entity, name=name, known=", ".join(sorted(names))
                )
        for value in (*self.fields.values(), *(found.by for found in self.lookups.values())):
            for lookup, _ in value.columns():
                if lookup is not None and lookup not in self.lookups:
                    raise _wrong("no_lookup", entity=self.entity, name=lookup)
        return self


class Recipe(_Strict):
    """A whole recipe."""

    key: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    title: dict[str, str] = Field(description="Language → name")
    note: dict[str, str] = Field(default_factory=dict)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    sources: dict[str, Source]
    steps: list[Step]

    @model_validator(mode="after")
    def _sources_exist(self) -> Recipe:
        for step in self.steps:
            used = {step.source, *(lookup.source for lookup in step.lookups.values())}
            for name in sorted(used - set(self.sources)):
                raise _wrong("no_source", entity=step.entity, name=name)
        if not self.steps:
            raise _wrong("no_steps")
        return self


def recipe_from(data: Any, *, where: str = "") -> Recipe:
    """Check plain data (from YAML, JSON or the wizard) into a recipe.

    Raises:
        RecipeError: says which part is wrong.
    """
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(
                ".".join(str(part) for part in problem["loc"]),
                problem["type"],
                problem.get("ctx", {}),
                problem["msg"],
            )
            for problem in error.errors()[:_PROBLEMS_TOLD]
        ]
        raise RecipeError(problems, where=where) from None


# --- as YAML -----------------------------------------------------------------------------------
class _Loader(yaml.SafeLoader):
    """Plain YAML only: what repeats itself by reference could grow without measure, and of a name
    that stands twice one meaning would be lost."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="references (*name) are not read", problem_mark=self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def recipe_from_yaml(text: str, *, where: str = "") -> Recipe:
    """Read a recipe written as YAML.

    Raises:
        RecipeError: not YAML, or no recipe; says where.
    """
    try:
        data = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = f"not YAML: line {line}: {error.problem}"
        raise _unreadable("not_yaml", why, where, line=line, why=error.problem or "") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _unreadable("not_yaml", f"not YAML: {error}", where, line=1, why=str(error)) from None
    if not isinstance(data, dict):
        raise _unreadable("not_a_recipe", "not a recipe: key, title, sources and steps", where)
    return recipe_from(data, where=where)


def _unreadable(code: str, text: str, where: str, **params: Any) -> RecipeError:
    return RecipeError([Problem("", code, params, text)], where=where)


def recipe_to_yaml(recipe: Recipe) -> str:
    """The recipe as a file to keep and to hand on; `recipe_from_yaml` reads the same recipe back."""
    data = recipe.model_dump(mode="json", exclude_defaults=True)
    for step in data["steps"]:
        step["fields"] = {name: _short(value) for name, value in step["fields"].items()}
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)


def _short(value: dict[str, Any]) -> Any:
    """`{column: CustomerID}` as `CustomerID`, where that reads the same."""
    if set(value) == {"column"} and "::" not in value["column"]:
        return value["column"]
    return value


def recipe_from_file(path: Path) -> Recipe:
    """Read a recipe from a file.

    Raises:
        RecipeError: not text, not YAML, or no recipe.
        OSError: the file cannot be read.
    """
    return recipe_from_bytes(path.read_bytes(), where=path.name)


def recipe_from_bytes(content: bytes, *, where: str = "") -> Recipe:
    """Read a recipe from the content of a file.

    Raises:
        RecipeError: too long, not text, not YAML, or no recipe.
    """
    if len(content) > MAX_RECIPE_BYTES:
        text = f"longer than {MAX_RECIPE_BYTES} bytes"
        raise _unreadable("too_long", text, where, limit=MAX_RECIPE_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("not_utf8", "not a text in UTF-8", where) from None
    return recipe_from_yaml(text, where=where)


@cache
def shipped_recipes() -> dict[str, Recipe]:
    """The recipes that come with the product, by key."""
    found = {}
    for item in sorted(resources.files("jishi.ingest.recipes").iterdir(), key=lambda i: i.name):
        if item.name.endswith(".yaml"):
            recipe = recipe_from_yaml(item.read_text(encoding="utf-8"), where=item.name)
            found[recipe.key] = recipe
    return found
