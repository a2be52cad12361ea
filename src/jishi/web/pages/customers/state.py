"""What the customer table shows is written in its address: view, filters, sort, columns, place.

The same parameters stay on a customer's page, so that the next and the previous customer are those
of the table one came from, and a shared address shows the same rows to whoever may see them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from jishi.web.components.widths import FROZEN, WIDTH_OF, chosen_width


SIZES = (50, 100, 200)
FACETS = (
    "tier", "type", "industry", "stage", "owner", "region", "size", "frequency", "abc", "tag",
)  # fmt: skip
VIEWS = ("key", "all", "mine", "silent", "overdue", "falling", "unassigned", "unscored")
DEFAULT_VIEW = "key"
DEFAULT_SORT = "-score"
SILENT_DAYS = 90
FOOTERS = ("sum", "mean", "median")

# Where a page of rows begins: after or before the row with this sort value and this customer.
_PLACE = re.compile(r"(v-?\d{1,18}|f-?\d[\d.e+-]{0,30}|s[^\x00~]{0,100}|n|r)~(\d{1,18})\Z")
_SHORT = re.compile(r"[^\x00~]{0,100}")


@dataclass(frozen=True)
class Place:
    """A row in the order of the table: its sort value (None sorts last) and its customer.

    Texts that are too long for an address are not in it: they are read from the row (`by_row`).
    """

    value: int | float | str | None
    pk: int
    by_row: bool = False

    def write(self) -> str:
        if self.value is None:
            return f"n~{self.pk}"
        if isinstance(self.value, str):
            return f"s{self.value}~{self.pk}" if _SHORT.fullmatch(self.value) else f"r~{self.pk}"
        kind = "f" if isinstance(self.value, float) else "v"
        return f"{kind}{self.value!r}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """None for anything that is not a place."""
        found = _PLACE.match(text)
        if not found:
            return None
        value, pk = found[1], int(found[2])
        if value in {"n", "r"}:
            return cls(None, pk, by_row=value == "r")
        if value.startswith("v"):
            return cls(int(value[1:]), pk)
        if value.startswith("f"):
            try:
                return cls(float(value[1:]), pk)
            except ValueError:
                return None
        return cls(value[1:], pk)


@dataclass(frozen=True)
class ListState:
    """The table as its address describes it. Unknown values are dropped, not errors."""

    view: str = DEFAULT_VIEW
    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = DEFAULT_SORT
    columns: tuple[str, ...] = ()
    size: int = 100
    after: Place | None = None
    before: Place | None = None
    first: int = 1
    footer: str = FOOTERS[0]
    widths: Mapping[str, int] = field(default_factory=dict)
    frozen: int = 1

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def filters_key(self) -> tuple[object, ...]:
        """What decides which customers are in the table, whatever their order."""
        return (self.view, self.text, tuple(sorted(self.chosen.items())))

    def without(self, name: str) -> ListState:
        """The same table with one facet open again."""
        return replace(self, chosen={key: on for key, on in self.chosen.items() if key != name})


def _whole(text: str, low: int, high: int, otherwise: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high:
        return int(text)
    return otherwise


def read_state(params: QueryDict, *, sortable: Sequence[str], known: Sequence[str]) -> ListState:
    """The state in a query string.

    Args:
        params: the query string.
        sortable: column keys that rows can be sorted by.
        known: column keys that can be shown.
    """
    view = params.get("view", "")
    sort = params.get("sort", "")
    footer = params.get("footer", "")
    size = _whole(params.get("rows", ""), min(SIZES), max(SIZES), 100)
    return ListState(
        view=view if view in VIEWS else DEFAULT_VIEW,
        text=params.get("q", "").replace("\x00", "").strip()[:80],
        chosen={
            name: tuple(
                dict.fromkeys(value.replace("\x00", "")[:40] for value in params.getlist(name))
            )
            for name in FACETS
            if params.getlist(name)
        },
        sort=sort if sort.removeprefix("-") in sortable else DEFAULT_SORT,
        columns=tuple(dict.fromkeys(key for key in params.getlist("cols") if key in known)),
        size=size if size in SIZES else 100,
        after=Place.read(params.get("after", "")),
        before=Place.read(params.get("before", "")),
        first=_whole(params.get("at", ""), 1, 999_999_999, 1),
        footer=footer if footer in FOOTERS else FOOTERS[0],
        widths={
            key: px for key in known if (px := chosen_width(params.get(f"{WIDTH_OF}{key}", "")))
        },
        frozen=_whole(params.get("freeze", ""), min(FROZEN), max(FROZEN), 1),
    )


def kept_params(params: QueryDict, *, place: bool = False) -> QueryDict:
    """The part of a query string that describes the table, for links that leave it."""
    names = {"view", "q", "sort", "cols", "rows", "footer", "freeze", *FACETS}
    if place:
        names |= {"after", "before", "at"}
    kept = QueryDict(mutable=True)
    for name, values in params.lists():
        if name in names or (name.startswith(WIDTH_OF) and values[-1]):
            kept.setlist(name, values)
    return kept


def looks(params: QueryDict) -> QueryDict:
    """The part of a query string that says how the table looks, whoever is in it."""
    kept = kept_params(params)
    for name in list(kept):
        if name not in {"sort", "cols", "rows", "freeze"} and not name.startswith(WIDTH_OF):
            del kept[name]
    return kept
