"""What a field and an entity are; plain data that the limited child processes read too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jishi.ingest.mapping import vocabulary as words


TEXT, CODE, MONEY, QUANTITY, HOURS, SCORE, PERCENT = (
    "text", "code", "money", "quantity", "hours", "score", "percent",
)  # fmt: skip
DATE, INTEGER, FLAG, CHOICE, BIRTHDAY, CURRENCY, RATE = (
    "date", "integer", "flag", "choice", "birthday", "currency", "rate",
)  # fmt: skip

# Integer kinds and the power of ten between the written value and what is stored.
SCALES = {MONEY: 4, QUANTITY: 3, HOURS: 3, SCORE: 3, PERCENT: 0, INTEGER: 0, RATE: 4}


def gettext_noop(text: str) -> str:
    """Marks a string for the catalogue of translations; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Field:
    """One field of an entity.

    `column` is the column of the database table; "" for fields that only point elsewhere.
    """

    name: str
    kind: str
    label: str
    synonyms: tuple[str, ...]
    column: str = ""
    required: bool = False
    max_length: int | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lowest: int | None = None
    highest: int | None = None
    default: str | None = None
    unless: tuple[str, ...] = ()  # fields that may stand in for it; the first one given does
    needed_by: str = ""  # needed in every row where that field stands in for another


@dataclass(frozen=True)
class Entity:
    """One kind of row. `key` are the fields that identify it when no id is given."""

    name: str
    label: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    id_field: str = ""
    is_fact: bool = False
    amount: str = ""  # the money field whose total is reported

    def field(self, name: str) -> Field:
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name} has no field {name!r}")

    @property
    def field_names(self) -> list[str]:
        return [candidate.name for candidate in self.fields]

    def needs(self, item: Field, given: Collection[str]) -> bool:
        """Whether every row must fill the field, where these fields are given."""
        if item.needed_by and item.name not in given:
            return item.required
        for wanted in self.fields:
            if {item.name, item.needed_by} & {wanted.name, *wanted.unless} and wanted.unless:
                return self.standing_in(wanted, given) in (item.name, item.needed_by)
        return item.required

    @staticmethod
    def standing_in(wanted: Field, given: Collection[str]) -> str:
        """The field that gives the wanted one: itself, or the first of those that may stand in."""
        chain = (wanted.name, *wanted.unless)
        return next((name for name in chain if name in given), wanted.name)


def whose() -> tuple[Field, ...]:
    """How a fact says whose it is: by code, else by name."""
    return (
        Field(
            "customer_code", CODE, gettext_noop("Customer code"), words.CUSTOMER_CODE, max_length=40
        ),
        Field("customer_name", TEXT, gettext_noop("Customer"), words.CUSTOMER_NAME, max_length=200),
    )
