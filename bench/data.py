"""A made-up trading company of any size, the same on every machine, as Parquet in a cache folder.

Heavy-tailed customers and products, 36 months that end with `AS_OF`, orders of about three lines in
the order in which an ERP would have written them. A few per cent are cancelled, corrected
(superseded) or have no known cost, because real ones do.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.names import company_names


if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
VERSION = 2
SEED = 20_260_630
AS_OF = date(2026, 6, 30)
FIRST_ON = date(2023, 7, 1)
MONTHS = 36
PRODUCTS = 4_000
CATEGORIES = 24
LINES_PER_CUSTOMER = 20
LINES_PER_ORDER = 3.2
ROW_GROUP_ROWS = 262_144


def cache_folder() -> Path:
    """Where generated data lives: `JISHI_BENCH_DIR`, or `.bench` in the checkout."""
    folder = Path(os.environ.get("JISHI_BENCH_DIR") or ROOT / ".bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True, slots=True)
class Company:
    """A generated company on disk."""

    folder: Path
    lines: int

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"


def company(lines: int, customers: int = 0) -> Company:
    """The company with that many order lines, made now if the cache does not have it.

    Without a number of customers there is one for every twenty lines.
    """
    customers = customers or max(20, lines // LINES_PER_CUSTOMER)
    folder = cache_folder() / f"company-{lines}-{customers}-v{VERSION}"
    if not folder.exists():
        making = folder.with_name(folder.name + ".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _make(making, lines, customers)
        making.rename(folder)
    return Company(folder, lines)


def _make(folder: Path, lines: int, customers: int) -> None:
    import numpy as np

    random = np.random.default_rng([SEED, lines])
    catalogue = _Catalogue.make(random)
    _write(folder / "customers.parquet", _customers(customers, random))
    _write(folder / "products.parquet", catalogue.table())
    appetite = np.cumsum(random.lognormal(0.0, 1.1, customers))
    appetite /= appetite[-1]
    with (
        _Writer(folder / "orders.parquet") as orders,
        _Writer(folder / "order_lines.parquet") as order_lines,
    ):
        first_order = first_line = 1
        for month in range(MONTHS):
            quota = lines * (month + 1) // MONTHS - lines * month // MONTHS
            made = _month(month, quota, appetite, catalogue, first_order, first_line, lines)
            orders.write(made[0])
            order_lines.write(made[1])
            first_order += made[0].num_rows
            first_line += made[1].num_rows


@dataclass(frozen=True, slots=True)
class _Catalogue:
    price_e4: np.ndarray[Any, Any]
    cost_ratio: np.ndarray[Any, Any]
    is_custom: np.ndarray[Any, Any]
    popularity: np.ndarray[Any, Any]

    @classmethod
    def make(cls, random: np.random.Generator) -> _Catalogue:
        import numpy as np

        popularity = np.cumsum(1.0 / np.arange(1, PRODUCTS + 1) ** 0.9)
        return cls(
            price_e4=np.round(random.lognormal(4.5, 1.2, PRODUCTS) * 100).astype(np.int64) * 100,
            cost_ratio=random.uniform(0.45, 0.97, PRODUCTS),
            is_custom=random.random(PRODUCTS) < 0.08,
            popularity=popularity / popularity[-1],
        )

    def table(self) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        numbers = np.arange(1, PRODUCTS + 1)
        return pa.table(
            {
                "product_id": pa.array(numbers, pa.int64()),
                "sku": [f"P{n:05d}" for n in numbers],
                "name": [f"产品{n:05d}" for n in numbers],
                "category": [f"category {n * 7 % CATEGORIES:02d}" for n in numbers],
                "is_custom": pa.array(self.is_custom, pa.bool_()),
            }
        )


def _customers(count: int, random: np.random.Generator) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    since = np.datetime64(FIRST_ON, "D") - random.integers(0, 3_000, count)
    place = random.permutation(count)
    return pa.table(
        {
            "customer_id": pa.array(np.arange(1, count + 1), pa.int64()),
            "code": [f"C{n:07d}" for n in place],
            "name": company_names(count, random),
            "customer_type": pa.array(random.choice(["retail", "company", "government"], count)),
            "industry": pa.array(random.choice(["C34", "C35", "C36", "F51", "G54", "I65"], count)),
            "size_class": pa.array(random.choice(["micro", "small", "medium", "large"], count)),
            "region": pa.array(random.choice(["430100", "310000", "440300", "320500"], count)),
            "stage": pa.array(random.choice(["potential", "first", "long_term"], count)),
            "parent_id": pa.nulls(count, pa.int64()),
            "cooperation_since_on": pa.array(since, pa.date32(), mask=random.random(count) < 0.5),
        }
    )


def _clocks(days: np.ndarray[Any, Any], random: np.random.Generator) -> dict[str, pa.Array]:
    import numpy as np
    import pyarrow as pa

    recorded = (days + 1).astype("datetime64[us]") + np.timedelta64(3, "h")
    superseded = recorded + np.timedelta64(20, "D")
    moment = pa.timestamp("us", tz="UTC")
    return {
        "recorded_at": pa.array(recorded).cast(moment),
        "superseded_at": pa.array(superseded, mask=random.random(len(days)) >= 0.005).cast(moment),
    }


def _month(
    month: int,
    quota: int,
    appetite: np.ndarray[Any, Any],
    catalogue: _Catalogue,
    first_order: int,
    first_line: int,
    seed: int,
) -> tuple[pa.Table, pa.Table]:
    """The orders and order lines of one month; exactly `quota` lines."""
    import numpy as np
    import pyarrow as pa

    random = np.random.default_rng([SEED, seed, month])
    sizes = 1 + random.poisson(LINES_PER_ORDER - 1, int(quota / LINES_PER_ORDER * 1.2) + 10)
    count = int(np.searchsorted(np.cumsum(sizes), quota)) + 1
    sizes = sizes[:count]
    sizes[-1] -= sizes.sum() - quota
    begin = np.datetime64(FIRST_ON, "M") + month
    length = int(((begin + 1).astype("datetime64[D]") - begin.astype("datetime64[D]")).astype(int))
    day = begin.astype("datetime64[D]") + np.sort(random.integers(0, length, count))
    customer = np.searchsorted(appetite, random.random(count), side="right") + 1
    reference = np.arange(first_order, first_order + count)
    status = np.where(random.random(count) < 0.03, "cancelled", "completed")
    owner = np.repeat(np.arange(count), sizes)
    product = np.searchsorted(catalogue.popularity, random.random(quota), side="right")
    quantity = 1 + random.geometric(0.12, quota)
    gross_e4 = catalogue.price_e4[product] * quantity
    discount_e4 = np.where(
        random.random(quota) < 0.3, (gross_e4 * random.uniform(0, 0.3, quota)).astype(np.int64), 0
    )
    cost_e4 = (gross_e4 * catalogue.cost_ratio[product]).astype(np.int64)
    amount_e4 = gross_e4 - discount_e4
    orders = pa.table(
        {
            "order_ref": pa.array(reference, pa.int64()),
            "customer_id": pa.array(customer, pa.int64()),
            "order_no": [f"S{n:09d}" for n in reference],
            "ordered_on": pa.array(day, pa.date32()),
            "due_on": pa.array(day + 30, pa.date32(), mask=random.random(count) < 0.2),
            "status": pa.array(status),
            "payment_method": pa.array(random.choice(["transfer", "cash", "bill"], count)),
            "receivable_e4": pa.array(np.bincount(owner, amount_e4, count).astype(np.int64)),
            **_clocks(day, random),
        }
    )
    lines = pa.table(
        {
            "line_id": pa.array(np.arange(first_line, first_line + quota), pa.int64()),
            "order_ref": pa.array(reference[owner], pa.int64()),
            "customer_id": pa.array(customer[owner], pa.int64()),
            "product_id": pa.array(product + 1, pa.int64(), mask=random.random(quota) < 0.01),
            "ordered_on": pa.array(day[owner], pa.date32()),
            "quantity_milli": pa.array(quantity * 1_000, pa.int64()),
            "amount_e4": pa.array(amount_e4, pa.int64()),
            "discount_e4": pa.array(discount_e4, pa.int64()),
            "cost_e4": pa.array(cost_e4, pa.int64(), mask=random.random(quota) < 0.05),
            "is_custom": pa.array(catalogue.is_custom[product]),
            "status": pa.array(status[owner]),
            **_clocks(day[owner], random),
        }
    )
    return orders, lines


def _write(path: Path, table: pa.Table) -> None:
    with _Writer(path) as writer:
        writer.write(table)


class _Writer:
    """A Parquet file written table by table, as snappy, the default of every peer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None

    def __enter__(self) -> _Writer:
        return self

    def write(self, table: pa.Table) -> None:
        import pyarrow.parquet as pq

        if self._file is None:
            self._file = pq.ParquetWriter(str(self.path), table.schema, compression="snappy")
        self._file.write_table(table, row_group_size=ROW_GROUP_ROWS)

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
