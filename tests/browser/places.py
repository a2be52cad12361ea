"""Every page a person can open in the running product, and what has to be done to get there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Page
from tests.browser.site import Site

from jishi.web.pages.customers.columns import KNOWN


DIRECTOR, ADMIN, MANAGER, SALES = "director", "admin", "kam.li", "sales.wang"

TABLE = "/customers/?view=all"
EVERY_COLUMN = urlencode([("cols", key) for key in KNOWN])

CUSTOMERS_FILE = """\
客户编码,客户名称,城市,合作起始日,电话
X-9001,长沙星沙精密机械有限公司,长沙,2021-03-01,0731-84000001
X-9002,舟山定海船具社,舟山,2022/5/9,0574-86000002
X-9003,成都天府仪器有限公司,成都,去年春天,028-85000003
"""
ORDERS_FILE = """\
客户名称,单号,订单日期,产品名称,数量,金额
长沙星沙精密机械有限公司,X-1,2026-03-01,控制柜,2,1000.50
舟山定海船具社,X-2,2026-03-02,机器人,1,2500
舟山定海船具社,X-3,2026-13-02,机器人,1,2500
"""


@dataclass(frozen=True)
class Place:
    """`name` is the picture's file name; `then` what is done on the page before it is looked at."""

    name: str
    path: str
    who: str = DIRECTOR
    status: int = 200
    then: Callable[[Page], None] | None = None


def first_customer(page: Page) -> str:
    page.goto(TABLE)
    href = page.locator("a.name").first.get_attribute("href")
    assert href
    return urlsplit(href).path


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("zlzk" if page.locator("html[lang^=zh]").count() else "Changsha")
    page.locator("#palette .hit").first.wait_for()


