"""Scripts switched off: every page is read, and the plain forms do the work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.places import CUSTOMERS_FILE, DIRECTOR, MANAGER, SALES, places
from tests.browser.site import Site

from jishi.jobs.demo import DEMO_PASSWORD


pytestmark = [pytest.mark.browser, pytest.mark.slow]


def plain(site: Site, who: str) -> Page:
    return site.context(who, scripts=False).new_page()


def look_again(page: Page, wanted: str) -> None:
    """Ask by hand, as the page says one can, until what the work leads to is there."""
    for _try in range(120):
        if page.locator(wanted).count():
            return
        page.wait_for_timeout(500)
        again = page.locator("main .no-js a.btn")
        if again.count():
            again.first.click()
        else:
            page.reload()
    expect(page.locator(wanted)).to_be_visible()


def test_every_page_is_read(site: Site) -> None:
    pages: dict[str, Page] = {}
    empty: list[str] = []
    for place in places(site):
        if place.then:
            continue
        if place.who not in pages:
            pages[place.who] = plain(site, place.who)
        page = pages[place.who]
        response = page.goto(place.path)
        assert response
        assert response.status == place.status, place.name
        main = page.locator("main")
        heading = main.locator("h1, h2").first
        if not heading.is_visible() or len(main.inner_text()) < 20:
            empty.append(place.name)
        assert page.locator(".js-only:visible").count() == 0, place.name
    for page in pages.values():
        page.context.close()
    assert not empty


def test_signing_in_and_out(site: Site) -> None:
    page = plain(site, "")
    page.goto("/customers/")
    page.fill("input[name=login]", SALES)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(f"{site.url}/customers/")
    page.locator("header.top summary").click()
    page.locator("header.top form[action$='/logout/'] button").click()
    page.goto("/customers/")
    expect(page.locator("input[name=login]")).to_be_visible()
    page.context.close()


def test_the_table_is_filtered_sorted_and_paged(site: Site) -> None:
    page = plain(site, DIRECTOR)
    page.goto("/customers/?view=all")
    everybody = page.locator(".pager .range").inner_text()
    page.locator('th[data-column="spend"] a').first.click()
    expect(page.locator('th[data-column="spend"]')).to_have_attribute("aria-sort", "descending")
    page.locator("[data-facets] summary").first.click()
    page.locator("[data-facets] a.item").first.click()
    expect(page.locator("[data-facets] a[data-remove]")).to_have_count(1)
    assert page.locator(".pager .range").inner_text() != everybody
    page.goto("/customers/?view=all")
    first = page.locator("a.name").first.inner_text()
    page.locator(".pager a[rel=next]").click()
    expect(page.locator(".pager a[rel=prev]")).to_be_visible()
    assert page.locator("a.name").first.inner_text() != first
    page.fill("#list-q", "zlzk")
    page.locator("form.search button").last.click()
    expect(page.locator("a.name")).to_have_count(1)
    page.context.close()


def test_files_are_imported_from_upload_to_report(site: Site) -> None:
    page = plain(site, DIRECTOR)
    page.goto("/data/new/")
    text = CUSTOMERS_FILE.replace("X-", "Z-")
    for known, other in (("长沙星沙精密机械", "株洲石峰轨道"), ("舟山定海船具社", "嘉兴海宁皮革坊"),
                         ("成都天府仪器", "绵阳涪城光学")):  # fmt: skip
        text = text.replace(known, other)  # nobody whom another test brings in
    page.set_input_files(
        "input[name=uploads]",
        {"name": "无脚本.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")},
    )
    page.locator("main form button.primary").first.click()
    look_again(page, "form[action$='/mapping/'] button.primary, form[action$='/answer/']")
    if page.locator("form[action$='/answer/']").count():
        page.locator("form[action$='/answer/'] input[type=radio]").first.check()
        page.locator("form[action$='/answer/'] button.primary").click()
        look_again(page, "form[action$='/mapping/'] button.primary")
    page.locator("form[action$='/mapping/'] button.primary").click()
    look_again(page, "form[action$='/apply/'] button.primary")
    expect(page.locator("#issues")).to_contain_text("去年春天")
    wrong = page.locator("#mend input[aria-invalid=true]")
    expect(wrong).to_have_value("去年春天")
    wrong.fill("2021-04-05")
    wrong.press("Enter")
    look_again(page, "#corrected")
    expect(page.locator("#corrected")).to_contain_text("2021-04-05")
    expect(page.locator("#issues")).to_have_count(0)
    page.locator("form[action$='/apply/'] button.primary").click()
    look_again(page, "a[href$='/undo/']")
    expect(page.locator(".ledger td.num").first).to_have_text("3")
    page.locator("a[href$='/undo/']").click()
    page.locator("main form button.danger").click()
    look_again(page, "main a[href='/data/new/'], main .ledger")
    expect(page.locator("main")).to_contain_text("撤销")
    page.context.close()


def test_the_laboratory_recomputes(site: Site) -> None:
    page = plain(site, DIRECTOR)
    page.goto("/lab/")
    finding = page.locator(".finding").first.inner_text()
    weights = page.locator(".slider input[type=number]")
    weights.nth(0).fill("10")
    weights.nth(2).fill("60")
    page.locator("form.lab-controls button.no-js").click()
    assert "?" in page.url
    assert page.locator(".finding").first.inner_text() != finding
    expect(page.locator(".slider input[type=number]").nth(2)).to_have_value("60")
    page.context.close()


def test_a_scheme_is_written(site: Site) -> None:
    page = plain(site, DIRECTOR)
    page.goto("/lab/?scheme=annual_spend.1")
    page.locator('form.lab-controls button[value="edit"]').click()

    def field(name: str) -> Locator:
        return page.locator(f'#scheme-editor [name="{name}"]')

    field("t0.value").fill("2,000,000")
    page.locator("button[value=add-t]").click()
    field("t2.zh").fill("白银")
    field("t2.en").fill("Silver")
    field("t2.seal").fill("银")
    field("t2.value").fill("100,000")
    field("t2.cut").select_option("indicator")
    page.locator("li:nth-child(3) button[value=refresh]").click()
    field("t2.indicator").select_option("spend_e4")
    field("period").nth(1).check()
    page.locator("button[value=save]").click()
    expect(page).to_have_url(re.compile(r"/lab/\?scheme=annual_spend\.\d+&changed="))
    expect(page.locator("tr.flash .badge")).to_have_text("草稿")
    page.locator("tr.flash a[href*='/lab/scheme/']").click()
    expect(field("t2.zh")).to_have_value("白银")
    expect(field("t0.value")).to_have_value("2,000,000")
    expect(field("period").nth(1)).to_be_checked()
    page.context.close()


def test_an_interaction_is_logged(site: Site) -> None:
    page = plain(site, MANAGER)
    page.goto("/customers/")
    page.locator("a.name").first.click()
    page.locator('a[data-key="N"]').click()
    page.fill("textarea[name=summary]", "电话确认年度框架的交付节奏")
    page.locator("main button.primary").click()
    expect(page).to_have_url(re.compile(r"/customers/\d+/"))
    expect(page.locator("main")).to_contain_text("电话确认年度框架的交付节奏")
    page.context.close()


def test_a_complaint_is_recorded_and_closed(site: Site) -> None:
    page = plain(site, MANAGER)
    page.goto("/customers/")
    page.locator("a.name").first.click()
    page.locator(".tabs a[href*='tab=interactions']").click()
    page.locator("main a[href$='/complaints/new/']").click()
    page.fill("textarea[name=summary]", "减速机渗油，要求今天答复")
    page.locator("main button.primary").click()
    opened = page.locator(".timeline li", has_text="减速机渗油，要求今天答复")
    opened.locator("a[href$='/close/']").click()
    page.fill("textarea[name=resolution]", "上门更换了油封")
    page.locator("main button.primary").click()
    expect(opened).to_contain_text("上门更换了油封")
    expect(opened.locator("a[href$='/close/']")).to_have_count(0)
    page.context.close()


def test_preferences_are_saved(site: Site) -> None:
    page = plain(site, SALES)
    page.goto("/settings/")
    page.locator("input[name=density][value=compact]").check()
    page.locator("main form button.primary").click()
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.locator("input[name=density][value=standard]").check()
    page.locator("main form button.primary").click()
    expect(page.locator("html")).to_have_attribute("data-density", "standard")
    page.context.close()


def test_a_number_is_explained_on_a_page_of_its_own(site: Site) -> None:
    page = plain(site, DIRECTOR)
    page.goto("/customers/")
    page.locator("tr[data-row] a.why").first.click()
    expect(page.locator("p.formula")).to_be_visible()
    page.context.close()
