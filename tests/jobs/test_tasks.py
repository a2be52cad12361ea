"""Background jobs: tickets tell how they go, running one twice does no harm, lost ones are found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from tests.warehouse import company
from tests.warehouse.folder import data_folder

from jishi.customers.models import Customer
from jishi.foundation.models import AuditSeal, Team, User
from jishi.foundation.writing import data_version
from jishi.jobs import tasks, tickets
from jishi.jobs.day import scoring_day
from jishi.jobs.pipeline import (
    DEMO_GRADED_MONTHS_AGO,
    demo_company_load,
    demo_company_remove,
)
from jishi.jobs.queue import queue
from jishi.jobs.tickets import State, Ticket, ticket_of
from jishi.scoring.models import Run, SchemeVersion, Standing, TierChange
from jishi.scoring.queries import run_latest, scheme_in_force
from jishi.scoring.services import schemes_setup
from jishi.web.pages.today import queries as today
from jishi.web.pages.today.presenters import ranked


__all__ = ["data_folder"]

pytestmark = pytest.mark.usefixtures("data_folder")
database = pytest.mark.django_db(transaction=True)
NOW = company.CLOCK + timedelta(days=1)
NO_PROCESS = 2**22 + 1  # beyond the largest process id


@pytest.fixture
def queued(monkeypatch) -> list[tuple]:
    """Wishes that reached the queue, none of them done."""
    wishes: list[tuple] = []
    for name in ("import_read", "import_stage", "import_apply", "import_undo", "score_run"):
        monkeypatch.setattr(tasks, name, lambda *ids, name=name: wishes.append((name, *ids)))
    return wishes


# --- tickets -----------------------------------------------------------------------------------
@database
def test_a_ticket_goes_from_queued_over_running_to_done():
    tickets.ticket_queue("x", "kind")
    assert ticket_of("x").is_busy
    started = tickets.ticket_start("x", "kind")
    assert started.state is State.RUNNING
    tickets.ticket_progress("x", phase="p", done=3, total=9)
    assert (ticket_of("x").phase, ticket_of("x").done, ticket_of("x").total) == ("p", 3, 9)
    tickets.ticket_close("x", State.DONE, result={"n": 1})
    assert ticket_of("x").result == {"n": 1}
    assert not ticket_of("x").is_busy
    assert tickets.tickets_open() == []


@database
def test_only_a_waiting_ticket_of_the_same_kind_starts():
    assert tickets.ticket_start("x", "kind") is None
    tickets.ticket_queue("x", "kind")
    assert tickets.ticket_start("x", "other") is None
    assert tickets.ticket_start("x", "kind") is not None
    assert tickets.ticket_start("x", "kind") is None


@database
def test_a_wish_made_while_a_job_runs_outlives_it():
    tickets.ticket_queue("x", "kind")
    tickets.ticket_start("x", "kind")
    tickets.ticket_queue("x", "kind")
    tickets.ticket_close("x", State.DONE)
    assert ticket_of("x").state is State.QUEUED


@database
def test_asking_twice_queues_an_import_once_and_a_grading_anew(queued):
    tasks.ask_import_check(7, 1)
    tasks.ask_import_check(7, 1)
    assert queued == [("import_stage", 7, 1)]
    tasks.ask_score(None)
    tasks.ask_score(None)
    tickets.ticket_start(tasks.SCORE, tasks.RUN)
    tasks.ask_score(None)
    assert queued.count(("score_run", None, None)) == 2
    tasks.ask_score(None, 5)
    assert ("score_run", None, 5) in queued


@database
def test_a_job_whose_process_died_can_be_asked_for_again(queued):
    tickets.ticket_write(Ticket("import-7", tasks.CHECK, State.RUNNING, pid=NO_PROCESS))
    tasks.ask_import_check(7, 1)
    assert queued == [("import_stage", 7, 1)]


@database
def test_recover_tells_lost_jobs_from_waiting_ones():
    tickets.ticket_write(Ticket("import-1", tasks.APPLY, State.RUNNING, pid=NO_PROCESS))
    tickets.ticket_queue("import-2", tasks.APPLY)
    assert tasks.recover() == 1
    assert ticket_of("import-1").state is State.FAILED
    assert ticket_of("import-1").message
    assert ticket_of("import-2").state is State.QUEUED


# --- grading -----------------------------------------------------------------------------------
@pytest.fixture
def who() -> list[Customer]:
    who, what = company.customers(10), company.products(3)
    company.sell(who, what, orders=20, minute=1)
    schemes_setup(by=None, now=NOW)
    return who


@database
def test_grading_publishes_and_a_comparison_does_not(who):
    tickets.ticket_queue(tasks.SCORE, tasks.RUN)
    tasks.score_run.call_local(None, None)
    assert ticket_of(tasks.SCORE).result["run_id"] == run_latest().pk
    standings = Standing.objects.unscoped("test").count()
    assert standings == len(who)

    other = SchemeVersion.objects.get(key="revenue_only")
    name = tasks.score_ticket(other.pk)
    tickets.ticket_queue(name, tasks.RUN)
    tasks.score_run.call_local(None, other.pk)
    newest = Run.objects.order_by("-pk")[0]
    assert (newest.scheme_version_id, newest.is_published) == (other.pk, False)
    assert scheme_in_force().key != "revenue_only"


@database
def test_a_grading_that_fails_says_so_and_can_be_repeated(who, monkeypatch):
    def broken(**ignored):
        raise RuntimeError("no disk")

    monkeypatch.setattr(tasks, "score_everybody", broken)
    tickets.ticket_queue(tasks.SCORE, tasks.RUN)
    with pytest.raises(RuntimeError, match="no disk"):
        tasks.score_run.call_local(None, None)
    assert ticket_of(tasks.SCORE).state is State.FAILED
    message = ticket_of(tasks.SCORE).message
    assert "no disk" not in message, "the reason is for the log"
    assert "服务器日志" in message, "in the language of the product when nobody asked"
    monkeypatch.undo()


@database
def test_a_grading_without_its_ticket_does_nothing(who):
    tasks.score_run.call_local(None, None)
    assert Run.objects.count() == 0


# --- the demo company --------------------------------------------------------------------------
def assert_the_day_begins_with_what_is_at_stake(day: date) -> None:
    """Who owes most stands first, the falling giant is seen, and each role begins with its own."""
    lists = {}
    for name in ("director", "service.lin", "kam.zhao"):
        user = User.objects.get(username=name)
        signals = today.signals(user, day, least_sales_e4=400_000 * 10_000)
        lines = today.customers(user, {one.customer_id for one in signals})
        lists[name] = ranked(signals, lines, day, user)[:10]
    first, second = lists["director"][:2]
    assert (first.line.name, first.signals[0].kind) == ("铭坤矿机", "overdue")
    assert second.line.name == "长川重装"
    assert {"silent", "falling"} <= {one.kind for one in second.signals}
    assert {one.signals[0].kind for one in lists["service.lin"][:3]} <= {"complaint", "answer"}
    assert all(one.line.is_own for one in lists["kam.zhao"])
    assert lists["kam.zhao"][0].line.name == "长川重装"


@database
@pytest.mark.sqlite  # test_demo loads and removes it on both engines
@pytest.mark.slow
def test_the_demo_company_comes_graded_and_goes_without_trace(make_user):
    boss = make_user("admin", name="自己的管理员")
    counts = demo_company_load(by=boss, today=date(2026, 11, 23), now=NOW)
    everybody = Customer.objects.unscoped("test")
    assert everybody.count() == counts["customers"] == 2000
    assert Standing.objects.unscoped("test").filter(is_key=True).count() == 128
    assert scheme_in_force().number == 2
    moves = TierChange.objects.unscoped("test")
    assert len({change.as_of for change in moves}) == len(DEMO_GRADED_MONTHS_AGO) + 1
    falling = moves.filter(customer__code="HY0002", is_up=False)
    assert falling.exists(), "the falling giant falls through the tiers"
    assert run_latest().as_of == date(2026, 11, 23)
    assert_the_day_begins_with_what_is_at_stake(date(2026, 11, 23))

    demo_company_remove(by=boss, now=NOW + timedelta(hours=1))
    assert everybody.all().count() == 0
    assert Standing.objects.unscoped("test").count() == 0
    assert set(User.objects.filter(is_active=True).values_list("name", flat=True)) == {boss.name}
    assert Team.objects.count() == 0
    assert scheme_in_force().number == 1


@database
def test_a_refused_demo_is_told_in_the_ticket(make_user):
    company.customers(1)
    boss = make_user("admin")
    tickets.ticket_queue(tasks.DEMO, tasks.DEMO_LOAD)
    tasks.demo_load.call_local(boss.pk)
    assert ticket_of(tasks.DEMO).state is State.FAILED
    assert Customer.objects.unscoped("test").count() == 1


# --- every night -------------------------------------------------------------------------------
@database
def test_the_audit_trail_is_sealed_every_night(make_user):
    make_user("admin")
    tasks.audit_seal_nightly.call_local()
    sealed = AuditSeal.objects.count()
    assert sealed == 1
    tasks.audit_seal_nightly.call_local()
    assert AuditSeal.objects.count() == sealed, "nothing new, nothing to seal"


@pytest.fixture
def clock(queued):
    """`clock(moment)` → the wishes for a grading that the queue's own timetable makes at that moment,
    told in the time of the organisation (Asia/Shanghai)."""

    def at(text: str) -> list[tuple]:
        queued.clear()
        moment = datetime.fromisoformat(f"{text}+08:00")
        with time_machine.travel(moment, tick=False):
            for due in queue.read_periodic(moment.astimezone(UTC)):
                if due.name == "grade_nightly":
                    due.execute()
        return list(queued)

    return at


def graded(text: str) -> None:
    """The run that a wish leads to, without the scores."""
    moment = datetime.fromisoformat(f"{text}+08:00")
    schemes_setup(by=None, now=NOW)
    Run.objects.create(
        scheme_version=scheme_in_force(), data_version=data_version(), created_at=moment,
        as_of=scoring_day(today=moment.date()), population=0, folder=text, digest="",
    )  # fmt: skip
    tickets.ticket_start(tasks.SCORE, tasks.RUN)
    tickets.ticket_close(tasks.SCORE, State.DONE)


DO_SCORE_RUN = tasks.score_run.call_local
WISH = [("score_run", None, None)]


@database
def test_everybody_is_graded_once_a_night_and_late_rather_than_never(clock):
    assert clock("2026-01-02T03:05:00") == [], "nobody is there to be graded"
    who, what = company.customers(3), company.products(2)
    company.sell(who, what, orders=19, minute=1)
    assert clock("2026-01-02T03:00:00") == WISH
    assert clock("2026-01-02T03:05:00") == [], "it waits already"
    with time_machine.travel(datetime(2026, 1, 1, 19, 6, tzinfo=UTC), tick=False):
        DO_SCORE_RUN(None, None)
    assert run_latest().as_of == date(2026, 1, 2)
    for moment in ("2026-01-02T03:10:00", "2026-01-02T18:00:00", "2026-01-03T02:55:00"):
        assert clock(moment) == []
    assert clock("2026-01-03T03:00:00") == WISH, "another day"
    graded("2026-01-03T03:00:30")
    assert clock("2026-01-07T09:40:00") == WISH, "the machine was off for three nights"
    graded("2026-01-07T09:40:30")
    assert clock("2026-01-07T09:45:00") == []
    assert [run.as_of.day for run in Run.objects.order_by("pk")] == [2, 3, 7]


@database
def test_a_history_that_ended_is_not_graded_every_night(clock, settings):
    who, what = company.customers(2), company.products(2)
    company.sell(who, what, orders=4, minute=1)
    settings.GRADING_HOUR = 23
    assert clock("2028-06-01T22:55:00") == WISH, "that of the night before"
    graded("2028-06-01T22:56:00")
    assert clock("2028-06-01T23:00:00") == [], "neither the data nor their last day have changed"
    company.sell(who, what, orders=1, minute=60 * 24)
    assert clock("2028-06-01T23:05:00") == WISH


@database
def test_a_night_that_fails_is_left_to_the_next(clock, monkeypatch):
    who, what = company.customers(2), company.products(2)
    company.sell(who, what, orders=4, minute=1)
    for minute in ("00", "05", "10"):
        assert clock(f"2026-01-02T03:{minute}:00") == WISH
        tickets.ticket_start(tasks.SCORE, tasks.RUN)
        tickets.ticket_close(tasks.SCORE, State.FAILED)
    assert clock("2026-01-02T03:15:00") == []
    assert clock("2026-01-03T03:00:00") == WISH
