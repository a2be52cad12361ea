"""AdventureWorks from its files to a graded list, as a person does it: in Chromium, on the running product."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.site import jishi, serving
from tests.support import shared_data


pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILES = (
    "dw/DimReseller.csv", "dw/DimGeography.csv", "dw/DimProduct.csv.gz",
    "dw/DimProductSubcategory.csv", "dw/DimProductCategory.csv", "dw/FactResellerSales.csv.gz",
    "lt/Customer.csv",
)  # fmt: skip
COUNTS = {
    "Customers": 701,
    "Products": 606,
    "Contacts": 437,
    "Orders": 3_796,
    "Order lines": 60_855,
}
SALES = "$80,450,596.98"
TABLE = "/customers/?view=all&sort=-score&rows=200&cols=spend&cols=margin_pct&cols=orders"
PATIENCE_MS = 60_000
READ_ROWS = """rows => rows.map(row => {
  const [spend, margin, orders] = [...row.querySelectorAll("td")].map(cell => cell.textContent.trim());
  return {name: row.querySelector("a.name").textContent, spend, margin, orders};
})"""


@dataclass
class Product:
    """A fresh installation that serves pages."""

    url: str
    data_dir: Path
    password: str

    def jishi(self, *arguments: str) -> str:
        """What the command prints, on the same data."""
        return jishi(self.data_dir, *arguments)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    shared_data("adventureworks")
    folder = tmp_path_factory.mktemp("adventureworks")
    found = re.search(r"password: (\S+)", jishi(folder, "init"))
    assert found
    with serving(folder) as url:
        yield Product(url, folder, found[1])


@pytest.fixture
def page(chromium: Browser, product: Product) -> Iterator[Page]:
    """Signed in as the first administrator, in English; no error in the console."""
    context = chromium.new_context(base_url=product.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "django_language", "value": "en", "url": product.url}])
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    opened.goto("/accounts/login/")
    opened.fill("input[name=login]", "admin")
    opened.fill("input[name=password]", product.password)
    opened.locator("main button[type=submit]").click()
    opened.wait_for_url(f"{product.url}/")
    _speak_english(opened)
    yield opened
    context.close()
    assert complaints == []


def _speak_english(page: Page) -> None:
    form = page.request.get("/settings/").text()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "language": "en"}
    page.request.post("/preferences/", form=fields)


def counts_shown(page: Page) -> dict[str, list[str]]:
    """What → new, changed, unchanged, rejected, amount, as the page shows them."""
    rows = page.locator("table.ledger").first.locator("tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


def upload(page: Page) -> None:
    page.goto("/data/new/")
    page.set_input_files("input[name=uploads]", [shared_data(f"adventureworks/{f}") for f in FILES])
    page.select_option("select[name=recipe]", "adventureworks")
    page.locator("main form.form button.primary").click()
    page.wait_for_url("**/data/*/")


def table_rows(page: Page, path: str = TABLE) -> list[dict[str, str]]:
    """Every row of the customer table, page after page: name, sales, margin, orders."""
    found: list[dict[str, str]] = []
    page.goto(path)
    while True:
        # Rows below the fold are not rendered, so they have text but no inner text.
        found += page.locator("tr[data-row]").evaluate_all(READ_ROWS)
        following = page.locator('nav.pager a[rel="next"]')
        if not following.count():
            return found
        page.goto(str(following.get_attribute("href") or "").replace("?", "/customers/?", 1))


def loses_money(row: dict[str, str]) -> bool:
    return row["margin"].startswith(("-", "−"))


def test_from_the_files_to_a_graded_list(page: Page, product: Product) -> None:
    upload(page)
    # Nothing is written before the counts were seen.
    write = page.locator('form[action$="/apply/"] button.primary')
    expect(write).to_be_visible(timeout=PATIENCE_MS)
    shown = counts_shown(page)
    assert {what: cells[:4] for what, cells in shown.items()} == {
        what: [f"{number:,}", "0", "0", "0"] for what, number in COUNTS.items()
    }
    assert shown["Order lines"][4] == SALES
    assert json.loads(product.jishi("customers", "list", "--json")) == []

    write.click()
    expect(page.locator('a[href$="/undo/"]')).to_be_visible(timeout=PATIENCE_MS)
    report = counts_shown(page)
    assert report == shown
    # Everybody is graded without being asked for it, as of the last order of a history that has ended.
    expect(page.locator("main .progress")).to_have_count(0, timeout=PATIENCE_MS)
    page.goto("/customers/?view=all")
    expect(page.locator("main .lead")).to_contain_text("29 Nov 2013")
    expect(page.locator(".pager .range")).to_contain_text("of 701")

    by_revenue = graded_with(page, "revenue_only")
    assert sum(row["orders"] not in ("0", "—") for row in by_revenue) == 635
    footer = page.locator("tfoot td").all_inner_texts()
    assert footer[:2] == ["80,450.6", "0.6%"]
    top = by_revenue[:10]
    assert [row["name"] for row in top[:2]] == ["Brakes and Gears", "Excellent Riding Supplies"]
    assert sum(map(loses_money, top)) == 8
    sales, margin = exported_totals(page)
    assert round(sales, 2) == Decimal("80450596.98")
    assert round(100 * margin / sales, 2) == Decimal("0.58")

    with_margin = graded_with(page, "value_with_margin")[:10]
    assert sum(map(loses_money, with_margin)) == 0
    assert {row["name"] for row in with_margin} != {row["name"] for row in top}


def graded_with(page: Page, scheme: str) -> list[dict[str, str]]:
    """The table, best first, after a ready scheme was put in force over the whole history."""
    page.goto(f"/lab/scheme/?scheme={scheme}.1")
    page.check("input[name=period][value=all]")
    page.fill("input[name=note]", "The history ends years ago")
    page.locator("button[name=then][value=save]").click()
    page.wait_for_url(f"**/lab/?scheme={scheme}.2&changed=*")
    page.locator('tr.flash form[action$="/activate/"] button').click()
    expect(page.locator("main tr.flash .badge.done")).to_have_count(1)
    expect(page.locator("main .progress")).to_have_count(0, timeout=PATIENCE_MS)
    return table_rows(page)


def exported_totals(page: Page) -> tuple[Decimal, Decimal]:
    """Sales and margin of everybody, added up from the file that the table's export gives."""
    page.goto("/customers/?view=all&cols=spend&cols=margin")
    link = page.locator('a[href*="format=csv"]')
    answer = page.request.get(str(link.first.get_attribute("href")))
    assert answer.ok
    rows = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert len(rows) == 701
    names = [head for head in rows[0] if "USD" in head]
    sales = next(name for name in names if name.startswith("Sales"))
    margin = next(name for name in names if name.startswith("Margin"))
    return (
        sum((Decimal(row[sales]) for row in rows if row[sales]), Decimal(0)),
        sum((Decimal(row[margin]) for row in rows if row[margin]), Decimal(0)),
    )