def open_shortcuts(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("#shortcuts").wait_for()


def open_explanation(page: Page) -> None:
    page.locator("main a.why").first.click()
    page.locator("#explain .value").wait_for()


def open_columns(page: Page) -> None:
    page.locator("details:has([data-columns]) > summary").click()


def open_lines(page: Page) -> None:
    page.locator(".opened summary").first.click()
    page.locator(".opened .ledger").first.scroll_into_view_if_needed()


def open_menu(page: Page) -> None:
    page.locator(".top details.menu > summary").click()


def upload(page: Page, name: str, text: str) -> str:
    """Send a file through the wizard; gives the address it leads to once it has been read."""
    page.goto("/data/new/")
    page.set_input_files(
        "input[name=uploads]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.locator("main form button.primary").first.click()
    page.wait_for_url(re.compile(r"/data/\d+/"))
    page.locator("form[action$='/mapping/'] button.primary").wait_for(timeout=60_000)
    return page.url


def check_rows(page: Page) -> None:
    page.locator("form[action$='/mapping/'] button.primary").click()
    page.locator("form[action$='/apply/'] button.primary").wait_for(timeout=60_000)


def write_rows(page: Page) -> None:
    page.locator("form[action$='/apply/'] button.primary").click()
    page.locator("a[href$='/undo/']").wait_for(timeout=60_000)


def take_back(page: Page) -> None:
    page.locator("a[href$='/undo/']").click()
    page.locator("form[action$='/undo/'] button.danger").click()
    page.wait_for_url(re.compile(r"/data/\d+/$"))
    page.locator("main .progress progress").wait_for(state="detached", timeout=60_000)


def _number(page: Page, pattern: str) -> int:
    found = re.search(pattern, page.content())
    assert found, f"no {pattern} on {page.url}"
    return int(found[1])


@cache
def _imports(site: Site) -> tuple[int, int]:
    """Two imports: one checked, one written."""
    context = site.context(DIRECTOR)
    page = context.new_page()
    checked = _number_of(upload(page, "订单.csv", ORDERS_FILE))
    check_rows(page)
    written = _number_of(upload(page, "客户.csv", CUSTOMERS_FILE))
    check_rows(page)
    write_rows(page)
    context.close()
    return checked, written


def _number_of(url: str) -> int:
    found = re.search(r"/data/(\d+)/", url)
    assert found
    return int(found[1])


@cache
def places(site: Site) -> tuple[Place, ...]:
    """The whole list; made once per site."""
    checked, written = _imports(site)
    context = site.context(ADMIN)
    page = context.new_page()
    page.goto("/customers/?view=all")
    customer = _number(page, r'data-row="(\d+)"')
    page.goto(f"/customers/{customer}/?tab=record")
    contact = _number(page, rf'/customers/{customer}/contacts/(\d+)/"')
    page.goto(f"/customers/{customer}/?tab=trade")
    order = _number(page, rf"/customers/{customer}/orders/(\d+)/")
    page.goto("/customers/?view=all&cols=complaints&sort=-complaints")
    angry = _number(page, r'data-row="(\d+)"')
    page.goto(f"/customers/{angry}/?tab=interactions&kind=complaint")
    complaint = _number(page, rf"/customers/{angry}/complaints/(\d+)/close/")
    page.goto(f"/customers/{customer}/interactions/new/")
    page.fill("[name=summary]", "约定下周演示")
    page.locator("main form button.primary").click()
    page.goto(f"/customers/{customer}/?tab=interactions&kind=interaction")
    mistake = _number(page, rf"/customers/{customer}/interactions/(\d+)/withdraw/")
    page.goto(f"/customers/{customer}/?tab=record")
    member = _number(page, rf"/customers/{customer}/team/(\d+)/end/")
    page.goto("/settings/people/")
    person = _number(page, r'/settings/people/(\d+)/"')
    page.goto("/settings/teams/")
    team = _number(page, r'/settings/teams/(\d+)/"')
    context.close()
    one = f"/customers/{customer}/"
    return (
        Place("login", "/accounts/login/", who=""),
        Place("today", "/"),
        Place("today-own", "/", who=MANAGER),
        Place("customers", "/customers/?view=all&rows=50"),
        Place("customers-filtered", "/customers/?view=all&rows=50&stage=long_term&sort=-spend"),
        Place("customers-whole", f"/customers/?view=all&q=zl&{EVERY_COLUMN}"),
        Place("customers-none", "/customers/?view=all&q=qqqqqq"),
        Place("customers-columns", "/customers/?view=all&q=zl", then=open_columns),
        Place("segments", "/customers/segments/?by=frequency&order=-spend"),
        Place("segments-industry", "/customers/segments/?view=key&by=industry"),
        Place("segments-figure", "/customers/segments/figure/?by=tier&key=growth&segment=core"),
        Place("customers-peek", f"/customers/?view=all&rows=50&peek={customer}"),
        Place("customer-overview", one),
        Place("customer-record", f"{one}?tab=record"),
        Place("customer-trade", f"{one}?tab=trade"),
        Place("customer-trade-lines", f"{one}?tab=trade", then=open_lines),
        Place("customer-order", f"{one}orders/{order}/"),
        Place("customer-interactions", f"{one}?tab=interactions"),
        Place("customer-scoring", f"{one}?tab=scoring"),
        Place("customer-history", f"{one}?tab=history"),
        Place("customer-explanation", one, then=open_explanation),
        Place("customer-report", f"{one}report/?mark=1"),
        Place("explain", f"/explain/?key=spend&customer={customer}"),
        Place("customer-peeked", f"{one}peek/"),
        Place("customer-new", "/customers/new/"),
        Place("customer-edit", f"{one}edit/"),
        Place("customer-group", f"{one}group/"),
        Place("customer-owner", f"{one}owner/"),
        Place("customer-team", f"{one}team/"),
        Place("customer-team-end", f"{one}team/{member}/end/"),
        Place("customer-interaction", f"{one}interactions/new/"),
        Place("customer-interaction-withdraw", f"{one}interactions/{mistake}/withdraw/"),
        Place("customer-complaints", f"/customers/{angry}/?tab=interactions&kind=complaint"),
        Place("customer-complaint", f"{one}complaints/new/"),
        Place("customer-complaint-close", f"/customers/{angry}/complaints/{complaint}/close/"),
        Place("customer-satisfaction", f"{one}satisfaction/new/"),
        Place("customer-rating", f"{one}ratings/new/"),
        Place("customer-designation", f"{one}designation/"),
        Place("contact-new", f"{one}contacts/new/"),
        Place("contact", f"{one}contacts/{contact}/"),
        Place("contact-elsewhere", f"{one}contacts/{contact}/elsewhere/"),
        Place("contact-left", f"{one}contacts/{contact}/left/"),
        Place("lab", "/lab/"),
        Place("lab-own", "/lab/", MANAGER),
        Place("lab-draft", "/lab/draft/?w_value=40"),
        Place("lab-retire", "/lab/retire/?scheme=rfm.1"),
        Place("lab-scheme", "/lab/scheme/?scheme=annual_spend.1"),
        Place("data", "/data/"),
        Place("data-recipes", "/data/recipes/"),
        Place("data-quality", "/data/quality/"),
        Place("data-new", "/data/new/"),
        Place("data-files", f"/data/{checked}/files/"),
        Place("data-mapping", f"/data/{checked}/mapping/"),
        Place("data-checked", f"/data/{checked}/"),
        Place("data-result", f"/data/{written}/"),
        Place("data-undo", f"/data/{written}/undo/"),
        Place("settings", "/settings/"),
        Place("settings-company", "/settings/company/", who=ADMIN),
        Place("settings-people", "/settings/people/", who=ADMIN),
        Place("settings-person", f"/settings/people/{person}/", who=ADMIN),
        Place("settings-person-new", "/settings/people/new/", who=ADMIN),
        Place("settings-teams", "/settings/teams/", who=ADMIN),
        Place("settings-team", f"/settings/teams/{team}/", who=ADMIN),
        Place("settings-types", "/settings/types/", who=ADMIN),
        Place("settings-type", "/settings/types/retail/", who=ADMIN),
        Place("settings-roles", "/settings/roles/", who=ADMIN),
        Place("settings-trail", "/settings/trail/", who=ADMIN),
        Place("settings-demo", "/settings/demo/", who=ADMIN),
        Place("password", "/accounts/password/"),
        Place("logout", "/accounts/logout/"),
        Place("catalogue", "/catalogue/"),
        Place("menu", "/", then=open_menu),
        Place("palette", "/palette/?q=zlzk"),
        Place("palette-open", "/", then=open_palette),
        Place("shortcuts", "/customers/?view=all&q=zl", then=open_shortcuts),
        Place("forbidden", "/settings/people/", who=SALES, status=403),
        Place("missing", "/customers/999999999/", status=404),
    )
