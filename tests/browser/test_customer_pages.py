"""The start page, the table and a customer in a real Chromium: keys, places, no scripts, axe."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect
from tests.browser.conftest import Open

from jishi.customers.models import Customer


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLE = "/customers/?view=all"


def pages_of(customer: Any) -> list[str]:
    record = reverse("web:customer", args=[customer.pk])
    tabs = ("overview", "record", "trade", "interactions", "scoring&facts=spend_e4", "history")
    return [
        "/",
        TABLE,
        f"{TABLE}&industry=C34&peek={customer.pk}",
        *(f"{record}?tab={tab}" for tab in tabs),
        reverse("web:customer_edit", args=[customer.pk]),
        reverse("web:customer_interaction", args=[customer.pk]),
        reverse("web:customer_complaint", args=[customer.pk]),
        reverse("web:customer_satisfaction", args=[customer.pk]),
        reverse("web:customer_contact_new", args=[customer.pk]),
        reverse("web:customer_owner", args=[customer.pk]),
        f"{reverse('web:explain')}?key=spend&customer={customer.pk}",
        f"{reverse('web:palette')}?q=zlzk",
    ]


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [
        (768, "dark", "zh-hans"),
    ],
)
def test_no_axe_violation_and_no_sideways_scroll(
    look: Open, live_server: Any, graded: list[Any], width: int, scheme: str, language: str
) -> None:
    page = look("/", width=width, scheme=scheme, language=language)
    found = {}
    for path in pages_of(graded[0]):
        page.goto(live_server.url + path)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        if violations:
            found[path] = [
                (one["id"], [node["html"][:160] for node in one["nodes"]]) for one in violations
            ]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert found == {}


def test_rows_are_walked_looked_into_and_opened_by_keys(look: Open, graded: list[Any]) -> None:
    page = look(TABLE)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tr[data-row]").nth(1)
    expect(second).to_be_focused()
    assert second.get_attribute("data-row") == str(graded[1].pk)
    page.keyboard.press("Space")
    drawer = page.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text(graded[1].name)
    page.wait_for_url(f"**peek={graded[1].pk}*")
    page.reload()
    expect(page.locator("#drawer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{graded[0].pk}/**")
    expect(page.locator("h1")).to_have_text(graded[0].name)


def test_a_list_is_walked_from_customer_to_customer_on_one_tab(
    look: Open, graded: list[Any]
) -> None:
    first = reverse("web:customer", args=[graded[0].pk])
    page = look(f"{first}?view=all&tab=trade")
    page.keyboard.press("j")
    page.wait_for_url(f"**/customers/{graded[1].pk}/**")
    assert "tab=trade" in page.url
    expect(page.locator(".crumb")).to_contain_text("2 / 60")
    page.keyboard.press("k")
    page.wait_for_url(f"**/customers/{graded[0].pk}/**")
    assert "tab=trade" in page.url


def test_sorting_answers_in_place_and_back_undoes_it(look: Open, graded: list[Any]) -> None:
    page = look(TABLE)
    page.evaluate("window.stayed = true")
    names = page.locator("a.name")
    before = names.all_text_contents()
    page.locator('th[data-column="spend"] a').click()
    page.wait_for_url("**sort=-spend*")
    expect(page.locator('th[data-column="spend"]')).to_have_attribute("aria-sort", "descending")
    after = names.all_text_contents()
    assert sorted(after) == sorted(before)
    assert page.evaluate("window.stayed") is True
    page.keyboard.press("j")
    expect(page.locator("tr[data-row]").first).to_be_focused()
    page.go_back()
    expect(page.locator('th[data-column="score"]')).to_have_attribute("aria-sort", "descending")
    assert names.all_text_contents() == before


def test_columns_are_chosen_and_stand_in_the_address(look: Open, graded: list[Any]) -> None:
    page = look(TABLE)
    page.locator("details:has([data-columns]) > summary").click()
    box = page.locator("[data-columns]")
    box.get_by_role("checkbox", checked=True).and_(page.locator('[value="needs"]')).uncheck()
    box.locator('[value="rank"]').check()
    box.locator('button[type="submit"]').click()
    page.wait_for_url("**cols=*")
    expect(page.locator('th[data-column="rank"]')).to_be_visible()
    expect(page.locator('th[data-column="needs"]')).to_have_count(0)

    cell = page.locator("tr[data-row] > :nth-child(3)").first

    def is_wide(px: float) -> None:
        expect(cell).to_have_css("width", f"{px:g}px")

    heading = page.locator("thead th").nth(2)
    key, standard = heading.get_attribute("data-column"), cell.bounding_box()["width"]
    edge = heading.locator(".edge").bounding_box()
    page.mouse.move(edge["x"] + 5, edge["y"] + 5)
    page.mouse.down()
    page.mouse.move(edge["x"] + 45, edge["y"] + 5)
    page.mouse.up()
    page.wait_for_url(f"**&w.{key}=*")
    expect(page.locator(f'th.w[data-column="{key}"]')).to_be_visible()  # no longer held, but kept
    is_wide(standard + 40)
    page.locator("details:has([data-columns]) > summary").click()
    box.locator(f'[name="w.{key}"]').fill("301")
    box.get_by_role("radio", name="2").check()
    box.locator('button[type="submit"]').click()
    page.wait_for_url("**freeze=2*")
    expect(page.locator(".grid.f2")).to_be_visible()
    is_wide(304)
    page.locator(".grid-wrap").evaluate("one => one.scrollTo(400, 0)")
    frozen = [page.locator("thead th").nth(n).bounding_box() for n in (0, 1)]
    assert frozen[0]["x"] + frozen[0]["width"] == pytest.approx(frozen[1]["x"], abs=1)
    heading.locator(".edge").dblclick()
    page.wait_for_function(f"!location.search.includes('w.{key}=301')")
    expect(cell).not_to_have_css("width", "304px")
    page.go_back()
    page.go_back()
    expect(page.locator(".grid.f2")).to_have_count(0)
    is_wide(standard + 40)
    page.locator("details:has([data-columns]) > summary").click()
    page.locator("[data-standard]").click()
    page.wait_for_function("!location.search.includes('w.')")
    is_wide(standard)


def test_a_number_explains_itself_beside_itself(look: Open, graded: list[Any]) -> None:
    page = look(TABLE)
    page.locator("tr[data-row] a.why").first.click()
    popover = page.locator("#explain")
    expect(popover).to_be_visible()
    expect(popover.locator(".formula")).to_be_visible()
    assert "/explain/" not in page.url
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()


def test_a_customer_is_found_by_its_initials(look: Open, graded: list[Any]) -> None:
    wanted = next(one for one in graded if one.name == "长沙中联重科")
    page = look("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zlzk")
    expect(page.locator("#palette .hit").first).to_contain_text("长沙中联重科")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{wanted.pk}/")


def test_a_large_table_counts_itself_afterwards(
    look: Open, graded: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.web.pages.customers.views import listing

    monkeypatch.setattr(listing, "LARGE", 0)
    page = look(TABLE)
    expect(page.locator("tfoot")).to_contain_text("60")
    assert "counts" not in page.url
    expect(page.locator(".pager .range")).to_contain_text("60")


def test_everything_is_there_without_scripts(look: Open, graded: list[Any]) -> None:
    page = look(TABLE, scripts=False)
    expect(page.locator("tr[data-row]")).to_have_count(60)
    page.locator('th[data-column="spend"] a').click()
    assert "sort=-spend" in page.url
    page.locator("[data-facets] summary").first.click()
    page.locator("[data-facets] a.item").first.click()
    expect(page.locator("[data-facets] a[data-remove]")).to_have_count(1)
    page.locator("a.name").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.locator("a.why").first.click()
    assert "/explain/" in page.url
    expect(page.locator("p.formula")).to_be_visible()


def test_a_customer_is_added_and_an_interaction_logged_without_scripts(
    look: Open, graded: list[Any], live_server: Any
) -> None:
    page = look(reverse("web:customer_create"), scripts=False)
    page.fill("input[name=name]", "重庆中岳重工")
    page.locator("main button.primary").click()
    customer = Customer.objects.unscoped("test").get(name="重庆中岳重工")
    assert page.url == live_server.url + reverse("web:customer", args=[customer.pk])
    page.locator('a[data-key="N"]').click()
    page.fill("textarea[name=summary]", "初次拜访")
    page.locator("main button.primary").click()
    expect(page.locator(".timeline")).to_contain_text("初次拜访")
