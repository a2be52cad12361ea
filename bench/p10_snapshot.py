"""P10 · The columnar snapshot of ten million order lines from SQLite.

Ours starts the builder process, converts currencies, notes the data version and swaps the file in.
The peer copies the same columns of the same four tables through DuckDB's own SQLite scanner and
nothing else. A small import is a thousand new lines on top of an existing snapshot.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.application import NOW, application, use
from bench.data import AS_OF, cache_folder
from bench.measure import Meter
from bench.rows import Contender, Figures, Row, Target


SMALL_IMPORT_LINES = 1_000


def row(*, quick: bool = False, lines: int = 0) -> Row:
    lines = lines or (200_000 if quick else 10_000_000)
    made = application(max(100, lines // 100), lines, scored=False, contacts=False)
    options = {"folder": made.folder, "lines": lines}
    return Row(
        key="P10",
        title="Snapshot",
        work=f"{lines:,} order lines, their orders, customers and products from SQLite to DuckDB",
        contenders=[
            Contender("jishi", "jishi_whole", options, "from nothing"),
            Contender("jishi, small import", "jishi_extended", options,
                      f"{SMALL_IMPORT_LINES:,} more lines on top of the snapshot"),
            Contender("DuckDB attach", "duckdb_attach", options, "CREATE TABLE AS, nothing else"),
        ],
        targets=[
            Target("cpu_s", "jishi", 1.3, "DuckDB attach", what="CPU"),
            Target("wall_s", "jishi", 1.3, "DuckDB attach", what="wall"),
            Target("cpu_s", "jishi, small import", 0.1, "jishi", what="CPU"),
            Target("wall_s", "jishi, small import", 0.1, "jishi", what="wall"),
        ],
        verify=same_answers,
        notes=["Every round adds its small import to the database, for all contenders alike."],
    )  # fmt: skip


def same_answers(figures: dict[str, Figures]) -> str:
    ours, theirs = figures["jishi"], figures["DuckDB attach"]
    after = figures["jishi, small import"]
    grown = (after["lines"] - ours["lines"], after["amount_e4"] > ours["amount_e4"])
    if grown != (SMALL_IMPORT_LINES, True):
        raise AssertionError(f"the small import is not in the snapshot: {figures}")
    if (theirs["lines"], theirs["amount_e4"]) != (after["lines"], after["amount_e4"]):
        raise AssertionError(f"the snapshots differ: {figures}")
    return (
        f"equal number of lines and total amount, {after['lines']:,} lines after the small import"
    )


def _counted(path: Path) -> Figures:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as db:
        found = db.execute("SELECT count(*), sum(amount_e4)::BIGINT FROM order_lines").fetchone()
    assert found is not None
    return {"lines": found[0], "amount_e4": found[1], "file_mb": path.stat().st_size / 2**20}


def jishi_whole(meter: Meter, options: Figures) -> Figures:
    use(options["folder"])
    from jishi.warehouse.services import snapshot_refresh

    shutil.rmtree(Path(options["folder"]) / "snapshots", ignore_errors=True)
    with meter.work():
        made = snapshot_refresh()
    if made.mode != "whole":
        raise RuntimeError(f"expected a whole build, got {made.mode}")
    return _counted(made.snapshot.path)


def jishi_extended(meter: Meter, options: Figures) -> Figures:
    use(options["folder"])
    from jishi.warehouse.services import snapshot_refresh

    snapshot_refresh()
    small_import()
    with meter.work():
        made = snapshot_refresh()
    if made.mode != "extended":
        raise RuntimeError(f"expected an extended snapshot, got {made.mode}")
    return _counted(made.snapshot.path)


def small_import() -> None:
    """A thousand more lines under a batch of their own."""
    from jishi.facts.models import OrderLine
    from jishi.facts.services import facts_append
    from jishi.foundation.models import Batch
    from jishi.foundation.writing import write

    with write(by=None, data_changes=True):
        batch = Batch.objects.create(kind="import", label="small import", created_at=NOW)
        facts_append(
            model=OrderLine,
            batch=batch,
            columns=("key", "customer_id", "occurred_on", "order_ref", "product_id",
                     "quantity_milli", "amount_e4", "discount_e4", "currency", "status"),
            rows=[(f"small:{batch.pk}:{n}", 1 + n % 50, AS_OF, 1 + n % 40, 1 + n, 1_000,
                   1_230_000, 0, "CNY", "completed") for n in range(SMALL_IMPORT_LINES)],
            now=NOW,
        )  # fmt: skip


def duckdb_attach(meter: Meter, options: Figures) -> Figures:
    import duckdb

    from jishi.warehouse.build import extension_path
    from jishi.warehouse.sources import SOURCES

    target = cache_folder() / "p10-attach.duckdb"
    target.unlink(missing_ok=True)
    source = Path(options["folder"]) / "jishi.sqlite3"
    with meter.work():
        db = duckdb.connect(str(target), config={"threads": 2, "preserve_insertion_order": False})
        db.load_extension(extension_path("sqlite_scanner"))
        db.execute(f"ATTACH '{source}' AS src (TYPE sqlite, READ_ONLY)")
        for one in SOURCES:
            columns = ", ".join(f"{theirs} AS {mine}" for theirs, mine in one.pairs)
            db.execute(f"CREATE TABLE {one.name} AS SELECT {columns} FROM src.{one.table}")
        db.close()
    figures = _counted(target)
    target.unlink()
    return figures
