"""Writing a scheme with scripts on: rows come and go in place, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.places import DIRECTOR
from tests.browser.site import Site

from jishi.scoring.models import SchemeVersion


pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAGE = "/lab/scheme/?scheme=annual_spend.1"
AXE = {"rules": {"target-size": {"enabled": True}}}


def field(page: Page, name: str) -> Any:
    return page.locator(f'#scheme-editor [name="{name}"]')


def press(page: Page, then: str) -> None:
    page.locator(f'button[name="then"][value="{then}"]').last.click()


def test_rows_come_in_place_and_typing_goes_on_in_them(graded: Any, look: Callable[..., Page]):
    page = look(PAGE, language="en")
    page.evaluate("window.sameDocument = true")
    field(page, "t0.value").fill("150万")
    field(page, "d0.weight").fill("60")
    press(page, "add-d")
    expect(field(page, "d1.zh")).to_be_focused()
    page.keyboard.type("声誉")
    field(page, "d1.en").fill("Reputation")
    field(page, "d1.weight").fill("30")
    field(page, "d1.add").select_option("rating_brand")
    press(page, "add-i-1")
    expect(field(page, "d1.i0.weight")).to_be_focused()
    expect(page.locator("#dimensions .off")).to_have_text("90%")
    press(page, "balance")
    expect(field(page, "d0.weight")).to_have_value("66.67")
    expect(page.locator("#dimensions > header")).to_contain_text("judgement 33.3%")

    field(page, "d0.i0.kind").select_option("steps")
    field(page, "d0.i0.s0.at").fill("100,000")
    field(page, "d0.i0.s0.points").fill("50")
    field(page, "selection").select_option("top_n")
    expect(field(page, "selection_value")).to_be_visible()
    field(page, "selection_value").fill("12")
    field(page, "t1.cut").select_option("count")
    expect(field(page, "t1.indicator")).to_have_count(0)
    field(page, "t1.value").fill("12")
    expect(field(page, "t0.value")).to_have_value("150万")
    expect(field(page, "d1.zh")).to_have_value("声誉")
    assert page.evaluate("window.sameDocument") is True

    press(page, "save")
    page.wait_for_url(re.compile(r"/lab/\?scheme=annual_spend\.2&changed=\d+"))
    expect(page.locator("tr.flash .badge")).to_have_text("Draft")
    scheme = SchemeVersion.objects.get(key="annual_spend", number=2).scheme
    assert [str(one.weight) for one in scheme.dimensions] == ["66.67", "33.33"]
    assert scheme.dimensions[0].items[0].normalise.steps[0].at_least == 100_000
    assert [tier.cut.kind for tier in scheme.tiers] == ["indicator", "count", "rest"]
    assert scheme.tiers[0].cut.value == 1_500_000


def test_enter_keeps_the_form_open(graded: Any, look: Callable[..., Page]):
    page = look(PAGE, language="en")
    field(page, "t0.zh").fill("贵宾")
    field(page, "t0.zh").press("Enter")
    page.wait_for_url("**/lab/scheme/")
    expect(field(page, "t0.zh")).to_have_value("贵宾")
    assert SchemeVersion.objects.filter(key="annual_spend").count() == 1


@pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [(1440, "dark", "en"), (360, "light", "zh")],
)
def test_mistakes_are_reached_from_their_list(
    site: Site, width: int, scheme: str, lang: str
) -> None:
    page = site.context(DIRECTOR, width=width, scheme=scheme, lang=lang).new_page()
    page.goto(PAGE)
    field(page, "d0.i0.kind").select_option("steps")
    expect(field(page, "d0.i0.s0.at")).to_be_visible()
    field(page, "t0.value").fill("xyz")
    field(page, "d0.weight").fill("80")
    with page.expect_response(lambda answer: answer.status == 422):
        press(page, "save")
    summary = page.locator('#scheme-editor [role="alert"] li')
    expect(summary).to_have_count(3)
    summary.filter(has_text="xyz").locator("a").click()
    expect(field(page, "t0.value")).to_be_in_viewport()
    page.locator("#scheme-editor details.also summary").first.click()
    page.locator("details.reference > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # nothing half under the thumb bar
    found = Axe().run(page, options=AXE).response["violations"]
    page.context.close()
    assert not found, [(one["id"], [n["html"] for n in one["nodes"]]) for one in found]
