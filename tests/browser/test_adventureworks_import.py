"""AdventureWorks from its files to a graded list, as a person does it: in Chromium, on the running product."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, expect
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


@dataclass
class Product:
    """A fresh installation that serves pages."""

    url: str
    data_dir: Path
    password: str

    def jishi(self, *arguments: str) -> str:
        """What the command prints, on the same data."""
        return _run(self.data_dir, *arguments)


def _environment(data_dir: Path) -> dict[str, str]:
    import os

    ours = ("JISHI_", "DJANGO_", "DATABASE_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "JISHI_DATA_DIR": str(data_dir), "JISHI_LOG_LEVEL": "ERROR"}


def _run(data_dir: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jishi.cli.main", *arguments],
        env=_environment(data_dir), capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    shared_data("adventureworks")
    folder = tmp_path_factory.mktemp("adventureworks")
    said = _run(folder, "init")
    found = re.search(r"password: (\S+)", said)
    assert found
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "jishi.cli.main", "serve", "--port", str(port), "--workers", "1"],
        env=_environment(folder), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, server)
        yield Product(url, folder, found[1])
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, OSError):
            assert server.poll() is None, "the server has ended"
            time.sleep(0.1)
    raise AssertionError("the server did not start")


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
    found = []
    page.goto(path)
    while True:
        for row in page.locator("tr[data-row]").all():
            cells = row.locator("td").all_inner_texts()
            names = ("spend", "margin_pct", "orders")
            found.append(
                {"name": row.locator("a.name").inner_text(), **dict(zip(names, cells, strict=True))}
            )
        following = page.locator('nav.pager a[rel="next"]')
        if not following.count():
            return found
        page.goto(str(following.get_attribute("href") or "").replace("?", "/customers/?", 1))


def loses_money(row: dict[str, str]) -> bool:
    return row["margin_pct"].startswith(("-", "−"))


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

    by_revenue = graded_with(page, product, "revenue_only")
    assert sum(row["orders"] not in ("0", "—") for row in by_revenue) == 635
    footer = page.locator("tfoot td").all_inner_texts()
    assert footer[:2] == ["80,450.6", "0.6%"]
    top = by_revenue[:10]
    assert [row["name"] for row in top[:2]] == ["Brakes and Gears", "Excellent Riding Supplies"]
    assert sum(map(loses_money, top)) == 8
    sales, margin = exported_totals(page)
    assert round(sales, 2) == Decimal("80450596.98")
    assert round(100 * margin / sales, 2) == Decimal("0.58")

    with_margin = graded_with(page, product, "value_with_margin")[:10]
    assert sum(map(loses_money, with_margin)) == 0
    assert {row["name"] for row in with_margin} != {row["name"] for row in top}


def graded_with(page: Page, product: Product, scheme: str) -> list[dict[str, str]]:
    """The table, best first, after grading by the whole history with a scheme."""
    product.jishi("score", "--scheme", scheme, "--months", "all")
    return table_rows(page)


def exported_totals(page: Page) -> tuple[Decimal, Decimal]:
    """Sales and margin of everybody, added up from the file that the table's export gives."""
    page.goto("/customers/?view=all&cols=spend&cols=margin")
    link = page.locator('a[href*="format=csv"]')
    answer = page.request.get(str(link.first.get_attribute("href")))
    assert answer.ok
    rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    places = [i for i, head in enumerate(rows[0]) if "USD" in head]
    sums = [sum(Decimal(row[i] or 0) for row in rows[1:]) for i in places]
    assert len(sums) == 2, rows[0]
    return sums[0], sums[1]


def test_the_same_files_again_change_nothing(page: Page, product: Product) -> None:
    upload(page)
    write = page.locator('form[action$="/apply/"] button.primary')
    expect(write).to_be_visible(timeout=PATIENCE_MS)
    shown: dict[str, Any] = counts_shown(page)
    assert {what: cells[:4] for what, cells in shown.items()} == {
        what: ["0", "0", f"{number:,}", "0"] for what, number in COUNTS.items()
    }
