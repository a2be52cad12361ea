"""Work that was left: every page tells its end once, to whoever asked for it."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from tests.conftest import NOW

from jishi.ingest.models import ImportJob
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_close, ticket_start
from jishi.web.work import COOKIE, MOST_WATCHED


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache", "data_folder")]
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def waiting(monkeypatch):
    """Jobs stay in the queue."""
    for name in ("import_stage", "import_undo", "score_run"):
        monkeypatch.setattr(tasks, name, lambda *_ids: None)


@pytest.fixture
def job(admin):
    return ImportJob.objects.create(
        title="客户.csv", files=[], by=admin, created_at=NOW,
        status="mapped",
    )  # fmt: skip


def end(name: str, kind: str, state: State = State.DONE, message: str = "") -> None:
    assert ticket_start(name, kind) is not None
    ticket_close(name, state, message=message)


def notices(page: str) -> str:
    return page.split('<ul class="notices"')[1].split("</ul>")[0] if "notices" in page else ""


def test_a_grading_that_was_left_is_told_once_with_the_way_to_it(waiting, browser_of, admin):
    browser = browser_of(admin)
    today, lab = reverse("web:today"), reverse("web:lab")
    assert "hx-trigger" not in browser.get(reverse("web:settings")).content.decode()
    browser.post(reverse("web:lab_run"))
    cookie = browser.cookies[COOKIE]
    assert cookie.value == "score"
    assert cookie["httponly"]
    page = browser.get(reverse("web:settings")).content.decode()
    assert reverse("web:work") in page  # it is waited for
    assert notices(page) == ""
    assert reverse("web:work") not in browser.get(lab).content.decode()  # the page shows it itself
    end(tasks.SCORE, tasks.RUN)
    told = notices(browser.get(reverse("web:settings")).content.decode())
    assert "评分已完成" in told
    assert f'href="{reverse("web:customers")}"' in told
    assert browser.cookies[COOKIE].value == ""
    for page in (today, reverse("web:settings")):
        page = browser.get(page).content.decode()
        assert "评分已完成" not in page
        assert reverse("web:work") not in page


def test_a_page_that_is_open_hears_of_it(waiting, browser_of, admin):
    browser = browser_of(admin)
    browser.post(reverse("web:lab_run"))
    asked = f"{reverse('web:work')}?here=/settings/"
    answer = browser.get(asked, headers=SCRIPT)
    assert reverse("web:work") in answer.content.decode()
    assert "HX-Trigger" not in answer
    end(tasks.SCORE, tasks.RUN, State.FAILED, "no")
    answer = browser.get(asked, headers=SCRIPT)
    assert answer.content == b""
    (line,) = json.loads(answer["HX-Trigger"])["jishi:toast"]["lines"]
    assert line == {"text": "评分中断。", "url": reverse("web:lab"), "action": "查看原因"}
    assert browser.get(asked, headers=SCRIPT).content == b""
    assert browser.get(asked).status_code == 302  # an address somebody typed


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DONE, "客户.csv 已全部检查"),
        (State.FAILED, "客户.csv：处理中断"),
        (State.CANCELLED, ""),
    ],
)
def test_an_import_is_told_by_its_name_but_not_on_its_own_pages(
    waiting, browser_of, admin, job, state, words
):
    browser = browser_of(admin)
    name = tasks.import_ticket(job.pk)
    own = reverse("web:import", args=[job.pk])
    for leaves in (True, False):
        tasks.ask_import_check(job.pk, admin.pk)
        browser.cookies[COOKIE] = name
        end(name, tasks.CHECK, state)
        page = browser.get(reverse("web:settings") if leaves else own).content.decode()
        assert (words in notices(page)) is (leaves or not words)
        assert (own in notices(page)) is (leaves and bool(words))
        assert browser.cookies[COOKIE].value == ""


def test_a_cookie_opens_nothing(waiting, browser_of, make_user, job):
    name = tasks.import_ticket(job.pk)
    tasks.ask_import_check(job.pk, 1)
    end(name, tasks.CHECK)
    browser = browser_of(make_user("auditor"))
    for value in (name, f"../{name}", "import-999999999999999999", ".".join([name] * 99), "score"):
        browser.cookies[COOKIE] = value
        page = browser.get(reverse("web:settings"))
        assert page.status_code == 200
        assert notices(page.content.decode()) == ""


def test_no_more_is_watched_than_can_be_told(waiting, browser_of, admin):
    browser = browser_of(admin)
    browser.cookies[COOKIE] = ".".join(f"import-{n}" for n in range(1, MOST_WATCHED + 1))
    browser.post(reverse("web:lab_run"))
    names = browser.cookies[COOKIE].value.split(".")
    assert len(names) == MOST_WATCHED
    assert names[-1] == "score"
