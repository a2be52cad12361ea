"""The amount of an order line that the file gives otherwise: quantity × unit price − discount, or an
amount with tax. Worked out from the written numbers and rounded once, to the 1/10,000 that is kept."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.catalogue import ENTITIES, normalised
from jishi.ingest.mapping.recipe import Step, Value
from jishi.ingest.mapping.units import holds_tax, lacks_tax
from jishi.ingest.mapping.vocabulary import DISCOUNT_AMOUNT
from jishi.ingest.staging import sql, values
from jishi.ingest.staging.convert import exact_number, power_of
from jishi.ingest.staging.sources import Source


if TYPE_CHECKING:
    import duckdb

AS_IS = "as_is"
TAX_RATES = ("13", "9", "6", "3", "1")
DISCOUNTS = ("amount", "share", "paid")
_LINES = ENTITIES["order_lines"]
_READ = ("quantity", "unit_price", "discount", "amount_with_tax", "tax", "tax_rate")
_MAX_BIGINT = 2**63 - 1
_SAMPLES = 5
_SAYS_MONEY = {normalised(word) for word in DISCOUNT_AMOUNT}


def amount_from(step: Step) -> str:
    """The field that gives the amounts of the step's order lines; "" when none does."""
    if step.entity != "order_lines":
        return ""
    field = _LINES.standing_in(_LINES.field("amount"), step.fields)
    return field if field in step.fields else ""


# --- questions ---------------------------------------------------------------------------------
def questions(
    db: duckdb.DuckDBPyConnection, step: Step, source: Source, decimal_mark: str
) -> list[dict[str, Any]]:
    """What has to be known before the amounts of the step can be worked out."""
    giver = amount_from(step)
    is_known = source.dialect.get("tax") or {"tax", "tax_rate"} & set(step.fields)
    if giver == "amount_with_tax" and not is_known:
        choices = [{"value": rate} for rate in (*TAX_RATES, AS_IS)]
        return [_question(db, "tax_unclear", "tax", source, step.fields[giver], choices)]
    if (
        giver == "unit_price"
        and not source.dialect.get("discount")
        and _may_be_a_share(db, step.fields.get("discount"), source, decimal_mark)
    ):
        choices = [{"value": value} for value in DISCOUNTS]
        return [
            _question(db, "discount_unclear", "discount", source, step.fields["discount"], choices)
        ]
    return []


def _may_be_a_share(
    db: duckdb.DuckDBPyConnection, value: Value | None, source: Source, decimal_mark: str
) -> bool:
    """A column that is only called discount may hold money or a share, unless all of it is zero."""
    if value is None or value.column is None or value.lookup is not None:
        return False
    if normalised(value.column) in _SAYS_MONEY:
        return False
    numbers = (exact_number(raw, decimal_mark) for raw in _distinct(db, source, value.column))
    return any(number is None or number for number in numbers)


def _distinct(db: duckdb.DuckDBPyConnection, source: Source, column: str) -> list[str]:
    index = source.index(column)
    if index is None:
        return []
    cell = sql.cleaned(f"c{index}")
    rows = db.execute(
        f"SELECT DISTINCT {cell} AS v FROM {source.table} WHERE v IS NOT NULL ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def _question(
    db: duckdb.DuckDBPyConnection,
    code: str,
    option: str,
    source: Source,
    value: Value,
    choices: list[dict[str, str]],
) -> dict[str, Any]:
    column = value.column or ""
    return {
        "code": code, "option": option, "source": source.key, "sheet_index": source.sheet_index,
        "file": source.file, "column": column, "choices": choices,
        "samples": _distinct(db, source, column)[-_SAMPLES:] if column else [],
    }  # fmt: skip


