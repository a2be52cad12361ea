"""What was typed into a form and not sent outlives a closed tab and a lost connection."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.places import SALES, first_customer
from tests.browser.site import Site


pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_was_typed_and_not_sent_is_kept_and_offered_again(site: Site) -> None:
    context = site.context(SALES)
    del site.sessions[SALES]  # signed out below; others sign in anew
    page = context.new_page()
    form = f"{first_customer(page)}interactions/new/"
    words = "第一行\n<b>第二行</b>"

    def drafts() -> int:
        return len(page.evaluate("Object.keys(localStorage).filter((key) => /^draft:/.test(key))"))

    page.goto(form)
    page.fill("[name=summary]", words)
    page.close()
    page = context.new_page()
    offered = page.locator(".draft")
    page.goto(form)
    expect(offered).to_contain_text(re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d"))
    expect(page.locator("[name=summary]")).to_have_value("")
    offered.get_by_role("button").first.click()
    expect(page.locator("[name=summary]")).to_have_value(words)

    context.set_offline(True)
    expect(offered).to_be_visible()
    page.locator("main form button.primary").click()
    assert page.url.endswith(form), "nothing is sent without a connection"
    context.set_offline(False)
    expect(offered).to_have_count(0)
    page.fill("[name=occurred_on]", "1800-01-01")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.locator("main form button.primary").click()
    expect(page.locator("main form .error").first).to_be_visible()
    expect(offered).to_have_count(0)
    assert drafts() == 1, "refused, it is still a draft"
    page.fill("[name=occurred_on]", "2026-01-05")
    page.locator("main form button.primary").click()
    page.wait_for_url("**tab=interactions*")
    assert drafts() == 0, "a record is no draft any more"

    page.goto(form)
    page.fill("[name=summary]", "只写了一半")
    page.reload()
    offered.get_by_role("button").last.click()
    page.reload()
    expect(offered).to_have_count(0)
    page.fill("[name=summary]", "又写了一半")
    page.reload()
    assert drafts() == 1
    page.fill("[name=summary]", "没有发送就退出")
    other = context.new_page()
    other.goto(form)
    other.fill("[name=summary]", "另一个窗口里也写了一半")
    page.locator(".top details.menu > summary").click()
    page.locator("form[action$='/logout/'] button").first.click()
    page.wait_for_url("**/accounts/login/**")
    other.fill("[name=summary]", "退出以后还在写")
    other.goto("about:blank")
    assert drafts() == 0, "signed out, nothing stays on the device, whatever forms were left open"
    context.close()
