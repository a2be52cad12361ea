"""The catalogue in a real Chromium: keys, palette, explanations, input methods, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect


pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.web.components.urls"),
    pytest.mark.django_db(transaction=True),
]

Open = Callable[..., Page]
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}


@pytest.fixture
def look(
    chromium: Browser, live_server: Any, client: Any, make_user: Callable[..., Any]
) -> Iterator[Open]:
    """`look(width=…, scheme=…, scripts=…, **user)` → the catalogue, signed in; no console error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    expectations: list[str] = []

    def note(kind: str, text: str, where: Any) -> None:
        if kind == "error" and not where["url"].endswith("/favicon.ico"):
            complaints.append(f"{text} {where['url']}")

    def open_page(
        *,
        width: int = 1440,
        scheme: Any = "light",
        scripts: bool = True,
        path: str = "/catalogue/",
        expected: str = "",
        **user: Any,
    ) -> Page:
        if expected:
            expectations.append(expected)
        client.force_login(make_user(**user))
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: note(message.type, message.text, message.location))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [text for text in complaints if not any(word in text for word in expectations)]


@pytest.mark.parametrize("width", [1440, 768, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_no_axe_violation_and_no_sideways_scroll(
    look: Open, width: int, scheme: str, lang: str
) -> None:
    page = look(width=width, scheme=scheme, language=lang)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_palette_finds_by_keyboard_alone(look: Open) -> None:
    page = look()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.type("zlzk")
    expect(page.locator("#palette .hit").first).to_contain_text("长沙中联重科")
    active = page.locator("#palette input").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?customer=6")


@pytest.mark.parametrize(("keys", "customer"), [(["Enter"], 1), (["ArrowDown", "Enter"], 6)])
def test_keys_faster_than_the_answer_choose_from_the_answer(
    look: Open, keys: list[str], customer: int
) -> None:
    page = look(language="en")
    held: list[Route] = []
    page.route("**/palette/?q=%23zlzk", lambda route: held.append(route))
    page.keyboard.press("Control+k")
    page.keyboard.type(">shortcuts")
    expect(page.locator("#palette .hit")).to_have_count(1)
    page.locator("#palette input").select_text()
    with page.expect_request("**/palette/?q=%23zlzk"):
        page.keyboard.type("#zlzk")
        for key in keys:
            page.keyboard.press(key)
    expect(page.locator("#shortcuts")).to_be_hidden()
    held.pop().continue_()
    page.wait_for_url(f"**/?customer={customer}")


def test_the_palette_runs_actions_of_the_page(look: Open) -> None:
    page = look(language="en")
    page.keyboard.press("Control+k")
    page.keyboard.type(">shortcuts")
    expect(page.locator("#palette .hit")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#shortcuts")).to_be_visible()


def test_escape_closes_the_palette_and_gives_focus_back(look: Open) -> None:
    page = look()
    page.locator(".grid a.name").first.focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator(".grid a.name").first).to_be_focused()


def test_a_number_explains_itself(look: Open) -> None:
    page = look()
    number = page.locator(".figures a.why").first
    number.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#explain .value")).to_have_text("¥35,200,000.00")
    expect(number).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#explain h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#explain")).to_be_hidden()
    expect(number).to_be_focused()


def test_an_explanation_that_is_a_whole_page_stays_a_link(look: Open) -> None:
    page = look()
    page.locator(".grid a.why").first.click()
    expect(page.locator("#explain a")).to_have_count(1)
    assert "whole page" not in page.locator("#explain").inner_text()


def test_rows_are_walked_by_j_and_k(look: Open) -> None:
    page = look()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("ArrowDown")
    expect(page.locator('tr[data-row="2"]')).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?customer=2")


def test_space_looks_inside_and_back_closes(look: Open) -> None:
    page = look()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("#drawer")).to_contain_text("Row 2")
    page.wait_for_url("**/catalogue/?peek=2")
    page.go_back()
    expect(page.locator("#drawer")).to_have_count(0)
    page.wait_for_url("**/catalogue/")
    expect(page.locator('tr[data-row="2"]')).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#drawer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_have_count(0)
    page.wait_for_url("**/catalogue/")


def test_a_list_sorts_in_place_and_goes_back(look: Open) -> None:
    page = look(path="/list/")
    page.evaluate("window.sameDocument = true")
    page.locator("th[data-column=score] a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/list/?sort=-score")
    expect(page.locator("th[data-column=score]")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("th[data-column=score] a").first).to_be_focused()
    page.locator("details:has([data-columns]) > summary").click()
    page.locator("[data-columns] li").nth(1).locator("input").uncheck()
    page.locator("[data-columns] button[type=submit]").click()
    page.wait_for_url("**/list/?sort=-score&cols=name&cols=spend**")
    page.go_back()
    page.go_back()
    page.wait_for_url("**/list/")
    expect(page.locator("th[data-column=spend]")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("j")
    expect(page.locator('tr[data-row="1"]')).to_be_focused()
    assert page.evaluate("window.sameDocument")


def test_two_key_sequences_go_places(look: Open) -> None:
    page = look()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers/")


def test_the_overlay_lists_what_is_bound(look: Open) -> None:
    page = look(language="en")
    page.keyboard.press("?")
    rows = page.locator("#shortcuts .keys li").all_inner_texts()
    declared = {element.get_attribute("data-key") for element in page.locator("[data-key]").all()}
    assert len(rows) == len(declared) + 4  # J, K, Enter and Space come from the table
    assert any("Row below" in row for row in rows)
    search = page.locator("[data-palette-open]")
    assert search.get_attribute("aria-keyshortcuts") == "Control+K Meta+K"


def test_single_letters_can_be_switched_off(look: Open) -> None:
    page = look(single_key_shortcuts=False)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    expect(page.locator("tr[data-row]:focus")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_typing_is_never_a_shortcut(look: Open) -> None:
    page = look()
    page.locator("#id_name").focus()
    page.keyboard.type("j?gc")
    expect(page.locator("#id_name")).to_have_value("j?gc")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_an_enter_of_the_input_method_sends_nothing(look: Open) -> None:
    """Composition is open in the field when Enter comes, as when an input method picks a word."""
    page = look()
    session = page.context.new_cdp_session(page)
    page.evaluate("""
        window.sent = 0;
        for (const form of document.forms) form.noValidate = true;
        document.addEventListener("submit", (event) => { window.sent += 1; event.preventDefault(); });
    """)
    fields = page.locator("main form input[type=text], main form input[type=number]").all()
    assert len(fields) >= 6
    for field in fields:
        field.focus()
        session.send(
            "Input.imeSetComposition",
            {"text": "zhong", "selectionStart": 5, "selectionEnd": 5},
        )
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **ENTER})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **ENTER})
        session.send(
            "Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0}
        )
    assert page.evaluate("window.sent") == 0
    page.locator("#id_name").press("Enter")
    assert page.evaluate("window.sent") == 1


