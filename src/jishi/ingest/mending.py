"""Rows of an import that can be mended in place: their cells, what is wrong, what was corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from jishi.ingest.folders import file_folder, folder_of, read_json
from jishi.ingest.mapping.recipe import Recipe, Step, Value
from jishi.ingest.models import Correction, ImportJob
from jishi.ingest.queries import RowIssue, import_issues, import_parsed, import_summary
from jishi.ingest.staging.texts import FOLDED


MAX_CORRECTIONS = 500
MAX_CHARS = 4_000
_ISSUES_READ = 20_000
_CELLS_OF_A_ROW = 8

# No cell of the row itself is wrong, or no other text in it would help.
_NOT_IN_A_CELL = frozenset(
    {
        "extra_cells", "total_row", "repeated_row", "values_differ", "changed_since_export",
        "field_unmapped",
    }
)  # fmt: skip
# Wrong because something else is; right as soon as that is.
_FOLLOWS = "order_rejected"
# Fields besides the one that is named.
_ALSO = {
    "order_of_two_customers": ("customer_code", "customer_name"),
    "order_of_two_currencies": ("order_no",),
    "order_partly_cancelled": ("order_no",),
}
# What a row is about may be said by either.
_PAIRS = (
    ("customer_code", "customer_name"), ("sku", "product_name"), ("code", "name"),
    ("sku", "name"), ("parent_code", "parent_name"),
)  # fmt: skip

# The fields that say which one a row is about.
_IDENTITY = {
    "customers": ("code", "name"), "products": ("sku", "name"), "orders": ("order_no",),
    "contacts": ("customer_code", "customer_name"),
}  # fmt: skip

Sheet = tuple[int, int]  # number of the file, index of the sheet
Line = tuple[int, int, int]  # and the line
Mended = Mapping["Cell", Correction]


@dataclass(frozen=True, order=True)
class Cell:
    """Where a text stands: number of the file, index of the sheet, line, position of the column."""

    file: int
    sheet: int
    line: int
    column: int


@dataclass(frozen=True)
class Alike:
    """Rows of one thing: the columns in which they are equal, and those that say which thing it is."""

    columns: tuple[int, ...]
    identity: tuple[int, ...]


@dataclass
class MendableRow:
    """One row with something wrong in it, or something that was corrected."""

    file: int
    sheet: int
    line: int
    rejected: bool = False
    reasons: dict[int | None, list[str]] = field(default_factory=dict)
    """Column → what is wrong there; None for the row as a whole."""
    offered: set[int] = field(default_factory=set)
    alike: dict[int, list[int]] = field(default_factory=dict)
    """Column → the columns by which other rows say the same and are corrected with this one."""
    texts: list[str] = field(default_factory=list)
    """As in the file."""
    corrections: dict[int, Correction] = field(default_factory=dict)
    candidates: dict[int, list[Alike]] = field(default_factory=dict)

    def cell(self, column: int) -> Cell:
        return Cell(self.file, self.sheet, self.line, column)

    def text(self, column: int) -> str:
        """What counts: the corrected text, or that of the file."""
        corrected = self.corrections.get(column)
        if corrected is not None:
            return corrected.after
        return self.texts[column] if column < len(self.texts) else ""


@dataclass
class Mendable:
    rows: list[MendableRow] = field(default_factory=list)
    rejected: int = 0
    """How many rows are rejected for what stands in their cells, listed or not."""
    blank: int = 0
    """How many rows count without a value that could not be read, listed or not."""
    following: int = 0
    """How many rows are rejected only because the head of their order is."""
    elsewhere: int = 0
    """How many rows are rejected for what no cell of theirs could mend."""
    is_cut: bool = False
    """Whether more rows are wrong than are listed."""


def cell_of(one: Correction) -> Cell:
    return Cell(one.file_number, one.sheet_index, one.line, one.column_index)


def corrections_of(job: ImportJob) -> list[Correction]:
    """In the order of the files."""
    return list(
        Correction.objects.filter(job=job)
        .select_related("by")
        .order_by("file_number", "sheet_index", "line", "column_index")
    )


def corrections_to_lay_over(job: ImportJob) -> list[dict[str, Any]]:
    """As the checking child takes them."""
    return [
        {
            "file": one.file_number, "sheet": one.sheet_index, "line": one.line,
            "column": one.column_index, "alike": one.alike, "before": one.before,
            "after": one.after,
        }
        for one in corrections_of(job)
    ]  # fmt: skip


def mended_texts(job: ImportJob) -> dict[Cell, str]:
    """Every cell that the corrections counted for when the import was checked last."""
    return {
        Cell(file, sheet, line, column): text
        for file, sheet, line, column, text, _typed in _mended(job)
    }


def rows_mended(job: ImportJob) -> Counter[Cell]:
    """For each cell that somebody typed, how many rows it counted for then."""
    return Counter(
        Cell(file, sheet, typed, column)
        for file, sheet, _line, column, _text, typed in _mended(job)
    )


def _mended(job: ImportJob) -> list[list[Any]]:
    return read_json(folder_of(job.pk) / "mended.json") or []


def mendable(job: ImportJob) -> Mendable:
    """The rows of a checked import that can be mended: rejected ones first, then those of which a
    value was left blank, then those that are right since they were corrected."""
    summary = import_summary(job)
    sources = summary.get("sources", {})
    if not sources or not job.recipe:
        return Mendable()
    helper = _Columns(job, sources)
    rows: dict[Line, MendableRow] = {}
    for one in corrections_of(job):
        place = (one.file_number, one.sheet_index, one.line)
        row = rows.setdefault(place, MendableRow(*place))
        row.corrections[one.column_index] = one
        row.alike[one.column_index] = list(one.alike)
        row.offered.add(one.column_index)
    corrected = set(rows)
    following: set[Line] = set()
    elsewhere: set[Line] = set()
    read = 0
    for issue in islice(import_issues(job), _ISSUES_READ):
        read += 1
        place = (*helper.sheet(issue), issue.line)
        if issue.code in _NOT_IN_A_CELL or issue.code == _FOLLOWS:
            if issue.severity == "error":
                (following if issue.code == _FOLLOWS else elsewhere).add(place)
            if place in corrected:  # it is not right yet, whatever was typed
                _note(rows[place], issue, [], helper)
            continue
        columns = helper.columns(issue)
        if issue.severity == "error" or columns:
            _note(rows.setdefault(place, MendableRow(*place)), issue, columns, helper)
    # What was corrected can always be taken back, however many rows are wrong.
    others = _in_order(row for place, row in rows.items() if place not in corrected)
    most = max(0, 2 * MAX_CORRECTIONS - len(corrected))
    listed = _in_order([*others[:most], *(rows[place] for place in corrected)])
    rejected = {place for place, row in rows.items() if row.rejected}
    following -= rejected | elsewhere
    elsewhere -= rejected
    # Where not everything was read, the rest is taken for what most of it is.
    rest = int(summary.get("rejected_rows", 0)) - len(following) - len(elsewhere)
    return Mendable(
        _with_texts(job, listed),
        rejected=max(len(rejected), rest) if read == _ISSUES_READ else len(rejected),
        blank=sum(bool(row.reasons) and not row.rejected for row in rows.values()),
        following=len(following),
        elsewhere=len(elsewhere),
        is_cut=len(others) > most or read == _ISSUES_READ,
    )


def _in_order(rows: Iterable[MendableRow]) -> list[MendableRow]:
    """Rejected ones first, those that are right last."""
    return sorted(
        rows, key=lambda row: (not row.rejected, not row.reasons, row.file, row.sheet, row.line)
    )


def _note(row: MendableRow, issue: RowIssue, columns: list[int], helper: _Columns) -> None:
    row.rejected = row.rejected or issue.severity == "error"
    row.offered |= set(columns)
    reasons = row.reasons.setdefault(columns[0] if columns else None, [])
    if issue.text not in reasons:
        reasons.append(issue.text)
    alike = helper.alike(issue)
    if alike is not None:
        for column in columns:
            row.candidates.setdefault(column, []).append(alike)


class _Columns:
    """Which columns of a file an issue is about."""

    def __init__(self, job: ImportJob, sources: Mapping[str, Mapping[str, Any]]) -> None:
        self.keys = list(sources)
        self.sources = list(sources.values())
        self.steps = Recipe.model_validate(job.recipe).steps
        self.places = [
            {name.strip().casefold(): index for index, name in reversed(list(enumerate(names)))}
            for names in (source["columns"] for source in self.sources)
        ]
        parsed = import_parsed(job)
        self.special = [
            any(
                sheet["index"] == source["sheet_index"]
                and (sheet["rounded"] or any(merge[2] > 1 for merge in sheet["merges"]))
                for sheet in parsed.get(source["number"], {}).get("sheets", [])
            )
            for source in self.sources
        ]

    def sheet(self, issue: RowIssue) -> Sheet:
        source = self.sources[issue.source]
        return int(source["number"]), int(source["sheet_index"])

    def columns(self, issue: RowIssue) -> list[int]:
        """The column that the issue names, or those that its field is made of."""
        if issue.column is not None:
            return [issue.column]
        names = dict.fromkeys([issue.field, *_ALSO.get(issue.code, ())])
        for pair in _PAIRS:
            if issue.field in pair:
                names.update(dict.fromkeys(pair))
        found: dict[int, None] = {}
        for step in self._steps(issue):
            for name in names:
                if name in step.fields:
                    found.update(dict.fromkeys(self._of(issue.source, step, [step.fields[name]])))
        return list(found)[:_CELLS_OF_A_ROW]

    def alike(self, issue: RowIssue) -> Alike | None:
        """Customers, products, contacts and orders stand in several rows of a flat file, which say the
        same of them: the columns in which those rows are equal."""
        if issue.entity not in FOLDED or self.special[issue.source]:
            return None
        if (issue.entity, issue.code) == ("customers", "customer_name_ambiguous"):
            return None  # each row may mean another one
        steps = self._steps(issue)
        if len(steps) != 1:
            return None
        (step,) = steps
        found = self._of(issue.source, step, step.fields.values())
        tested = [one.column.strip().casefold() for one in step.where]
        places = self.places[issue.source]
        columns = sorted({*found, *(places[name] for name in tested if name in places)})
        said = [step.fields[name] for name in _IDENTITY[issue.entity] if name in step.fields]
        return Alike(tuple(columns), tuple(self._of(issue.source, step, said)))

    def _steps(self, issue: RowIssue) -> list[Step]:
        key = self.keys[issue.source]
        return [step for step in self.steps if step.source == key and step.entity == issue.entity]

    def _of(self, source: int, step: Step, values: Iterable[Value]) -> list[int]:
        """The columns of the row itself that the values are read from."""
        found: dict[int, None] = {}
        for value in values:
            for lookup, column in value.columns():
                if lookup is not None:
                    by = self._of(source, step, [step.lookups[lookup].by])
                    found.update(dict.fromkeys(by))
                elif column.strip().casefold() in self.places[source]:
                    found[self.places[source][column.strip().casefold()]] = None
        return list(found)


def _with_texts(job: ImportJob, rows: list[MendableRow]) -> list[MendableRow]:
    """The rows whose cells are there to be shown, with their texts."""
    wanted: dict[Sheet, dict[int, MendableRow]] = {}
    for row in rows:
        wanted.setdefault((row.file, row.sheet), {})[row.line] = row
    found: set[int] = set()
    for place, by_line in wanted.items():
        for line, texts in _texts(job, place, list(by_line)):
            row = by_line[line]
            row.texts = texts
            row.offered = {
                column
                for column in row.offered
                if column < len(texts) and len(texts[column]) <= MAX_CHARS
            }
            row.corrections = {
                column: one
                for column, one in row.corrections.items()
                if column < len(texts) and texts[column] == one.before
            }
            _settle_alike(row)
            if row.reasons or row.corrections:
                found.add(id(row))
    return [row for row in rows if id(row) in found]


def _settle_alike(row: MendableRow) -> None:
    """Rows that leave open whom or what they are about do not say the same, though they look alike."""
    for column, candidates in row.candidates.items():
        fitting = [
            one.columns
            for one in candidates
            if any(row.texts[place].strip() for place in one.identity if place < len(row.texts))
        ]
        if fitting:
            fewest = min(fitting, key=len)
            row.alike[column] = list(fewest)
        else:
            row.alike.pop(column, None)


def _texts(job: ImportJob, place: Sheet, lines: list[int]) -> Iterable[tuple[int, list[str]]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    number, index = place
    sheets = import_parsed(job).get(number, {}).get("sheets", [])
    name = next((sheet["file"] for sheet in sheets if sheet["index"] == index), None)
    path = file_folder(job.pk, number) / (name or "")
    if (
        name is None or not path.exists()
    ):  # the working files were dropped; checking makes them anew
        return
    value_set = pa.array(lines, pa.int64())
    with pa.memory_map(str(path)) as stream:
        for batch in pa.ipc.open_stream(stream):
            found = batch.filter(pc.is_in(batch.column("line"), value_set=value_set))
            columns = [found.column(i).to_pylist() for i in range(found.num_columns)]
            for line, _extra, *cells in zip(*columns, strict=True):
                yield line, [cell or "" for cell in cells]
