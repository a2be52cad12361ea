# ruff: noqa: S608 - the statements are put together from the constants of sources.py, never from what people type
"""Builds a snapshot: `python -m jishi.warehouse.build`, a task as JSON on standard input, the outcome on standard output.

The file is made under a temporary name and swapped in when it is complete. If an earlier snapshot exists it is copied
and brought up to date, which gives the same rows as building from nothing (a test compares them). The source is read until
its data version is the same before and after, so a snapshot never mixes two states.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jishi.warehouse.sources import LAYOUT, SOURCES, Source


if TYPE_CHECKING:
    import duckdb

ATTEMPTS = 8
# On PostgreSQL a transaction that took its ids earlier may commit later: look back this far.
LOOK_BACK_ROWS = 100_000
REBUILD_AFTER_UPDATES = 200


class SourceKeepsChangingError(RuntimeError):
    """Every attempt found that the source had changed while it was read."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to build from what."""

    engine: str
    attach: str
    folder: str
    previous: str = ""
    memory_mb: int = 1_000
    threads: int = 2


def extension_path(name: str) -> str:
    """The file of a bundled DuckDB extension; nothing is ever downloaded."""
    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    folders = list(package.submodule_search_locations or []) if package else []
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.duckdb_extension")):
            return str(path)
    raise FileNotFoundError(
        f"The package duckdb-extension-{name.replace('_', '-')} is not installed."
    )


def literal(text: str) -> str:
    """A string in SQL. Bound parameters would do, but the first one makes DuckDB load pandas and NumPy."""
    return "'" + text.replace("'", "''") + "'"