def test_an_enter_of_the_input_method_opens_nothing_in_the_palette(look: Open) -> None:
    page = look()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette .hit").first).to_be_visible()
    session = page.context.new_cdp_session(page)
    session.send(
        "Input.imeSetComposition", {"text": "zhong", "selectionStart": 5, "selectionEnd": 5}
    )
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **ENTER})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **ENTER})
    expect(page.locator("#palette")).to_be_visible()
    assert page.url.endswith("/catalogue/")
    session.send("Input.insertText", {"text": "中联重科"})
    expect(page.locator("#palette .hit").first).to_contain_text("长沙中联重科")


def test_theme_and_density_change_at_once(look: Open) -> None:
    page = look()
    page.locator("header.top summary").click()
    with page.expect_request("**/preferences/") as sent:
        page.locator("button[name=theme][value=dark]").click()
    assert 'name="theme"' in (sent.value.post_data or "")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("button[name=density][value=compact]").click()
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    height = page.evaluate("document.querySelector('tr[data-row]').offsetHeight")
    assert height == 28
    page.keyboard.press("Escape")
    expect(page.locator("header.top .menu-body")).to_be_hidden()
    expect(page.locator("header.top summary")).to_be_focused()


def test_backspace_takes_a_chip_away(look: Open) -> None:
    page = look()
    page.locator("[data-remove]").focus()
    page.keyboard.press("Backspace")
    page.wait_for_url("**/?tier=")


