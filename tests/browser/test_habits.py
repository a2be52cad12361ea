"""Habits of the interface, tried on the running demo company. docs/habits.md says which is which."""

from __future__ import annotations

import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from tests.browser.places import (
    ADMIN,
    DIRECTOR,
    TABLE,
    check_rows,
    first_customer,
    open_palette,
    places,
    take_back,
    write_rows,
)
from tests.browser.site import Complaints, Site


pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}


def shown(page: Page) -> str:
    return page.locator("main").inner_text()


# --- 1: the palette ------------------------------------------------------------------------------
def test_the_palette_reaches_customers_places_and_the_actions_of_the_page(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto(first_customer(page))
    open_palette(page)
    expect(page.locator("#palette .hit").first).to_contain_text("中联智科")
    for label in page.locator(".rail .entry .long").all_text_contents():
        page.fill("#palette input", label)
        expect(page.locator("#palette .hit", has_text=label).first).to_be_visible()
    page.fill("#palette input", ">")
    expect(page.locator("#palette .hit", has_text="记互动")).to_have_count(1)
    page.fill("#palette input", "@侯华")
    expect(page.locator("#palette .hit").first).to_contain_text("侯华")
    page.fill("#palette input", "#zlzk")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*/")
    page.context.close()


# --- 3: the Enter of an input method -------------------------------------------------------------
def test_an_enter_that_ends_a_composition_sends_no_form_anywhere(site: Site) -> None:
    page = site.context(ADMIN).new_page()
    session = page.context.new_cdp_session(page)
    tried = 0
    for path in (
        "/customers/new/",
        f"{first_customer(page)}contacts/new/",
        f"{first_customer(page)}interactions/new/",
        TABLE,
        "/lab/",
        "/data/new/",
        "/settings/company/",
        "/settings/people/",
        "/settings/people/new/",
        "/settings/teams/",
        "/settings/trail/",
        "/accounts/password/",
    ):
        page.goto(path)
        before = page.url
        page.evaluate("""() => {
          window.sent = 0;
          for (const form of document.forms) form.noValidate = true;
          addEventListener("submit", (event) => { window.sent += 1; event.preventDefault(); }, true);
        }""")
        for field in page.locator(
            "main :is(input:not([type]), input[type=text], input[type=search], input[type=email],"
            " input[type=tel], input[type=url], textarea):visible"
        ).all():
            field.focus()
            session.send(
                "Input.imeSetComposition",
                {"text": "zhong", "selectionStart": 5, "selectionEnd": 5},
            )
            session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **ENTER})
            session.send("Input.dispatchKeyEvent", {"type": "keyUp", **ENTER})
            tried += 1
        assert page.evaluate("window.sent") == 0, path
        assert page.url == before
    assert tried > 30
    page.context.close()


# --- 8: the address is the state -----------------------------------------------------------------
def test_a_reload_shows_the_same_and_back_undoes_one_step(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    customer = first_customer(page)
    for path in (
        f"{TABLE}&stage=long_term&sort=-spend&cols=name&cols=spend&cols=margin_pct&page=2",
        f"{TABLE}&q=zl&sort=name",
        f"{customer}?tab=interactions&view=all",
        f"{customer}?tab=scoring",
        "/data/quality/?missing=owner",
        "/settings/",
    ):
        page.goto(path)
        before = shown(page)
        page.reload()
        assert shown(page) == before, path
    page.goto(TABLE)
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("#drawer")).to_be_visible()
    looked_into = page.locator("#drawer").inner_text()
    page.reload()
    assert page.locator("#drawer").inner_text() == looked_into
    page.go_back()
    expect(page.locator("#drawer")).to_have_count(0)
    page.context.close()


