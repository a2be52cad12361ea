"""A recipe: which files an export consists of, and which column is which field. Data, not code."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from jishi.ingest.mapping.catalogue import ENTITIES


class RecipeError(ValueError):
    """The recipe or mapping does not make sense; the message says where and why."""


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


class Source(_Strict):
    """One file of the export (or one sheet of it)."""

    file: str = Field(description="Name or pattern, matched without case: DimReseller.csv*")
    sheet: str | None = None
    required: bool = True
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
            raise ValueError(f"give exactly one of {', '.join(_KINDS)}; found {given or 'none'}")
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
            raise ValueError("give exactly one of starts_with, equals, is_blank")
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
            raise ValueError(f"unknown entity {self.entity!r}; known: {', '.join(ENTITIES)}")
        names = ENTITIES[self.entity].field_names
        for name in (*self.fields, *self.only_with):
            if name not in names:
                raise ValueError(f"{self.entity} has no field {name!r}; known: {', '.join(names)}")
        for value in (*self.fields.values(), *(found.by for found in self.lookups.values())):
            for lookup, _ in value.columns():
                if lookup is not None and lookup not in self.lookups:
                    raise ValueError(f"{self.entity}: no lookup named {lookup!r}")
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
                raise ValueError(f"step {step.entity}: no source named {name!r}")
        if not self.steps:
            raise ValueError("a recipe needs at least one step")
        return self


def recipe_from(data: Any, *, where: str = "") -> Recipe:
    """Check plain data (from YAML, JSON or the wizard) into a recipe.

    Raises:
        RecipeError: says which part is wrong.
    """
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()[:10]
        ]
        raise RecipeError(f"{where}: " * bool(where) + "; ".join(lines)) from None


def recipe_from_yaml(text: str, *, where: str = "") -> Recipe:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"{where}: not YAML: {error}") from None
    return recipe_from(data, where=where)


def recipe_from_file(path: Path) -> Recipe:
    return recipe_from_yaml(path.read_text(encoding="utf-8"), where=path.name)


@cache
def shipped_recipes() -> dict[str, Recipe]:
    """The recipes that come with the product, by key."""
    found = {}
    for item in sorted(resources.files("jishi.ingest.recipes").iterdir(), key=lambda i: i.name):
        if item.name.endswith(".yaml"):
            recipe = recipe_from_yaml(item.read_text(encoding="utf-8"), where=item.name)
            found[recipe.key] = recipe
    return found
