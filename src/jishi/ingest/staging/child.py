"""The child process that checks and compares: `python -m jishi.ingest.staging.child REQUEST`.

Phase "check": reads the parsed tables by the recipe, leaves what must be asked of the database.
Phase "compare": gets those answers and leaves one Arrow stream per entity with what will be written.
Both work on `stage.duckdb` in the work folder.
"""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.recipe import Recipe, Step
from jishi.ingest.parsing.limits import Limits, answer, submit_to
from jishi.ingest.staging import heads, issues, left_out, overtaken, prices, sql
from jishi.ingest.staging.compare import compare_customers, compare_products
from jishi.ingest.staging.compare_contacts import compare_contacts
from jishi.ingest.staging.compare_facts import (
    compare_lines,
    compare_orders,
    compare_other,
    currency_of_row,
)
from jishi.ingest.staging.counting import currency_of
from jishi.ingest.staging.gather import gather
from jishi.ingest.staging.identity import note_made_up_numbers
from jishi.ingest.staging.marks import find_marks
from jishi.ingest.staging.mending import lay_over
from jishi.ingest.staging.sources import Source, load_source
from jishi.ingest.staging.texts import FOLDED, StepError
from jishi.ingest.staging.typed import Typed, type_step
from jishi.ingest.staging.wanted import read_arrow, write_arrow, write_wanted


if TYPE_CHECKING:
    import duckdb

_MEMORY = "1500MB"
_KEPT = ("issues", "filled", "step_rows", "lost_orders", "missing_money", "made_up")
# Rows that fold into one (customers, orders): lines with an error of their own. Others: rows that were
# read and neither kept nor a plain repetition.
_REJECTED_GROUPS = (
    "SELECT count(*) FROM (SELECT DISTINCT src, line FROM issues WHERE severity = 'error'"
    " AND entity = $entity)"
)
_REJECTED_ROWS = (
    "SELECT (SELECT coalesce(sum(rows), 0) FROM step_rows WHERE entity = $entity)"
    " - (SELECT count(*) FROM issues WHERE code = 'repeated_row' AND entity = $entity)"
    " - (SELECT count(*) FROM {} WHERE src IS NOT NULL)"
)
# What a row is called where its changes are shown; facts without a number of their own have no name.
_LABELS = {
    "customers": "concat_ws(' ', code, name)",
    "products": "concat_ws(' ', sku, name)",
    "contacts": "name",
}
_LABEL = "CASE WHEN starts_with(k, 'h:') THEN '' ELSE k END"
_SHOWN_ROWS = 20
_SHOWN_CHANGES = 200
_GROUPS_KEPT = 1000
# What says the same of several rows: errors first, in the order of the file.
_GROUPS = (
    "SELECT severity, code, any_value(entity), any_value(field), src, min(line), col,"
    " arg_min(value, line), detail, count(DISTINCT line),"
    " list_sort(list_distinct(list(line)))[1:12], list(value ORDER BY line)[1:40]"
    " FROM issues GROUP BY src, severity, code, col, detail,"
    " CASE WHEN code = 'not_choice' THEN entity || field END ORDER BY severity, src, min(line), code"
    f" LIMIT {_GROUPS_KEPT}"
)
_ISSUE = ("severity", "code", "entity", "field", "src", "line", "col", "value", "detail")


def main(request_path: str) -> None:
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    submit_to(Limits(**request["limits"]))
    work = Path(request["work"])
    db = _open(work)
    try:
        data = (
            check(db, request, work) if request["phase"] == "check" else compare(db, request, work)
        )
    except StepError as error:
        data = {"status": "refused", "code": error.code, "params": error.params}
    db.close()
    answer(work, data)


def _open(work: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": _MEMORY,
            "threads": 2,
            "temp_directory": str(work / "stage.tmp"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        },
    )