def test_the_weights_of_the_laboratory_stand_in_the_address(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto("/lab/")
    finding = page.locator(".finding").first
    before = finding.inner_text()
    box = page.locator(".slider input[type=number]").nth(2)
    box.fill("60")
    box.press("Enter")
    expect(finding).not_to_have_text(before)
    assert parse_qs(urlsplit(page.url).query)
    after = finding.inner_text()
    page.reload()
    expect(finding).to_have_text(after)
    expect(page.locator(".slider input[type=number]").nth(2)).to_have_value("60")
    page.context.clear_cookies(
        name="sessionid"
    )  # the session ends: no login page among the lists, but a way to it
    page.locator("[data-step]").first.click()
    again = page.locator(".toast a")
    expect(again).to_have_attribute("href", re.compile(r"/accounts/login/\?next=%2Flab%2F%3F"))
    expect(finding).to_have_text(after)
    page.context.close()


# --- 9: chips ------------------------------------------------------------------------------------
def test_a_facet_says_how_many_it_leaves_and_backspace_takes_it_away(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto(TABLE)
    everybody = page.locator(".pager .range").inner_text()
    page.locator("[data-facets] summary").nth(1).click()
    choice = page.locator("[data-facets] details[open] a.item").first
    count = choice.locator(".count").inner_text()
    choice.click()
    expect(page.locator(".pager .range")).to_contain_text(f"共 {count} 条")
    page.locator("[data-remove]").focus()
    page.keyboard.press("Backspace")
    expect(page.locator(".pager .range")).to_have_text(everybody)
    page.context.close()


# --- 10: density ---------------------------------------------------------------------------------
def test_row_heights_are_28_36_and_44_and_kept(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    for name, height in (("compact", 28), ("cozy", 44), ("standard", 36)):
        page.goto(TABLE)
        page.locator("header.top summary").click()
        with page.expect_response("**/preferences/"):
            page.locator(f"button[name=density][value={name}]").click()
        page.reload()
        assert (
            page.evaluate(
                "document.querySelector('tr[data-row] td').getBoundingClientRect().height"
            )
            == height
        )
    page.context.close()


# --- 22: long work -------------------------------------------------------------------------------
def test_grading_goes_on_while_one_leaves_and_tells_its_result(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto("/lab/")
    page.locator("form[action$='/run/'] button").click()
    expect(page.locator("main .progress").first).to_be_visible()
    page.goto("/customers/")
    expect(page.locator("a.name").first).to_be_visible()
    told = page.locator("#toasts .toast")
    expect(told).to_contain_text("评分已完成", timeout=90_000)
    told.get_by_role("link", name="查看客户").click()
    expect(page.locator("a.name").first).to_be_visible()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    page.goto("/lab/")
    expect(page.locator("main .progress progress")).to_have_count(0)
    expect(page.locator("[role=alert]")).to_have_count(0)
    page.context.close()


# --- 23: rejected rows are corrected in the page ---------------------------------------------------
def test_corrections_that_were_typed_are_not_left_behind_unasked(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto(next(place.path for place in places(site) if place.name == "data-checked"))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    wrong = page.locator("#mend input[aria-invalid=true]")
    wrong.click()
    page.keyboard.type("0")
    typed = wrong.input_value()
    page.locator("p.crumb a").click(no_wait_after=True)
    expect(wrong).to_have_value(typed)
    assert asked == ["beforeunload"]
    page.context.close()


# --- 24: the round trip through a workbook -------------------------------------------------------
def test_an_export_is_edited_and_read_back_as_changes(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto(f"{TABLE}&q=zlzk")
    page.locator("details:has(a[download]) > summary").click()
    with page.expect_download() as download:
        page.locator("a[download][href*=xlsx]").click()
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes
    assert sheet.data_validations.dataValidation
    heads = [cell.value for cell in sheet[1]]
    assert {"_id", "_rev"} <= set(heads)
    changed = heads.index("主要需求") + 1
    sheet.cell(row=2, column=changed).value = "整线改造与备件框架"
    out = io.BytesIO()
    book.save(out)
    page.goto("/data/new/")
    page.set_input_files(
        "input[name=uploads]",
        {
            "name": "客户回传.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": out.getvalue(),
        },
    )
    page.locator("main form button.primary").first.click()
    page.locator("form[action$='/mapping/'] button.primary").wait_for(timeout=60_000)
    check_rows(page)
    body = page.locator("#import-body")
    expect(body).to_contain_text("整线改造与备件框架")
    expect(body.locator("del", has_text="厚板焊接产线与远程运维")).to_have_count(1)
    write_rows(page)
    take_back(page)
    page.goto(first_customer(page))
    page.goto(f"{page.url}?tab=record")
    expect(page.locator("main")).to_contain_text("厚板焊接产线与远程运维")
    page.context.close()


# --- 26: any number explains itself --------------------------------------------------------------
def test_every_explained_number_on_a_page_opens(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    complaints = Complaints()
    complaints.listen(page)
    customer = first_customer(page)
    tabs = [f"{customer}?tab={tab}" for tab in ("scoring", "trade")]
    for path in ("/", "/customers/", customer, *tabs, "/lab/", "/data/quality/"):
        page.goto(path)
        hrefs = [a.get_attribute("href") for a in page.locator("main a.why").all()[:30]]
        assert hrefs, path
        for href in dict.fromkeys(hrefs):
            assert href
            answer = page.request.get(href)
            assert answer.ok, href
            assert 'class="formula"' in answer.text(), href
    assert not complaints.taken()
    page.context.close()


# --- 27: the overlay of shortcuts ----------------------------------------------------------------
def test_the_overlay_of_each_page_lists_every_declared_key_once(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    for path in (first_customer(page), TABLE, "/", "/lab/", "/data/", "/settings/"):
        page.goto(path)
        declared = {one.get_attribute("data-key") or "" for one in page.locator("[data-key]").all()}
        unspoken = page.evaluate("""() => [...document.querySelectorAll("[data-key]")]
          .filter((one) => !one.dataset.key.includes(" ") && !one.ariaKeyShortcuts
            && !one.hasAttribute("aria-keyshortcuts")).map((one) => one.outerHTML)""")
        assert not unspoken, path
        page.keyboard.press("?")
        rows = page.locator("#shortcuts .keys li")
        expect(rows.first).to_be_visible()
        caps = [re.sub(r"\s+", "", text) for text in rows.all_inner_texts()]
        assert len(set(caps)) == len(caps), path
        from_table = 4 if page.locator("[data-grid]").count() else 0
        from_form = 1 if page.locator("main form[method=post]").count() else 0
        expected = len({key.upper() for key in declared}) + from_table + from_form
        assert len(caps) == expected, f"{path}: {caps}"
    page.context.close()


# --- 28: Chinese formats -------------------------------------------------------------------------
def test_amounts_are_in_ten_thousands_and_the_export_is_exact(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto(f"{TABLE}&q=zlzk")
    expect(page.locator('th[data-column="spend"] .unit')).to_have_text("（万元）")
    cell = page.locator("tr[data-row] td").nth(1)
    cell.locator("a.why").click()
    expect(page.locator("#explain")).to_contain_text(re.compile(r"¥\d{1,3}(,\d{3})+\.\d\d"))
    page.goto("/")
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d+月\d+日 周[一二三四五六日]\s*农历"))
    page.context.close()


# --- 29: print -----------------------------------------------------------------------------------
def test_a_customer_prints_on_a4_with_its_own_fonts(site: Site) -> None:
    page = site.context(DIRECTOR, scheme="dark").new_page()
    customer = first_customer(page)
    for path in (customer, f"{customer}report/?mark=1"):
        page.goto(path)
        pdf = page.pdf(prefer_css_page_size=True)
        text = pdf.decode("latin-1")
        boxes = set(re.findall(r"/MediaBox \[([\d. ]+)\]", text))
        width, height = (float(one) for one in boxes.pop().split()[2:])
        assert not boxes
        assert (round(width), round(height)) in {(595, 842), (596, 842), (595, 843)}
        assert 1 <= len(re.findall(r"/Type /Page\b", text)) <= 2
        assert re.search(
            r"/FontFile|/Subtype /Type3", text
        )  # in the file, not on the reader's machine
        assert "/ToUnicode" in text  # selectable and searchable
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".tabs")).to_be_hidden()
    page.context.close()


# --- 30: small, zoomed, touched, still -----------------------------------------------------------
def test_nothing_moves_for_whoever_asks_for_less_motion(site: Site) -> None:
    page = site.context(DIRECTOR).new_page()
    page.goto(f"{TABLE}&peek={first_customer(page).split('/')[2]}")
    longest = page.evaluate("""() => Math.max(...[...document.querySelectorAll("*")].map((one) => {
      const style = getComputedStyle(one);
      return Math.max(parseFloat(style.animationDuration), parseFloat(style.transitionDuration));
    }))""")
    assert longest <= 0.001
    page.context.close()
