"""Correcting rejected rows in the page: typed, refused without losing a word, checked again, reported."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.web.data.test_imports import SALES, applied, confirmed, lines_e4

from jishi.ingest.models import Correction, ImportJob
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_close, ticket_queue


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]

WRONG = SALES + "丙公司,A3,昨天,阀,1,很多钱\n丁公司,A4,2026-03-04,阀,一箱,400\n"
DAY, QUANTITY, AMOUNT = "c.0.0.4.2", "c.0.0.5.4", "c.0.0.4.5"


def form_of(page) -> dict[str, str]:
    """The form as it was offered."""
    fields = {"version": str(page.context["job"].version)}
    for sheet in page.context["mend"]["sheets"]:
        for row in sheet["rows"]:
            for field in (cell["field"] for cell in row["cells"] if cell["field"]):
                fields |= {field["name"]: field["text"], field["was_name"]: field["was"]}
    return fields


def sent(client, page, **changes: str):
    job_id = page.context["job"].pk
    url = reverse("web:import_mend", args=[job_id])
    return client.post(url, form_of(page) | changes, follow=True)


def rejected(page) -> int:
    return sum(row.rejected for row in page.context["counts"])


def test_rejected_rows_are_corrected_checked_and_written(upload, signed, admin):
    page = confirmed(signed, upload({"sales.csv": WRONG}))
    text = page.content.decode()
    assert {name for name in form_of(page) if name.startswith("c.")} == {DAY, AMOUNT, QUANTITY}
    assert text.count('aria-invalid="true"') == 3
    assert all(issue["message"] in text for issue in page.context["issues"])
    assert not page.context["corrected"]

    page = sent(signed, page, **{DAY: "2026-03-03", AMOUNT: "三百", QUANTITY: "3"})
    assert page.templates[0].name == "data/result.html"
    form = form_of(page)
    assert (form[DAY], form[AMOUNT]) == ("2026-03-03", "三百"), "what was typed stands there"
    assert 'value="三百"' in page.content.decode()
    page = sent(signed, page, **{AMOUNT: "300"})
    assert rejected(page) == 0

    report = applied(signed, page)
    assert lines_e4() == 42_005_000
    assert report.context["mend"] is None
    found = {(r["line"], r["column"], r["before"], r["after"]) for r in report.context["corrected"]}
    assert found == {
        (4, "C 订单日期", "昨天", "2026-03-03"), (4, "F 金额", "很多钱", "300"),
        (5, "E 数量", "一箱", "3"),
    }  # fmt: skip
    assert {r["by"] for r in report.context["corrected"]} == {str(admin)}
    assert "很多钱" in report.content.decode()


def test_a_form_that_was_overtaken_is_shown_again_with_what_was_typed(upload, signed):
    first = confirmed(signed, upload({"sales.csv": WRONG}))
    sent(signed, first, **{AMOUNT: "300"})
    late = sent(signed, first, **{DAY: "2026-03-09", QUANTITY: "7"})
    assert late.status_code == 409
    assert late.context["refusal"]
    form = form_of(late)
    assert (form[DAY], form[QUANTITY], form[AMOUNT]) == ("2026-03-09", "7", "300")
    assert Correction.objects.count() == 1
    done = sent(signed, late)
    assert rejected(done) == 0, "pressed again, it is taken"
    assert {r["after"] for r in done.context["corrected"]} == {"2026-03-09", "7", "300"}

    ticket_queue(tasks.import_ticket(done.context["job"].pk), tasks.APPLY)
    busy = sent(signed, done, **{DAY: "2026-03-10"})
    assert (busy.status_code, busy.templates[0].name) == (409, "data/kept.html")
    ticket_close(tasks.import_ticket(done.context["job"].pk), State.CANCELLED)
    applied(signed, done)
    written = sent(signed, done, **{DAY: "2026-03-10"})
    assert (written.status_code, written.templates[0].name) == (409, "data/kept.html")
    assert [(r["line"], r["text"]) for r in written.context["left"]] == [(4, "2026-03-10")]
    assert Correction.objects.count() == 3


def test_what_cannot_be_taken_is_said_and_stays_in_its_field(upload, signed):
    page = confirmed(signed, upload({"sales.csv": WRONG}))
    nothing = sent(signed, page)
    assert nothing.status_code == 409
    assert "改" in nothing.context["refusal"] or "changed" in nothing.context["refusal"]
    odd = sent(signed, page, **{"c.0.0.2.5": "1", AMOUNT: "300", "c.x": "1", "c.0.0.4.99999": "2"})
    assert odd.status_code == 409
    assert form_of(odd)[AMOUNT] == "300"
    assert {(r["line"], r["text"]) for r in odd.context["left"]} == {(2, "1"), (4, "2")}
    assert Correction.objects.count() == 0
    assert ImportJob.objects.get().status == "staged"


def test_corrections_outlive_a_check_that_was_cancelled(upload, signed, monkeypatch):
    page = confirmed(signed, upload({"sales.csv": WRONG}))
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "ask_import_check", lambda *ids: None)
        mapping = sent(signed, page, **{AMOUNT: "300"})
    assert mapping.templates[0].name == "data/mapping.html"
    assert len(mapping.context["corrected"]) == 1
    page = signed.post(reverse("web:import_check", args=[page.context["job"].pk]), follow=True)
    assert form_of(page)[AMOUNT] == "300"
    assert rejected(page) > 0


def test_long_cells_fit_into_the_form(upload, signed):
    long = "长" * 3_900
    rows = "".join(f"{n}{long},B{n},2026-03-01,阀,1,1\n" for n in range(40))
    page = confirmed(signed, upload({"sales.csv": SALES + rows}))
    form = form_of(page)
    assert 10 <= len(form) < 40
    name = next(name for name in form if name.startswith("c."))
    assert sent(signed, page, **{name: "甲公司"}).status_code == 200
    assert Correction.objects.get().after == "甲公司"