def test_sliders_keep_the_sum_and_the_locked_one(look: Open) -> None:
    page = look()
    boxes = page.locator(".slider input[type=number]")
    page.locator(".slider input[type=range]").first.focus()
    for _press in range(10):
        page.keyboard.press("ArrowRight")
    values = [int(box.input_value()) for box in boxes.all()]
    assert values[0] == 50
    assert values[3] == 15
    assert sum(values) == 100
    page.locator(".slider [data-step='-1']").nth(1).click()
    assert sum(int(box.input_value()) for box in boxes.all()) == 100


def test_the_laboratory_answers_and_keeps_its_state_in_the_address(look: Open) -> None:
    page = look(path="/bench/")
    finding = page.locator("#lab-panels [data-finding]")
    page.locator(".slider [data-lock]").nth(1).click()
    expect(finding).to_have_text("60/40/20/w_potential")
    page.locator(".slider [data-lock]").nth(1).click()
    page.locator("#w-w_sales").fill("75")
    page.locator("#w-w_sales").press("Enter")
    expect(finding).to_have_text("75/25/20/")
    expect(page.locator("#announce")).to_have_text("75/25/20/")
    page.locator("input[name=cut]").fill("10")
    expect(finding).to_have_text("75/25/10/")
    page.wait_for_url("**/bench/?w_sales=75&w_potential=25&cut=10")
    page.locator("[data-balance]").uncheck()
    page.locator(".slider [data-step='1']").first.click()
    expect(page.locator("[data-sum]")).to_have_text("101%")
    expect(page.locator("[data-sum]")).to_have_class("off")


def test_long_work_reports_until_it_is_done(look: Open) -> None:
    page = look(path="/bench/")
    expect(page.locator(".progress progress")).to_have_attribute("value", "25")
    expect(page.locator(".progress a")).to_have_text("Result", timeout=8000)
    expect(page.locator(".progress progress")).to_have_attribute("value", "100")


def test_what_was_done_can_be_taken_back(look: Open) -> None:
    page = look(path="/bench/", language="en")
    page.locator("#act").click()
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("Moved to core")
    with page.expect_request("**/undo/") as sent:
        toast.locator("button").click()
    assert sent.value.method == "POST"
    expect(page.locator("#toasts .toast")).to_have_text("Undone")


def test_a_refusal_is_said_in_its_own_words(look: Open) -> None:
    page = look(path="/bench/", expected="409")
    page.locator("#fail").click()
    expect(page.locator("#toasts .toast")).to_have_text("The row was changed meanwhile.")


def test_files_can_be_dropped_beside_their_input(look: Open) -> None:
    page = look(path="/bench/")
    page.evaluate("""() => {
        const carried = new DataTransfer();
        carried.items.add(new File(["a"], "客户.csv"));
        const event = new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
        document.querySelector(".drop").dispatchEvent(event);
    }""")
    assert page.evaluate("document.querySelector('.drop input').files[0].name") == "客户.csv"


def test_columns_can_be_moved_without_dragging(look: Open) -> None:
    page = look()
    page.locator("details:has([data-columns]) > summary").click()
    page.locator("[data-columns] li").nth(2).locator("[data-move='-1']").click()
    page.locator("[data-columns] li").nth(3).locator("input").uncheck()
    page.locator("[data-columns] button[type=submit]").click()
    page.wait_for_url("**/catalogue/?cols=name&cols=spend&cols=score&cols=growth&**")


def test_without_scripts_everything_is_still_there(look: Open) -> None:
    page = look(scripts=False)
    expect(page.locator(".grid tbody tr")).to_have_count(6)
    expect(page.locator("[data-rail-toggle]")).to_be_hidden()
    expect(page.locator(".slider input[type=range]").first).to_be_hidden()
    expect(page.locator(".slider input[type=number]").first).to_be_visible()
    page.locator("header.top summary").click()
    expect(page.locator("header.top .menu-body")).to_be_visible()
    page.locator(".figures a.why").first.click()
    page.wait_for_url("**/explain/?key=spend")


def test_touch_targets_are_large_enough(look: Open) -> None:
    """At least 24 × 24 px for whatever is clicked, links within sentences excepted."""
    page = look(width=360)
    small = page.evaluate("""() => [...document.querySelectorAll("main button, main .btn, main .chip, main summary, .rail a, header a, header button, main .tabs a")]
        .map((element) => [element.textContent.trim(), element.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 24 || box.width < 24))
        .map(([text, box]) => `${text} ${box.width}×${box.height}`)""")
    assert small == []