def _keep(db: duckdb.DuckDBPyConnection, work: Path) -> None:
    """Leave the checked rows for the comparison, which may happen more than once."""
    path = work / "stage.duckdb"
    path.unlink(missing_ok=True)
    db.execute("SET force_compression = 'uncompressed'")  # it is read once or twice, then deleted
    db.execute(f"ATTACH {sql.text(str(path))} AS kept")
    tables = db.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'memory'")
    for (table,) in tables.fetchall():
        if table.startswith("u_") or table in _KEPT:
            db.execute(f"CREATE TABLE kept.{table} AS FROM memory.{table}")
    db.execute("DETACH kept")


def _take_up(db: duckdb.DuckDBPyConnection, work: Path) -> None:
    db.execute(f"ATTACH {sql.text(str(work / 'stage.duckdb'))} AS kept (READ_ONLY)")
    tables = db.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept'")
    for (table,) in tables.fetchall():
        kind = "TABLE" if table in _KEPT else "VIEW"
        db.execute(f"CREATE {kind} memory.{table} AS FROM kept.{table}")


# --- check -------------------------------------------------------------------------------------
def check(db: duckdb.DuckDBPyConnection, request: dict[str, Any], work: Path) -> dict[str, Any]:
    recipe = Recipe.model_validate(request["recipe"])
    issues.create(db)
    db.execute("CREATE TABLE lost_orders (order_no VARCHAR, code VARCHAR)")
    sources = {
        key: load_source(db, key, number, described)
        for number, (key, described) in enumerate(request["sources"].items())
    }
    recipe = _without_missing(recipe, sources)
    marks, questions = find_marks(db, recipe, sources)
    for step in recipe.steps:
        questions += prices.questions(db, step, sources[step.source], marks[step.source].decimal)
    questions += heads.questions(db, recipe, sources)
    if questions:
        return {"status": "unclear", "questions": questions}
    heads.fill(db, recipe, sources)
    _mend(db, request, sources, work)
    for source in sources.values():
        _report_skipped(db, source.number)
    today = date.fromisoformat(request["today"])
    steps = [
        type_step(
            db,
            number,
            step,
            sources,
            marks,
            request["customer_types"],
            today,
            currency_of(recipe, step, request["currency"]),
        )
        for number, step in enumerate(recipe.steps)
    ]
    db.execute("CREATE TABLE step_rows (entity VARCHAR, rows BIGINT)")
    db.executemany("INSERT INTO step_rows VALUES (?, ?)", [[s.entity.name, s.rows] for s in steps])
    filled = gather(db, steps)
    note_made_up_numbers(db, recipe, {key: source.number for key, source in sources.items()})
    wanted = write_wanted(db, list(filled), work)
    db.execute("CREATE TABLE filled (entity VARCHAR, field VARCHAR)")
    for entity, fields in filled.items():
        db.executemany("INSERT INTO filled VALUES (?, ?)", [[entity, field] for field in fields])
    currencies = _currencies(db, filled)
    left_out.report_money(db, recipe, sources)
    _keep(db, work)
    return {
        "status": "checked",
        "wanted": wanted,
        "filled": filled,
        "marks": {key: vars(mark) for key, mark in marks.items()},
        "sources": {key: source.rows for key, source in sources.items()},
        "steps": [_step_summary(db, step) for step in steps],
        "currencies": currencies,
    }


def _mend(
    db: duckdb.DuckDBPyConnection,
    request: dict[str, Any],
    sources: Mapping[str, Source],
    work: Path,
) -> None:
    """Lay over what people corrected; leave `mended.json`: [file, sheet, line, column, text, line
    it was typed for] each."""
    mended = []
    for key, source in sources.items():
        place = [request["sources"][key]["number"], source.sheet_index]
        own = [one for one in request["corrections"] if [one["file"], one["sheet"]] == place]
        for line, cells in lay_over(db, source, own).items():
            mended += [[*place, line, column, *found] for column, found in cells.items()]
    (work / "mended.json").write_text(json.dumps(mended, ensure_ascii=False), encoding="utf-8")


def _without_missing(recipe: Recipe, present: Mapping[str, Source]) -> Recipe:
    """Steps over optional files that are not here do not happen, and columns that a file may lack are
    not asked for."""
    steps = []
    for step in recipe.steps:
        if step.source in present:
            table = present[step.source]
            lacking = {
                name for name in recipe.sources[step.source].may_lack if table.index(name) is None
            }
            steps.append(_without_columns(step, lacking) if lacking else step)
    if not steps:
        raise StepError("no_files_of_recipe")
    return recipe.model_copy(update={"steps": steps})