# --- amounts -----------------------------------------------------------------------------------
class Amounts:
    """Table `amounts_<number>`: what the numbers of a line come to, for each combination of them."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        number: int,
        step: Step,
        source: Source,
        decimal_mark: str,
    ) -> None:
        self.number = number
        self.giver = amount_from(step)
        self.discount = source.dialect.get("discount") or "amount"
        self.tax = source.dialect.get("tax") or AS_IS
        self.mark = decimal_mark
        self.powers = {
            label: power_of(_LINES.field(label), step.fields[label])
            for label in _READ
            if label in step.fields
        }
        self._create(db)

    @property
    def are_computed(self) -> bool:
        return self.giver in ("unit_price", "amount_with_tax")

    @property
    def is_by_rate(self) -> bool:
        return "tax_rate" in self.powers and "tax" not in self.powers

    @property
    def join(self) -> str:
        same = " AND ".join(
            f"w.{sql.name(label)} IS NOT DISTINCT FROM x.{sql.name('t_' + label)}"
            for label in self.powers
        )
        return f"LEFT JOIN amounts_{self.number} w ON {same}"

    def columns(self) -> list[str]:
        """SQL of what the step's table gets besides its fields."""
        made = ["w.amount AS v_amount"] if self.are_computed else []
        return [*made, "w.comes_to", "w.comes_to_text", "w.otherwise"]

    def _create(self, db: duckdb.DuckDBPyConnection) -> None:
        import pyarrow as pa

        texts = ", ".join(sql.name("t_" + label) for label in self.powers)
        rows = db.execute(f"SELECT DISTINCT {texts} FROM x_{self.number}").fetchall()
        made: dict[str, list[Any]] = {label: [] for label in self.powers}
        found: dict[str, list[int | str | None]] = {
            name: [] for name in ("amount", "off", "comes_to", "comes_to_text", "otherwise")
        }
        with localcontext() as context:
            context.prec = 60
            for row in rows:
                for label, raw in zip(self.powers, row, strict=True):
                    made[label].append(raw)
                for name, value in self._line(dict(zip(self.powers, row, strict=True))).items():
                    found[name].append(value)
        columns = {label: pa.array(cells, pa.string()) for label, cells in made.items()}
        columns |= {
            name: pa.array(cells, pa.string() if name == "comes_to_text" else pa.int64())
            for name, cells in found.items()
        }
        db.register("worked_out", pa.table(columns))
        db.execute(f"CREATE TABLE amounts_{self.number} AS SELECT * FROM worked_out")
        db.unregister("worked_out")

    def _line(self, texts: dict[str, str | None]) -> dict[str, int | str | None]:
        numbers = {label: self._number(label, raw) for label, raw in texts.items()}
        gross, off, net = self._of_price(numbers, texts.get("discount"))
        shown: dict[str, int | str | None] = {
            "amount": None, "off": _e4(off), "comes_to": _e4(net), "otherwise": None,
            "comes_to_text": None if net is None else format(net.normalize(), "f"),
        }  # fmt: skip
        if self.giver == "unit_price":
            shown["amount"] = _e4(net)
        elif self.giver == "amount_with_tax":
            shown["amount"] = _e4(self._before_tax(numbers))
        elif gross is not None and numbers.get("discount"):
            # Beside an amount, a discount that is a share is seen from what the line comes to.
            shown["otherwise"] = _e4(gross * (1 - _share(numbers["discount"], texts["discount"])))
        return shown

    def _number(self, label: str, raw: str | None) -> Decimal | None:
        if raw is None:
            return None
        if label == "tax_rate":
            return values.parse_rate(raw, self.mark)
        text = raw.removesuffix("折") if label == "discount" else raw
        return exact_number(text, self.mark, self.powers[label])

    def _of_price(
        self, numbers: dict[str, Decimal | None], discount: str | None
    ) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Quantity × unit price, what is taken off, and what is left."""
        quantity, price = numbers.get("quantity"), numbers.get("unit_price")
        if quantity is None or price is None:
            return None, None, None
        gross = quantity * price
        off = Decimal(0)
        if discount is not None:
            given = numbers["discount"]
            if given is None:
                return gross, None, None
            if self.discount == "share":
                off = gross * _share(given, discount)
            elif self.discount == "paid":
                off = gross * (1 - _paid(given, discount))
            else:
                off = given
        return gross, off, gross - off

    def _before_tax(self, numbers: dict[str, Decimal | None]) -> Decimal | None:
        whole = numbers["amount_with_tax"]
        if whole is None:
            return None
        if "tax" in numbers:
            tax = numbers["tax"]
            return None if tax is None else whole - tax
        if "tax_rate" in numbers:
            rate = numbers["tax_rate"]
            return None if rate is None else whole / (1 + rate)
        return whole if self.tax == AS_IS else whole / (1 + Decimal(self.tax) / 100)


def _share(number: Decimal | None, text: str | None) -> Decimal:
    """5 %, 5 and 0.05 all take a twentieth off."""
    number = number or Decimal(0)
    return number / 100 if number > 1 and "%" not in (text or "") else number


def _paid(number: Decimal, text: str) -> Decimal:
    """八五折: 0.85, 85 %, 85 and 8.5 all leave 85 %."""
    if number <= 1 or "%" in text:
        return number
    return number / 10 if number <= 10 else number / 100


def _e4(number: Decimal | None) -> int | None:
    whole = None if number is None else values.scaled(number, 4)
    return whole if whole is not None and abs(whole) <= _MAX_BIGINT else None


def differs() -> str:
    """A test for lines whose own amount is not what quantity and unit price come to."""

    def is_off(column: str) -> str:
        apart = f"abs(v_amount::HUGEINT - {column})"
        return f"({apart} > 100 AND {apart} * 100 > abs({column}))"

    return f"{is_off('comes_to')} AND coalesce({is_off('otherwise')}, true)"


def says_otherwise(step: Step) -> str:
    """The heading of amounts that hold tax and are taken for amounts before it; "" when there is none."""
    value = step.fields.get("amount")
    column = (value.column if value is not None else None) or ""
    return column if holds_tax(column) and not lacks_tax(column) else ""