class Builder:
    """One connection with the target open and the application database attached read-only as `src`."""

    def __init__(self, task: Task, target: Path) -> None:
        import duckdb

        self.task = task
        self.db: duckdb.DuckDBPyConnection = duckdb.connect(
            str(target),
            config={
                "threads": task.threads,
                "memory_limit": f"{task.memory_mb}MB",
                "temp_directory": str(target.with_suffix(".spill")),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.db.load_extension(
            extension_path("sqlite_scanner" if self.on_sqlite else "postgres_scanner")
        )
        self.db.execute(f"ATTACH {literal(task.attach)} AS src (TYPE {task.engine}, READ_ONLY)")

    @property
    def on_sqlite(self) -> bool:
        return self.task.engine == "sqlite"

    def close(self) -> None:
        self.db.close()

    def remote(self, query: str) -> str:
        """A FROM item that runs a query inside the application database, where its indexes are."""
        return f"{self.task.engine}_query('src', {literal(query)})"

    def value(self, query: str) -> Any:
        row = self.db.execute(f"SELECT * FROM {self.remote(query)}").fetchone()
        return row[0] if row else None

    def source_state(self) -> dict[str, Any]:
        """Everything besides the rows that decides what the snapshot contains."""
        version = self.value("SELECT coalesce(max(number), 0) AS n FROM foundation_dataversion")
        base = self.value("SELECT max(base_currency) AS c FROM foundation_company")
        rates = self.db.execute(
            "SELECT currency, CAST(valid_from AS VARCHAR), CAST(rate_e8 AS BIGINT) FROM "
            + self.remote("SELECT currency, valid_from, rate_e8 FROM foundation_exchangerate")
            + " ORDER BY 1, 2"
        ).fetchall()
        return {
            "data_version": int(version or 0),
            "base_currency": base or "CNY",
            "rates": [list(row) for row in rates],
            "layout": LAYOUT,
        }

    def marks(self) -> dict[str, int]:
        """Where the audit trail ends now; read before the rows, so that nothing in between is skipped."""
        return {
            "audit_id": int(
                self.value("SELECT coalesce(max(id), 0) AS n FROM foundation_auditentry")
            )
        }

    # --- from nothing --------------------------------------------------------------------------
    def build_whole(self, state: dict[str, Any]) -> None:
        for source in SOURCES:
            self.db.execute(source.ddl())
            schema = "" if self.on_sqlite else "public."
            relation = f"src.{schema}{source.table}"
            columns = ", ".join(f"{theirs} AS {mine}" for theirs, mine in source.pairs)
            only = f" WHERE NOT CAST({source.only} AS BOOLEAN)" if source.only else ""
            self.db.execute(
                f"INSERT INTO {source.name} SELECT {source.cast()}"
                f" FROM (SELECT {columns} FROM {relation}{only})"
            )
            self.convert(source, source.name, state)
        self.db.execute("CREATE TABLE _batches AS SELECT CAST(id AS BIGINT) AS id FROM "
                        + self.remote("SELECT id FROM foundation_batch"))  # fmt: skip

    def convert(self, source: Source, table: str, state: dict[str, Any]) -> None:
        """Turn amounts in other currencies into the base currency, rounded half away from zero.

        The rate is the latest on or before the day. Rows without such a rate are moved to `_unconverted`, so that
        no figure ever mixes currencies; the outcome says how many there are.
        """
        if not source.amounts:
            return
        base = literal(state["base_currency"])
        foreign = f"FROM {table} WHERE currency <> {base}"
        if self.db.execute(f"SELECT 1 {foreign} LIMIT 1").fetchone() is None:
            return
        self.db.execute(
            "CREATE OR REPLACE TEMP TABLE rates (currency VARCHAR, valid_from DATE, rate_e8 HUGEINT)"
        )
        for rate in state["rates"]:
            self.db.execute("INSERT INTO rates VALUES (?, ?, ?)", rate)
        columns = []
        for _, mine in source.pairs:
            if mine in source.amounts:
                exact = f"abs(f.{mine}::HUGEINT) * r.rate_e8"
                columns.append(
                    f"CAST(sign(f.{mine}) * (({exact} + 50000000) // 100000000) AS BIGINT) AS {mine}"
                )
            else:
                columns.append(f"f.{mine}")
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE foreign_rows AS SELECT * {foreign}")
        self.db.execute(f"DELETE {foreign}")
        join = (
            f"FROM foreign_rows f ASOF LEFT JOIN rates r"
            f" ON f.currency = r.currency AND f.{source.happened_on} >= r.valid_from"
        )
        self.db.execute(
            f"INSERT INTO {table} SELECT {', '.join(columns)} {join} WHERE r.rate_e8 IS NOT NULL"
        )
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS _unconverted (name VARCHAR, fact_id BIGINT, currency VARCHAR)"
        )
        self.db.execute(
            f"INSERT INTO _unconverted SELECT '{source.name}', f.fact_id, f.currency {join}"
            " WHERE r.rate_e8 IS NULL"
        )

    # --- from the previous snapshot ------------------------------------------------------------
    def extend(self, state: dict[str, Any], previous: dict[str, Any]) -> None:
        audited_from = previous["audit_id"] - (0 if self.on_sqlite else LOOK_BACK_ROWS)
        self.db.execute(
            "CREATE OR REPLACE TEMP TABLE batches AS SELECT CAST(id AS BIGINT) AS id FROM "
            + self.remote("SELECT id FROM foundation_batch")
        )
        unseen = [
            row[0]
            for row in self.db.execute(
                "SELECT id FROM batches WHERE id NOT IN (SELECT id FROM _batches) ORDER BY id"
            ).fetchall()
        ]
        for source in SOURCES:
            if source.is_fact:
                self._append_new(source, state, unseen)
                self._supersede(source, unseen)
                self._erase(source, audited_from)
            else:
                self._replace_changed(source, audited_from)
        self.db.execute(
            "INSERT INTO _batches SELECT id FROM batches WHERE id NOT IN (FROM _batches)"
        )

    def _append_new(self, source: Source, state: dict[str, Any], unseen: list[int]) -> None:
        row = self.db.execute(
            f"SELECT greatest((SELECT max(fact_id) FROM {source.name}), {self._unconverted(source)})"
        ).fetchone()
        newest = (row[0] if row else None) or 0
        if self.on_sqlite:
            where = f"id > {newest}"
        else:
            where = f"id > {newest - LOOK_BACK_ROWS}"
            if unseen:
                where += f" OR batch_id IN ({', '.join(map(str, unseen))})"
        query = source.select(where, engine=self.task.engine)
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE new_rows AS SELECT {source.cast()} FROM {self.remote(query)}"
        )
        if not self.on_sqlite:
            self.db.execute(
                f"DELETE FROM new_rows WHERE fact_id IN (SELECT fact_id FROM {source.name})"
            )
            if self._has_unconverted():
                self.db.execute(
                    "DELETE FROM new_rows WHERE fact_id IN"
                    f" (SELECT fact_id FROM _unconverted WHERE name = '{source.name}')"
                )
        self.convert(source, "new_rows", state)
        self.db.execute(f"INSERT INTO {source.name} SELECT * FROM new_rows")

    def _has_unconverted(self) -> bool:
        found = self.db.execute(
            "SELECT 1 FROM duckdb_tables() WHERE table_name = '_unconverted'"
        ).fetchone()
        return found is not None

    def _unconverted(self, source: Source) -> str:
        if not self._has_unconverted():
            return "0"
        return f"(SELECT coalesce(max(fact_id), 0) FROM _unconverted WHERE name = '{source.name}')"

    def _supersede(self, source: Source, unseen: list[int]) -> None:
        # Rows entered by hand may share a batch that existed before, so those are looked at every time.
        batches = "SELECT id FROM foundation_batch WHERE kind = 'manual'"
        if unseen:
            batches += f" OR id IN ({', '.join(map(str, unseen))})"
        query = (
            f"SELECT id AS fact_id, superseded_at, superseded_by_id FROM {source.table}"
            f" WHERE superseded_at IS NOT NULL AND superseded_by_id IN ({batches})"
        )
        self.db.execute(
            "CREATE OR REPLACE TEMP TABLE gone AS SELECT CAST(fact_id AS BIGINT) AS fact_id,"
            " CAST(superseded_at AS TIMESTAMP) AS superseded_at,"
            f" CAST(superseded_by_id AS BIGINT) AS superseded_by_id FROM {self.remote(query)}"
        )
        self.db.execute(
            f"UPDATE {source.name} AS t SET superseded_at = gone.superseded_at,"
            " superseded_by_id = gone.superseded_by_id FROM gone"
            " WHERE t.fact_id = gone.fact_id AND t.superseded_at IS NULL"
        )

    def _audited(self, source: Source, audited_from: int, action: str = "") -> str:
        condition = f" AND action = '{action}'" if action else ""
        # The newest entries are few: walk the primary key, not every entry ever made about the table.
        hint = " NOT INDEXED" if self.on_sqlite else ""
        return (
            f"SELECT CAST(row_pk AS BIGINT) AS pk FROM foundation_auditentry{hint}"
            f" WHERE id > {audited_from} AND table_name = '{source.table}'{condition}"
        )

    def _erase(self, source: Source, audited_from: int) -> None:
        erased = self.remote(self._audited(source, audited_from, "delete"))
        self.db.execute(
            f"DELETE FROM {source.name} WHERE fact_id IN (SELECT CAST(pk AS BIGINT) FROM {erased})"
        )

    def _replace_changed(self, source: Source, audited_from: int) -> None:
        changed = self._audited(source, audited_from)
        fresh = source.select(f"id IN ({changed})", engine=self.task.engine)
        self.db.execute(
            f"DELETE FROM {source.name} WHERE {source.key} IN"
            f" (SELECT CAST(pk AS BIGINT) FROM {self.remote(changed)})"
        )
        self.db.execute(
            f"INSERT INTO {source.name} SELECT {source.cast()} FROM {self.remote(fresh)}"
        )

    # --- the snapshot's own notes --------------------------------------------------------------
    def note(self, notes: dict[str, Any]) -> None:
        self.db.execute("CREATE OR REPLACE TABLE _meta (notes VARCHAR)")
        self.db.execute(f"INSERT INTO _meta VALUES ({literal(json.dumps(notes))})")

    def unconverted_count(self) -> int:
        if not self._has_unconverted():
            return 0
        row = self.db.execute("SELECT count(*) FROM _unconverted").fetchone()
        return int(row[0]) if row else 0

    def counts(self) -> dict[str, int]:
        found = {}
        for source in SOURCES:
            row = self.db.execute(f"SELECT count(*) FROM {source.name}").fetchone()
            found[source.name] = int(row[0]) if row else 0
        return found