def _without_columns(step: Step, lacking: set[str]) -> Step:
    fields = {
        name: value
        for name, value in step.fields.items()
        if not any(place is None and column in lacking for place, column in value.columns())
    }
    return step.model_copy(update={"fields": fields})


def _report_skipped(db: duckdb.DuckDBPyConnection, number: int) -> None:
    rows = f"FROM (SELECT {number} AS src, line FROM skipped_{number} WHERE"
    issues.add(db, code="extra_cells", select=f"{rows} NOT is_total)")
    issues.add(db, code="total_row", select=f"{rows} is_total)", severity=issues.WARNING)


def _step_summary(db: duckdb.DuckDBPyConnection, step: Typed) -> dict[str, Any]:
    return {
        "entity": step.entity.name,
        "rows": step.rows,
        "left_out": step.left_out,
        "rejected": step.rejected,
        "rounding": step.rounding,
        "read_e4": step.read_e4,
        "source": step.source,
        "computed": step.computed,
        "powers": step.powers,
        "with_tax": step.with_tax,
        "by_rate": step.by_rate,
    }


def _currencies(db: duckdb.DuckDBPyConnection, filled: dict[str, list[str]]) -> list[str]:
    found: set[str] = set()
    for entity, fields in filled.items():
        if "currency" in fields:
            rows = db.execute(
                f"SELECT DISTINCT v_currency FROM u_{entity} WHERE v_currency IS NOT NULL"
            ).fetchall()
            found |= {row[0] for row in rows}
    return sorted(found)


# --- compare -----------------------------------------------------------------------------------
def compare(db: duckdb.DuckDBPyConnection, request: dict[str, Any], work: Path) -> dict[str, Any]:
    """Compare with the stored rows the parent left as `existing_<table>.arrow`."""
    _take_up(db, work)
    for table in request["existing"]:
        read_arrow(db, f"e_{table}", work / f"existing_{table}.arrow")
    filled: dict[str, list[str]] = {}
    for entity, field in db.execute("SELECT entity, field FROM filled").fetchall():
        filled.setdefault(entity, []).append(field)
    currency = currency_of_row(request["currency"], is_said=request["currency_is_said"])
    compare_customers(
        db,
        filled.get("customers", []),
        next_number=request["next_number"],
        choices=request["choices"],
    )
    compare_products(db, filled.get("products", []), currency=request["currency"])
    if "contacts" in filled:
        compare_contacts(db, filled["contacts"])
    compare_orders(db, currency=currency, has_orders="orders" in filled)
    compare_lines(db, filled.get("order_lines", []))
    if "orders" in filled:
        left_out.report_orders(db)
    for name in ENTITIES:
        if name in filled and ENTITIES[name].is_fact and name not in ("orders", "order_lines"):
            compare_other(db, name, filled[name], currency=currency)
    left_out.report_days_without_rate(db, request["first_rates"])
    return _leave(db, filled, work)


def _leave(
    db: duckdb.DuckDBPyConnection, filled: dict[str, list[str]], work: Path
) -> dict[str, Any]:
    tables = {row[0] for row in db.execute(
        "SELECT table_name FROM information_schema.tables").fetchall()}  # fmt: skip
    entities: dict[str, Any] = {}
    for name in ENTITIES:
        table = f"m_{name}"
        if table not in tables:
            continue
        counts = dict(
            db.execute(f"SELECT action, count(*) FROM {table} GROUP BY action").fetchall()
        )
        if name not in filled and not counts:
            continue
        # In the order of the keys, so that the database's index grows at one end.
        order = " ORDER BY action, seq" if name in FOLDED else " ORDER BY k"
        write_arrow(
            db,
            f"SELECT * EXCLUDE (changes) FROM {table} WHERE action <> 'unchanged'{order}",
            work / f"apply_{name}.arrow",
        )
        entities[name] = _summary(db, name, table, counts)
        if name == "customers" and "conflicts" in tables:
            entities[name]["conflicts"] = overtaken.conflicts_found(db)
    if "p_customers" in tables:
        write_arrow(db, "SELECT id, seq, parent_id, parent_id_seq, src, line FROM p_customers",
                    work / "apply_parents.arrow")  # fmt: skip
    return {
        "status": "compared",
        "entities": entities,
        "issue_counts": _issues(db, work),
        "rejected_rows": _rejected_rows(db),
        "has_parents": "p_customers" in tables,
    }


