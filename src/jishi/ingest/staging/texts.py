"""One step of a recipe: the text of every field, before it is read as a value."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.recipe import Step, Value
from jishi.ingest.staging import sql, values
from jishi.ingest.staging.sources import Source


if TYPE_CHECKING:
    import duckdb


FOLDED = ("customers", "products", "contacts", "orders")


class StepError(Exception):
    """The recipe does not fit the files. `code` names the message."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass
class Marks:
    """How the numbers and dates of one source are written."""

    decimal: str
    date_order: str | None


class Texts:
    """Builds `x_<number>`: the text of every field, before it is read as a value."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        number: int,
        step: Step,
        sources: dict[str, Source],
        marks: dict[str, Marks],
    ) -> None:
        self.db = db
        self.number = number
        self.step = step
        self.sources = sources
        self.marks = marks
        self.source = sources[step.source]
        self.columns: dict[str, int | None] = {}  # field → its column, when it is just that
        self.left_out = 0
        self.rows = 0

    def create(self) -> None:
        joins = [self._lookup(name) for name in _in_order(self.step)]
        texts = []
        for label, value in self.step.fields.items():
            texts.append(f"{self._text(value)} AS {sql.name('t_' + label)}")
            direct = value.column is not None and value.lookup is None
            self.columns[label] = self.source.index(value.column or "") if direct else None
            if value.column is not None and value.lookup is not None:
                alias = sql.name("l_" + value.lookup)
                texts.append(f"{alias}.n AS {sql.name('n_' + label)}")
        conditions = [self._condition(condition) for condition in self.step.where]
        if self.source.skipped:
            conditions.append(f"r.line NOT IN (SELECT line FROM skipped_{self.source.number})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = f"FROM {self.source.table} r {' '.join(joins)}{where}"
        if self.folds:
            query = (
                f"SELECT min(line) AS line, count(*) AS weight, * EXCLUDE (line)"
                f" FROM (SELECT r.line, {', '.join(texts)} {rows}) GROUP BY ALL"
            )
        else:
            query = f"SELECT r.line, 1 AS weight, {', '.join(texts)} {rows}"
        if self.step.only_with:
            filled = " AND ".join(
                f"{sql.name('t_' + label)} IS NOT NULL" for label in self.step.only_with
            )
            query = f"SELECT * FROM ({query}) WHERE {filled}"
        self.db.execute(f"CREATE TABLE x_{self.number} AS {query}")
        row = self.db.execute(f"SELECT coalesce(sum(weight), 0) FROM x_{self.number}").fetchone()
        self.rows = int(row[0]) if row else 0
        if self.step.where:
            kept = self.db.execute(f"SELECT count(*) {rows}").fetchone()
            self.left_out = self.source.rows - self.source.skipped - (int(kept[0]) if kept else 0)

    @property
    def folds(self) -> bool:
        """Whether equal rows count as one: rows about customers and orders repeat in flat files."""
        special = self.source.merged_columns or self.source.rounded_columns
        return self.step.entity in FOLDED and not special

    def _lookup(self, name: str) -> str:
        """Make the lookup's table, one row per key, and return the join to it."""
        lookup = self.step.lookups[name]
        alias = sql.name("l_" + name)
        other = self.sources.get(lookup.source)
        table = sql.name(f"lk_{self.number}_{name}")
        used = {
            column
            for value in [*self.step.fields.values(), *(x.by for x in self.step.lookups.values())]
            for place, column in value.columns()
            if place == name
        }
        if other is None:  # an optional file that is not here
            blanks = "".join(f", NULL::VARCHAR AS {sql.name(column)}" for column in sorted(used))
            self.db.execute(
                f"CREATE TABLE {table} AS SELECT NULL::VARCHAR AS k, 0 AS n{blanks} WHERE false"
            )
        else:
            key = sql.cleaned(_column(other, lookup.key))
            kept = "".join(
                f", first({sql.cleaned(_column(other, column))}) AS {sql.name(column)}"
                for column in sorted(used)
            )
            self.db.execute(
                f"CREATE TABLE {table} AS SELECT {key} AS k, count(*) AS n{kept}"
                f" FROM {other.table} GROUP BY k HAVING k IS NOT NULL"
            )
        return f"LEFT JOIN {table} {alias} ON {alias}.k = {self._text(lookup.by)}"

    def _text(self, value: Value) -> str:
        """SQL for the text of a value."""
        if value.is_formula:
            return self._formula(value)
        if value.const is not None:
            return sql.text(value.const)
        if value.text is not None:
            return "(" + " || ".join(self._text(part) for part in value.text) + ")"
        if value.first_of is not None:
            return f"coalesce({', '.join(self._text(part) for part in value.first_of)})"
        assert value.column is not None
        if value.lookup is not None:
            alias = sql.name("l_" + value.lookup)
            # Two rows with the same key: which one is meant is not ours to say.
            expression = f"CASE WHEN {alias}.n = 1 THEN {alias}.{sql.name(value.column)} END"
        else:
            expression = sql.cleaned(_column(self.source, value.column, "r"))
            if self.source.is_text:
                expression = sql.without_guard(expression)
        if value.blank_words:
            words = sql.values_list([word.casefold() for word in value.blank_words])
            expression = f"CASE WHEN lower({expression}) IN {words} THEN NULL ELSE {expression} END"
        if value.values:
            cases = " ".join(
                f"WHEN {sql.text(word.casefold())} THEN {sql.text(ours)}"
                for word, ours in value.values.items()
            )
            rest = sql.text(value.otherwise) if value.otherwise is not None else expression
            expression = (
                f"CASE WHEN {expression} IS NULL THEN NULL ELSE"
                f" CASE lower({expression}) {cases} ELSE {rest} END END"
            )
        return expression

    def _formula(self, value: Value) -> str:
        """A call of a Python function that works in exact decimals over the columns' texts."""
        leaves: list[str] = []
        compute = self._compiled(value, leaves)
        function = f"formula_{self.number}_{len(leaves)}_{abs(hash(repr(value))) % 10**9}"
        import pyarrow as pa
        from duckdb.func import FunctionNullHandling, PythonUDFType

        def batch(texts: Any) -> Any:
            with localcontext() as context:
                context.prec = 60
                return pa.array([compute(row) for row in texts.to_pylist()], pa.string())

        self.db.create_function(
            function,
            batch,
            ["VARCHAR[]"],
            "VARCHAR",
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
        return f"{function}([{', '.join(leaves)}])"

    def _compiled(self, value: Value, leaves: list[str]) -> Callable[[list[Any]], str | None]:
        mark = self.marks[self.step.source].decimal

        def number_of(part: Value) -> Callable[[list[Any]], Decimal | str | None]:
            if part.product is not None:
                factors = [number_of(factor) for factor in part.product]
                return lambda row: _product([factor(row) for factor in factors])
            if part.one_minus is not None:
                inner = number_of(part.one_minus)
                return lambda row: _map(inner(row), lambda number: 1 - number)
            if part.negative is not None:
                opposite = number_of(part.negative)
                return lambda row: _map(opposite(row), lambda number: -number)
            position = len(leaves)
            leaves.append(self._text(part))

            def read(row: list[Any]) -> Decimal | str | None:
                if row[position] is None:
                    return None
                number = values.parse_number(row[position], mark)
                return row[position] if number is None else number

            return read

        whole = number_of(value)

        def compute(row: list[Any]) -> str | None:
            result = whole(row)
            # A factor that is no number comes out as its own text, and is reported as such.
            return result if isinstance(result, str) or result is None else format(result, "f")

        return compute

    def _condition(self, condition: Any) -> str:
        cell = sql.cleaned(_column(self.source, condition.column, "r"))
        if condition.is_blank is not None:
            test = f"({cell} IS NULL) = {str(condition.is_blank).lower()}"
        elif condition.equals is not None:
            words = sql.values_list([word.casefold() for word in condition.equals])
            test = f"coalesce(lower({cell}) IN {words}, false)"
        else:
            starts = " OR ".join(
                f"starts_with({cell}, {sql.text(start)})" for start in condition.starts_with
            )
            test = f"coalesce({starts}, false)"
        return f"NOT ({test})" if condition.negate else f"({test})"


def _in_order(step: Step) -> list[str]:
    """The step's lookups, those that another one starts from first. (A recipe that was kept in a
    database may have its names in any order.)"""
    ordered: list[str] = []

    def take(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise StepError("lookups_in_a_circle", names=", ".join((*above, name)))
        for place, _ in step.lookups[name].by.columns():
            if place is not None:
                take(place, (*above, name))
        if name not in ordered:
            ordered.append(name)

    for name in step.lookups:
        take(name, ())
    return ordered


def _map(
    number: Decimal | str | None, change: Callable[[Decimal], Decimal]
) -> Decimal | str | None:
    return change(number) if isinstance(number, Decimal) else number


def _product(factors: list[Decimal | str | None]) -> Decimal | str | None:
    for factor in factors:
        if not isinstance(factor, Decimal):
            return factor
    result = Decimal(1)
    for factor in factors:
        assert isinstance(factor, Decimal)
        result *= factor
    return result


def _column(source: Source, column: str, alias: str = "") -> str:
    index = source.index(column)
    if index is None:
        raise StepError("no_such_column", column=column, file=source.file)
    return f"{alias}.c{index}" if alias else f"c{index}"
