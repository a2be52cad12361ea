"""The product's own database filled with a generated company: `python -m bench.application REQUEST`.

Pages, imports and snapshots are measured on it. Customers and contacts go through the bulk
writers of the product, orders through DuckDB, with their indexes made afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.data import AS_OF, ROOT, cache_folder, company


VERSION = 2
USERNAME = "bench"
PASSWORD = "bench-password-9"
NOW = datetime(2026, 6, 30, 8, 0, tzinfo=UTC)
CONTACTS_PER_CUSTOMER = 3
CHUNK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Application:
    """A data folder of the product, ready to be served."""

    folder: str
    customers: int
    lines: int
    big_orders: int = 0
    scored: bool = True
    contacts: bool = True


def application(
    customers: int, lines: int, *, big_orders: int = 0, scored: bool = True, contacts: bool = True
) -> Application:
    """The data folder with that company, filled now if the cache does not have it.

    Args:
        customers: how many customers.
        lines: how many order lines they have together.
        big_orders: extra orders of the first customer.
        scored: whether everybody is graded (snapshot, run, standings).
        contacts: whether every customer has contacts and can be searched for.
    """
    name = f"app-{customers}-{lines}-{big_orders}-{int(scored)}{int(contacts)}-v{VERSION}"
    folder = cache_folder() / name
    made = Application(str(folder), customers, lines, big_orders, scored, contacts)
    if not folder.exists():
        company(lines, customers)
        making = Path(f"{folder}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _in_process("fill", Application(str(making), *tuple(asdict(made).values())[1:]))
        making.rename(folder)
    else:
        _in_process("update", made)
    return made


def _in_process(what: str, wanted: Application) -> None:
    subprocess.run(
        [sys.executable, "-m", "bench.application", what, json.dumps(asdict(wanted))],
        cwd=ROOT,
        check=True,
    )


def use(folder: str | Path, *, database_url: str = "") -> None:
    """Start Django on a data folder, in this process."""
    os.environ["JISHI_DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jishi.config.settings"
    os.environ.setdefault("JISHI_LOG_LEVEL", "ERROR")
    os.environ.pop("DATABASE_URL", None)
    if database_url:
        os.environ["DATABASE_URL"] = database_url
    import jishi.config  # noqa: F401 - swaps in the bundled SQLite before Django is imported

    __import__("django").setup()


def fill(wanted: Application) -> None:
    """Make the database in `wanted.folder`."""
    use(wanted.folder)
    prepare()
    from django.db import connection

    from jishi.foundation.models import Batch
    from jishi.foundation.writing import write

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA cache_size=-500000")
    data = company(wanted.lines, wanted.customers)
    with write(by=None, data_changes=True):
        batch = Batch.objects.create(kind="import", label="generated company", created_at=NOW)
        _customers(data.path("customers"), batch.pk)
        if wanted.contacts:
            _contacts(wanted.customers, batch.pk)
        _products(data.path("products"), batch.pk)
    _facts(data, Path(wanted.folder) / "jishi.sqlite3", batch.pk)
    with write(by=None, data_changes=True):
        if wanted.big_orders:
            _big_customer(wanted.big_orders, batch.pk)
    if wanted.contacts:
        from jishi.customers.search import search_index_rebuild

        with write(by=None):
            search_index_rebuild()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if wanted.scored:
        grade()


def fill_masters(lines: int, customers: int) -> None:
    """Only the customers and products of a company, without facts."""
    prepare()
    from jishi.foundation.models import Batch
    from jishi.foundation.writing import write

    data = company(lines, customers)
    with write(by=None, data_changes=True):
        batch = Batch.objects.create(kind="import", label="masters", created_at=NOW)
        _customers(data.path("customers"), batch.pk)
        _products(data.path("products"), batch.pk)


def prepare() -> None:
    """Database, company, one administrator, ready schemes."""
    from jishi.cli.admin import prepare_database
    from jishi.foundation.models import User
    from jishi.foundation.services import user_create
    from jishi.scoring.services.schemes import schemes_setup

    prepare_database()
    if not User.objects.exists():
        user_create(by=None, username=USERNAME, name="Bench", role="admin", password=PASSWORD)
    schemes_setup(by=None, now=NOW)


def grade() -> None:
    """Score everybody with the scheme in force."""
    from jishi.scoring.services.runs import run_score

    run_score(by=None, as_of=AS_OF, now=NOW)


def update(wanted: Application) -> None:
    """Bring a cached database to the present schema and grade it if its schema had lost the grades."""
    use(wanted.folder)
    from jishi.cli.admin import prepare_database

    if prepare_database() and wanted.scored:
        prepare()
        grade()


def _batches(path: Path) -> Iterator[dict[str, list[Any]]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(CHUNK_ROWS):
        yield batch.to_pydict()


def _customers(path: Path, batch: int) -> None:
    from jishi.customers.enums import SizeClass, Stage
    from jishi.customers.models import Customer
    from jishi.foundation.bulk import insert_rows
    from jishi.foundation.models import User

    sizes, stages = SizeClass.values, Stage.values
    owner = User.objects.values_list("pk", flat=True).first()
    columns = (
        "id", "code", "name", "short_name", "industry", "size_class", "region", "city", "phone",
        "stage", "cooperation_since_on", "owner_id", "batch_id", "created_at", "updated_at",
    )  # fmt: skip
    for part in _batches(path):
        insert_rows(Customer, columns, (
            (pk, code, name, name[:6], ("C34", "C35", "C36", "F51", "G54", "I65")[pk % 6],
             sizes[pk % len(sizes)], ("430100", "310000", "440300", "320500")[pk % 4], name[:2],
             f"0731-{10_000_000 + pk * 7_919 % 89_999_999}", stages[pk % len(stages)], since,
             owner if pk % 3 else None, batch, NOW, NOW)
            for pk, code, name, since in zip(
                part["customer_id"], part["code"], part["name"], part["cooperation_since_on"],
                strict=True,
            )
        ))  # fmt: skip


def _contacts(customers: int, batch: int) -> None:
    import numpy as np

    from bench.names import person_names
    from jishi.customers.models import Contact, ContactPosition
    from jishi.foundation.bulk import insert_rows

    random = np.random.default_rng([7, customers])
    total = customers * CONTACTS_PER_CUSTOMER
    names = person_names(total, random)
    insert_rows(
        Contact,
        ("id", "name", "mobile", "email", "batch_id", "created_at", "updated_at"),
        (
            (at + 1, names[at], f"13{at * 7_919 % 999_999_999:09d}", f"p{at}@example.com", batch,
             NOW, NOW)
            for at in range(total)
        ),
    )  # fmt: skip
    titles = ("采购总监", "技术经理", "财务主管", "总经理")
    insert_rows(
        ContactPosition,
        ("contact_id", "customer_id", "title", "is_primary", "batch_id"),
        (
            (at + 1, at // CONTACTS_PER_CUSTOMER + 1, titles[at % len(titles)],
             at % CONTACTS_PER_CUSTOMER == 0, batch)
            for at in range(total)
        ),
    )  # fmt: skip


def _products(path: Path, batch: int) -> None:
    from jishi.facts.models import Product
    from jishi.foundation.bulk import insert_rows

    for part in _batches(path):
        columns = ("id", "sku", "name", "category", "is_custom", "batch_id")
        values = (part[name] for name in ("product_id", "sku", "name", "category", "is_custom"))
        insert_rows(Product, columns, ((*row, batch) for row in zip(*values, strict=True)))


ORDER_COLUMNS = (
    "id", "key", "customer_id", "occurred_on", "recorded_at", "batch_id", "order_ref", "order_no",
    "due_on", "status", "payment_method", "receivable_e4", "currency",
)  # fmt: skip
LINE_COLUMNS = (
    "id", "key", "customer_id", "occurred_on", "recorded_at", "batch_id", "order_ref", "product_id",
    "quantity_milli", "amount_e4", "discount_e4", "cost_e4", "currency", "is_custom", "status",
)  # fmt: skip


def _facts(data: Any, database: Path, batch: int) -> None:
    """Orders and lines, copied by DuckDB's SQLite writer with the indexes left for afterwards.

    No connection of Django's may be open meanwhile: two SQLite libraries are in this process.
    """
    import duckdb

    from jishi.warehouse.build import extension_path

    moment = f"TIMESTAMP '{NOW:%Y-%m-%d %H:%M:%S}'"
    with _without_indexes("facts_order", "facts_orderline"):
        db = duckdb.connect(config={"threads": 2})
        db.load_extension(extension_path("sqlite_scanner"))
        db.execute(f"ATTACH '{database}' AS app (TYPE sqlite)")
        db.execute(f"""
            INSERT INTO app.facts_order ({", ".join(ORDER_COLUMNS)})
            SELECT order_ref, 'bench:' || order_no, customer_id, ordered_on, {moment}, {batch},
              order_ref, order_no, due_on, status, payment_method, receivable_e4, 'CNY'
            FROM '{data.path("orders")}'""")
        db.execute(f"""
            INSERT INTO app.facts_orderline ({", ".join(LINE_COLUMNS)}, description)
            SELECT line_id, 'bench:' || line_id, customer_id, ordered_on, {moment}, {batch},
              order_ref, product_id, quantity_milli, amount_e4, discount_e4, cost_e4, 'CNY',
              is_custom::INTEGER, status, ''
            FROM '{data.path("order_lines")}'""")
        db.close()


def _big_customer(orders: int, batch: int) -> None:
    """Give the first customer many more orders of two lines each."""
    from jishi.facts.models import Order, OrderLine
    from jishi.facts.services import facts_append
    from jishi.foundation.models import Batch

    days = [AS_OF - timedelta(days=n * 1_090 // orders) for n in range(orders)]
    made = Batch.objects.get(pk=batch)
    heads: list[Sequence[Any]] = []
    lines: list[Sequence[Any]] = []
    for n, day in enumerate(days):
        ref = 1_000_000_000 + n
        heads.append((f"big:{n}", 1, day, ref, f"B{n:06d}", day + timedelta(days=30), "completed",
                      9_000_000 + n * 100, "CNY"))  # fmt: skip
        lines += [
            (f"big:{n}:{part}", 1, day, ref, 1 + (n * 7 + part) % 4_000, 5_000, 4_500_000 + n * 50,
             0, 3_000_000, "CNY", "completed")
            for part in range(2)
        ]  # fmt: skip
    head_columns = ("key", "customer_id", "occurred_on", "order_ref", "order_no", "due_on",
                    "status", "receivable_e4", "currency")  # fmt: skip
    line_columns = ("key", "customer_id", "occurred_on", "order_ref", "product_id",
                    "quantity_milli", "amount_e4", "discount_e4", "cost_e4", "currency",
                    "status")  # fmt: skip
    facts_append(model=Order, batch=made, columns=head_columns, rows=heads, now=NOW)
    facts_append(model=OrderLine, batch=made, columns=line_columns, rows=lines, now=NOW)


class _without_indexes:  # noqa: N801 - reads as a phrase
    """Drop the indexes of SQLite tables and make them again afterwards."""

    def __init__(self, *tables: str) -> None:
        self.tables = tables
        self.statements: list[str] = []

    def __enter__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            for table in self.tables:
                cursor.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s"
                    " AND sql IS NOT NULL",
                    [table],
                )
                for name, sql in cursor.fetchall():
                    self.statements.append(sql)
                    cursor.execute(f'DROP INDEX "{name}"')
        connection.close()

    def __exit__(self, *_: object) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-500000")
            for statement in self.statements:
                cursor.execute(statement)


if __name__ == "__main__":
    {"fill": fill, "update": update}[sys.argv[1]](Application(**json.loads(sys.argv[2])))