def _summary(
    db: duckdb.DuckDBPyConnection, name: str, table: str, counts: dict[str, int]
) -> dict[str, Any]:
    rejected = db.execute(_REJECTED_GROUPS if name in FOLDED else _REJECTED_ROWS.format(table),
                          {"entity": name}).fetchone()  # fmt: skip
    amount = "amount_e4" if ENTITIES[name].amount else None
    total = db.execute(f"SELECT sum({amount}) FROM {table}").fetchone() if amount else None
    changed = db.execute(
        f"SELECT {_LABELS.get(name, _LABEL)}, src, line, changes FROM {table} WHERE action = 'changed'"
        f" ORDER BY src, line LIMIT {_SHOWN_CHANGES}"
    ).fetchall()
    columns = [row[0] for row in db.execute(f"DESCRIBE {table}").fetchall()]
    by_currency = (
        db.execute(f"SELECT currency, sum({amount}) FROM {table} GROUP BY 1 ORDER BY 1").fetchall()
        if amount and "currency" in columns
        else []
    )
    shown = [c for c in columns if c not in ("changes", "action", "existing_id", "seq", "version")
             and not c.endswith("_seq")]  # fmt: skip
    listed = ", ".join(f"{sql.name(c)}::VARCHAR" for c in shown)
    new = db.execute(
        f"SELECT {listed} FROM {table}"
        f" WHERE action IN ('new', 'revived') ORDER BY src, line LIMIT {_SHOWN_ROWS}"
    ).fetchall()
    return {
        "new": counts.get("new", 0) + counts.get("revived", 0),
        "changed": counts.get("changed", 0),
        "unchanged": counts.get("unchanged", 0),
        "rejected": int(rejected[0]) if rejected else 0,
        "accepted_e4": int(total[0]) if total and total[0] is not None else None,
        "accepted_by_currency": {currency: int(some) for currency, some in by_currency},
        "changes": [
            {"key": k, "source": src, "line": line, "fields": json.loads(fields or "[]")}
            for k, src, line, fields in changed
        ],
        "sample": [dict(zip(shown, row, strict=True)) for row in new],
    }


def _rejected_rows(db: duckdb.DuckDBPyConnection) -> int:
    """How many rows of the files hold something that is rejected."""
    row = db.execute(
        "SELECT count(*) FROM (SELECT DISTINCT src, line FROM issues WHERE severity = 'error')"
    ).fetchone()
    return int(row[0]) if row else 0


def _issues(db: duckdb.DuckDBPyConnection, work: Path) -> list[dict[str, Any]]:
    """Leave `issues.jsonl`, whole and in the order of the file, and `issue_groups.json`; return the
    counts by kind."""
    groups = [
        dict(zip((*_ISSUE, "rows", "lines", "values"), row, strict=True))
        for row in db.execute(_GROUPS).fetchall()
    ]
    (work / "issue_groups.json").write_text(json.dumps(groups, ensure_ascii=False), "utf-8")
    cursor = db.execute(
        f"SELECT {', '.join(_ISSUE)} FROM issues ORDER BY src, line, severity, entity, field"
    )
    making = work / "issues.part"
    with making.open("w", encoding="utf-8") as file:
        while rows := cursor.fetchmany(5000):
            for row in rows:
                file.write(
                    json.dumps(dict(zip(_ISSUE, row, strict=True)), ensure_ascii=False) + "\n"
                )
    making.replace(work / "issues.jsonl")
    counted = db.execute(
        "SELECT severity, code, entity, field, count(*) FROM issues GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [dict(zip(["severity", "code", "entity", "field", "count"], row, strict=True))
            for row in counted]  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
