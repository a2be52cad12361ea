"""Every page of the running product: its status, console, width, language, cut words and axe.

`JISHI_SCREENSHOTS=folder` looks at every page in both languages, both schemes and two widths, and
keeps the pictures; without it the pages are shared out between two looks, and each is looked at in the
other scheme and width besides.
"""

from __future__ import annotations

import base64
import os
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page
from tests.browser.places import places
from tests.browser.site import Complaints, Site
from tests.browser.small_png import small_png


pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = os.environ.get("JISHI_SCREENSHOTS", "")
ZOOMED = 640
LOOKS = (
    list(product(["zh", "en"], ["light", "dark"], [1440, 360]))
    if FOLDER
    else [("zh", "light", 1440), ("en", "dark", 360)]
)
AXE = {
    "rules": {"target-size": {"enabled": True}},  # 24 px; not among axe's own choice
    "resultTypes": ["violations"],
}
# What another scheme or width can break on a page that has no fault in this one.
LOOKS_DIFFER = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
    "resultTypes": ["violations"],
}  # fmt: skip
OTHER_WIDTH = {1440: 360, 360: 1440}
OTHER_SCHEME = {"light": "dark", "dark": "light"}
CUT_WORDS = """() => [...document.querySelectorAll(
  "th, button, .btn, .tabs a, .chip, .choice a, .badge, h1, h2, h3, .figures dt, .figures dd")]
  .filter(one => one.checkVisibility() && !one.closest(".sr") && !one.title)
  .filter(one => one.clientWidth > 0 && getComputedStyle(one).overflowX !== "visible")
  .filter(one => {
    const words = document.createRange();
    words.selectNodeContents(one);  // what is cut at the start adds nothing to scrollWidth
    return one.scrollWidth > one.clientWidth + 1
      || words.getBoundingClientRect().left < one.getBoundingClientRect().left - 1;
  })
  .map(one => one.outerHTML.slice(0, 160))"""


def wrong_with(page: Page, *, width: int, lang: str, said: list[str]) -> list[str]:
    """What is wrong with a page, in words; empty when nothing is."""
    wrong = [f"console: {text}" for text in said]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        wrong.append(f"{wide} px wide")
    if page.locator("html").get_attribute("lang") != ("en" if lang == "en" else "zh-CN"):
        wrong.append("another language")
    wrong += [f"cut: {html}" for html in page.evaluate(CUT_WORDS)]
    return wrong + violations(page, AXE)


def violations(page: Page, options: dict[str, object]) -> list[str]:
    return [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes']][:5]}"
        for one in Axe().run(page, options=options).response["violations"]
    ]


def wrong_elsewhere(page: Page, *, width: int, scheme: str) -> list[str]:
    """What is wrong with the page as it stands in the other scheme and at the other width."""
    before = page.viewport_size
    assert before
    wide = OTHER_WIDTH[width]
    page.emulate_media(color_scheme=OTHER_SCHEME[scheme], reduced_motion="reduce")
    page.set_viewport_size({"width": wide, "height": before["height"]})
    wrong = [f"cut: {html}" for html in page.evaluate(CUT_WORDS)]
    if (seen := page.evaluate("document.documentElement.scrollWidth")) > wide:
        wrong.append(f"{seen} px wide")
    wrong += violations(page, LOOKS_DIFFER)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(before)
    return [f"{OTHER_SCHEME[scheme]} at {wide} px: {one}" for one in wrong]


def wrong_when_zoomed(page: Page) -> list[str]:
    """Whether a page holds at 200 %: 640 px are 1280 px then."""
    before = page.viewport_size
    assert before
    page.set_viewport_size({"width": ZOOMED, "height": before["height"]})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(before)
    return [f"{wide} px wide at 200 %"] if wide > ZOOMED else []


def keep(page: Page, name: str) -> None:
    """A picture of what is seen without scrolling."""
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True}
    )
    picture = small_png(base64.b64decode(taken["data"]))
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    (Path(FOLDER) / f"{name}.png").write_bytes(picture)


@pytest.mark.timeout(1800 if FOLDER else 900)
@pytest.mark.parametrize(("lang", "scheme", "width"), LOOKS)
def test_every_page_is_whole(site: Site, lang: str, scheme: str, width: int) -> None:
    found: dict[str, list[str]] = {}
    pages: dict[str, Page] = {}
    complaints = Complaints()
    turn, turns = LOOKS.index((lang, scheme, width)), len(LOOKS)
    for number, place in enumerate(places(site)):
        if not FOLDER and number % turns != turn:
            continue
        if place.name == "catalogue" and not FOLDER:
            continue  # tests/web/components looks at it in every way
        if place.who not in pages:
            context = site.context(place.who, width=width, scheme=scheme, lang=lang)
            pages[place.who] = context.new_page()
            complaints.listen(pages[place.who])
        page = pages[place.who]
        try:
            response = page.goto(place.path)
            if place.then:
                place.then(page)
        except PlaywrightError as error:
            found[place.name] = [str(error)]
            continue
        assert response
        wrong = wrong_with(page, width=width, lang=lang, said=complaints.taken())
        if response.status != place.status:
            wrong.append(f"status {response.status}")
        if FOLDER:
            keep(page, f"{place.name}-{lang}-{scheme}-{width}")
        if not FOLDER:
            wrong += wrong_elsewhere(page, width=width, scheme=scheme)
        if not place.then:
            wrong += wrong_when_zoomed(page)
        if wrong:
            found[place.name] = wrong
    for page in pages.values():
        page.context.close()
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


# What no one opens: sent by forms, asked for by scripts, or downloaded.
SENT = {
    "customer_designation_end", "lab_go", "lab_activate", "lab_run",
    "import_cancel", "import_discard", "import_answer", "import_check", "import_apply",
    "import_choose", "import_mend", "import_recipe_remove", "import_recipe_use",
    "settings_rate_add", "settings_demo_remove", "settings_demo_load", "settings_person_password",
    "settings_person_active", "settings_team_add", "settings_team_remove", "settings_type_add",
    "settings_type_move", "preferences", "language",
}  # fmt: skip
ASKED = {
    "lab_preview", "lab_progress", "import_progress", "settings_demo_progress", "work", "healthz",
}  # fmt: skip
DOWNLOADED = {
    "customers_export", "customers_segments_export", "customer_receipt", "customer_report_file", "customer_report_document",
    "import_template", "import_rejected", "import_recipe",
    "import_mapping_recipe",
}  # fmt: skip


def test_every_address_is_among_the_places(site: Site) -> None:
    from jishi.web.urls import urlpatterns

    visited = {resolve(urlsplit(place.path).path).url_name for place in places(site)}
    named = {pattern.name for pattern in urlpatterns}
    assert named - visited == SENT | ASKED | DOWNLOADED
