"""P9 · An Excel workbook of 200,000 rows × 12 columns, read to the last cell.

Ours includes starting the limited child process, sniffing the type, finding the header and writing
the columns for the next step. openpyxl reads the same sheet in its fast read-only mode.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from bench.data import cache_folder
from bench.measure import Meter
from bench.rows import Contender, Figures, Row, Target


HEADINGS = ("订单号", "日期", "客户编号", "客户名称", "产品编号", "数量", "单价", "折扣", "金额", "成本",
            "付款方式", "备注")  # fmt: skip


def row(*, quick: bool = False, rows: int = 0) -> Row:
    rows = rows or (20_000 if quick else 200_000)
    options = {"path": str(workbook(rows))}
    return Row(
        key="P9",
        title="Excel",
        work=f"an .xlsx of {rows:,} rows × {len(HEADINGS)} columns → columns of text",
        contenders=[
            Contender("jishi", "jishi_child", options, "limited child process included"),
            Contender("openpyxl", "openpyxl_rows", options, "read-only mode, values only"),
            Contender("fastexcel", "fastexcel_frame", options, "the reader itself, in process"),
        ],
        targets=[
            Target("cpu_s", "jishi", 1 / 8, "openpyxl", what="CPU"),
            Target("wall_s", "jishi", 1 / 8, "openpyxl", what="wall"),
        ],
        verify=same_answers,
    )


def workbook(rows: int) -> Path:
    """The workbook, made once: numbers, dates, repeated and different texts."""
    path = cache_folder() / f"orders-{rows}-v1.xlsx"
    if path.exists():
        return path
    import numpy as np
    import xlsxwriter

    random = np.random.default_rng([9, rows])
    making = path.with_suffix(".making")
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    book = xlsxwriter.Workbook(str(making), options)
    sheet = book.add_worksheet("订单")
    sheet.write_row(0, 0, HEADINGS)
    first = dt.date(2023, 7, 1)
    customers = random.integers(1, 8_000, rows)
    prices = np.round(random.lognormal(5, 1, rows), 2)
    counts = random.integers(1, 50, rows)
    for at in range(rows):
        number, price, count = int(customers[at]), float(prices[at]), int(counts[at])
        sheet.write_string(at + 1, 0, f"SO{at // 3:07d}")
        sheet.write_datetime(at + 1, 1, first + dt.timedelta(days=at * 1_000 // rows))
        sheet.write_string(at + 1, 2, f"C{number:05d}")
        sheet.write_string(at + 1, 3, f"长沙第{number}智能装备有限公司")
        sheet.write_string(at + 1, 4, f"P{number * 7 % 997:04d}")
        sheet.write_number(at + 1, 5, count)
        sheet.write_number(at + 1, 6, price)
        sheet.write_number(at + 1, 7, (at % 5) / 20)
        sheet.write_number(at + 1, 8, round(price * count, 2))
        sheet.write_number(at + 1, 9, round(price * count * 0.7, 2))
        sheet.write_string(at + 1, 10, ("银行转账", "承兑汇票", "现金")[at % 3])
        if at % 4 == 0:
            sheet.write_string(at + 1, 11, f"备注 {at}")
    book.close()
    making.rename(path)
    return path


def same_answers(figures: dict[str, Figures]) -> str:
    seen = {(f["rows"], f["text_length"], f["amount_minor"]) for f in figures.values()}
    if len(seen) != 1:
        raise AssertionError(f"the contenders read different things: {figures}")
    rows, length, _ = seen.pop()
    return f"{rows:,} rows, {length:,} characters of names and the same total amount in all"


def _answer(rows: int, names: Any, amounts: Any) -> Figures:
    return {
        "rows": rows,
        "text_length": sum(len(name) for name in names),
        "amount_minor": sum(round(float(amount) * 100) for amount in amounts),
    }


def jishi_child(meter: Meter, options: Figures) -> Figures:
    import pyarrow as pa

    from jishi.ingest.parsing.children import run_child
    from jishi.ingest.parsing.limits import Limits

    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as folder:
        work = Path(folder)
        request = {"path": options["path"], "name": "orders.xlsx", "options": {}}
        with meter.work():
            result = run_child("jishi.ingest.parsing.child", request, work, limits=Limits())
            if result.answer is None or result.answer["status"] != "parsed":
                raise RuntimeError(f"not parsed: {result}")
            sheet = result.answer["sheets"][0]
            table = pa.ipc.open_stream(str(work / sheet["file"])).read_all()
        return _answer(table.num_rows, table["c3"].to_pylist(), table["c8"].to_pylist())


def openpyxl_rows(meter: Meter, options: Figures) -> Figures:
    import openpyxl

    with meter.work():
        book = openpyxl.load_workbook(options["path"], read_only=True, data_only=True)
        found = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
        book.close()
    return _answer(len(found), [r[3] for r in found], [r[8] for r in found])


def fastexcel_frame(meter: Meter, options: Figures) -> Figures:
    import fastexcel
    import pyarrow as pa  # noqa: F401 - imports are not timed

    with meter.work():
        batch = fastexcel.read_excel(options["path"]).load_sheet(0, dtypes="string").to_arrow()
    return _answer(batch.num_rows, batch.column(3).to_pylist(), batch.column(8).to_pylist())