def notes_of(path: Path) -> dict[str, Any] | None:
    """What a snapshot says about itself; None when it cannot be read."""
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as db:
            row = db.execute("SELECT notes FROM _meta").fetchone()
    except duckdb.Error:
        return None
    return json.loads(row[0]) if row else None


def build(task: Task) -> dict[str, Any]:
    """Make the snapshot of the source's present state; returns what was made."""
    folder = Path(task.folder)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"building-{os.getpid()}.duckdb.part"
    previous = Path(task.previous) if task.previous else None
    notes = notes_of(previous) if previous and previous.exists() else None
    try:
        return _build(task, temporary, previous, notes)
    finally:
        temporary.unlink(missing_ok=True)
        Path(str(temporary) + ".wal").unlink(missing_ok=True)
        shutil.rmtree(temporary.with_suffix(".spill"), ignore_errors=True)


def _build(
    task: Task, temporary: Path, previous: Path | None, notes: dict[str, Any] | None
) -> dict[str, Any]:
    may_extend = notes is not None and notes["updates"] < REBUILD_AFTER_UPDATES
    if may_extend and previous is not None:
        shutil.copyfile(previous, temporary)
    builder = Builder(task, temporary)
    try:
        state = builder.source_state()
        fixed = ("base_currency", "rates", "layout")
        if may_extend and notes is not None and any(state[k] != notes[k] for k in fixed):
            builder.close()
            temporary.unlink()
            may_extend = False
            builder = Builder(task, temporary)
        updates = notes["updates"] + 1 if may_extend and notes is not None else 0
        known = notes if may_extend else None
        mode = "extended" if may_extend else "whole"
        for _ in range(ATTEMPTS):
            marks = builder.marks()
            builder.db.execute("BEGIN")
            if known is None:
                builder.build_whole(state)
            else:
                builder.extend(state, known)
            builder.db.execute("COMMIT")
            known = {**state, **marks, "updates": updates}
            after = builder.source_state()
            if after == state:
                break
            if any(after[k] != state[k] for k in fixed):
                raise SourceKeepsChangingError(
                    "The currency or its rates changed during the build."
                )
            state = after
        else:
            raise SourceKeepsChangingError(f"The data changed during each of {ATTEMPTS} attempts.")
        builder.note(known)
        outcome = {
            "data_version": state["data_version"],
            "mode": mode,
            "rows": builder.counts(),
            "unconverted": builder.unconverted_count(),
        }
    finally:
        builder.close()
    final = Path(task.folder) / f"{outcome['data_version']}.duckdb"
    os.replace(temporary, final)
    return {**outcome, "path": str(final)}


def main() -> int:
    """Read the task, build, report."""
    task = Task(**json.load(sys.stdin))
    json.dump(build(task), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
