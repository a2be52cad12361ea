"""The reseller half of AdventureWorks as contract tables, straight from the reference files."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.support import shared_data


def read(path: Path) -> Iterator[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def e4(text: str) -> int:
    return int((Decimal(text) * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


@cache
def adventureworks_rows() -> dict[str, list[dict[str, Any]]]:
    """701 resellers, 606 products, 60,855 order lines; amounts in the base currency."""
    folder = shared_data("adventureworks/dw")
    subcategory = {
        r["ProductSubcategoryKey"]: r["ProductCategoryKey"]
        for r in read(folder / "DimProductSubcategory.csv")
    }
    category = {
        r["ProductCategoryKey"]: r["EnglishProductCategoryName"]
        for r in read(folder / "DimProductCategory.csv")
    }
    lines, orders = [], {}
    for number, r in enumerate(read(folder / "FactResellerSales.csv.gz"), start=1):
        order_ref = int(r["SalesOrderNumber"].removeprefix("SO"))
        common = {
            "order_ref": order_ref,
            "customer_id": int(r["ResellerKey"]),
            "ordered_on": date.fromisoformat(r["OrderDate"][:10]),
            "status": "completed",
        }
        orders[order_ref] = common | {
            "order_no": r["SalesOrderNumber"],
            "due_on": date.fromisoformat(r["DueDate"][:10]),
        }
        lines.append(
            common
            | {
                "line_id": number,
                "product_id": int(r["ProductKey"]),
                "quantity_milli": int(r["OrderQuantity"]) * 1000,
                "amount_e4": e4(r["SalesAmount"]),
                "discount_e4": e4(r["DiscountAmount"]),
                "cost_e4": e4(r["TotalProductCost"]),
                "is_custom": False,
            }
        )
    return {
        "customers": [
            {"customer_id": int(r["ResellerKey"]), "code": r["ResellerAlternateKey"],
             "name": r["ResellerName"]}
            for r in read(folder / "DimReseller.csv")
        ],
        "products": [
            {"product_id": int(r["ProductKey"]), "sku": r["ProductAlternateKey"],
             "category": category.get(subcategory.get(r["ProductSubcategoryKey"].split(".")[0], ""))}
            for r in read(folder / "DimProduct.csv.gz")
        ],
        "orders": list(orders.values()),
        "order_lines": lines,
    }  # fmt: skip
