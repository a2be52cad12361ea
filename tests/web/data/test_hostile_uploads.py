"""What people and attackers upload by mistake or on purpose: every page answers, nothing odd is believed."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.urls import reverse
from tests.web.data.test_imports import applied, confirmed, customers

from jishi.customers.models import Customer
from jishi.ingest.folders import folder_of, imports_root
from jishi.ingest.models import ImportJob
from jishi.ingest.services import Upload, import_create
from jishi.jobs import tasks
from jishi.jobs.tickets import State, Ticket, ticket_write


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
WHY = "a test looks at everything"
HEAD = "客户编码,客户名称,城市\n"


def package(**parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/"), content)
    return made.getvalue()


REFUSED = {
    "an image under the name of a workbook": ("客户.xlsx", PNG),
    "a web page under the name of a workbook": ("report.xls", "<html><table><tr><td>客户</td></tr></table></html>"),
    "nothing": ("empty.csv", b""),
    "blank lines": ("blank.csv", "\n \n,,\n"),
    "a program": ("客户.csv", b"MZ\x90\x00" + bytes(range(256)) * 8),
    "a package of something else": ("a.xlsx", package(word__document="x")),
    "a table wider than any": ("wide.csv", ",".join(f"c{n}" for n in range(10_000)) + "\n"),
    "two encodings in one file": ("mixed.csv", HEAD.encode() + "K1,甲公司,长沙\n".encode("gb18030")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(upload, signed, case):
    name, content = REFUSED[case]
    page = upload({name: content})
    assert page.status_code in (200, 422)
    assert customers() == set()
    job = ImportJob.objects.order_by("-pk").first()
    if job is None:
        return
    assert job.status in ("failed", "unclear")
    text = page.content.decode()
    assert "Traceback" not in text
    for name in ("import", "import_files", "import_mapping"):
        assert signed.get(reverse(f"web:{name}", args=[job.pk]), follow=True).status_code == 200
    assert signed.get(reverse("web:imports")).status_code == 200


def test_headings_without_rows_change_nothing(upload, signed):
    page = upload({"a.csv": HEAD})
    assert page.status_code == 200
    assert ImportJob.objects.get().counts == {}
    assert customers() == set()


STRANGE = {
    "a heading of 300 characters": ("客户编码,客户名称," + "长" * 300 + "\nK1,甲公司,1\n", "甲公司"),
    "a formula": (HEAD + 'K1,"=HYPERLINK(""http://x"",""y"")",长沙\n', '=HYPERLINK("http://x","y")'),
    "markup": (HEAD + "K1,<script>alert(1)</script>,长沙\n", "<script>alert(1)</script>"),
    "a template": (HEAD + "K1,{{ 7|add:7 }}{% load x %},长沙\n", "{{ 7|add:7 }}{% load x %}"),
    "letters of four bytes": (HEAD + "K1,𠮷野家😀,长沙\n", "𠮷野家😀"),
    "writing from right to left": (HEAD + "K1,شركة النور,长沙\n", "شركة النور"),
    "quotes and commas": (HEAD + 'K1,"甲, ""乙"" 公司",长沙\n', '甲, "乙" 公司'),
    "a percent sign": (HEAD + "K1,100%(n)s 公司,长沙\n", "100%(n)s 公司"),
    "a windows line end": ((HEAD + "K1,甲公司,长沙\n").replace("\n", "\r\n"), "甲公司"),
}  # fmt: skip


@pytest.mark.parametrize("case", STRANGE)
def test_strange_texts_are_kept_and_shown_as_they_are(upload, signed, case):
    content, name = STRANGE[case]
    checked = confirmed(signed, upload({"a.csv": content}))
    report = applied(signed, checked)
    assert customers() == {name}
    text = report.content.decode()
    assert "<script>alert" not in text
    record = signed.get(reverse("web:customer", args=[Customer.objects.unscoped(WHY).get().pk]))
    assert record.status_code == 200
    assert "<script>alert" not in record.content.decode()


@pytest.mark.parametrize(
    "value", ["甲\t乙", "甲\n乙", "\ufeff甲乙", "甲\ufeff乙", "甲\u202e乙", "甲\x00乙"],
    ids=["tab", "newline", "mark before", "mark inside", "direction mark", "nul"],
)  # fmt: skip
def test_invisible_characters_never_make_a_second_customer_or_a_fault(upload, signed, value):
    checked = confirmed(signed, upload({"a.csv": f'{HEAD}K1,"{value}",长沙\n'}))
    applied(signed, checked)
    again = confirmed(signed, upload({"a.csv": f'{HEAD}K1,"{value}",长沙\n'}))
    assert sum(row.new + row.changed for row in again.context["counts"]) == 0
    assert all("\x00" not in name for name in customers())


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.csv", "..\\..\\boot.csv", "/abs/olute.csv", "a" * 300 + ".csv",
             "客户<b>.csv", "con.csv", "很" * 200 + "长.csv"],
)  # fmt: skip
def test_names_of_files_lead_nowhere(upload, signed, name):
    wrong = HEAD + "K1,甲公司,长沙\n,,长沙\n"
    checked = confirmed(signed, upload({name: wrong}))
    job = ImportJob.objects.get()
    assert "/" not in job.files[0]["name"]
    assert "\\" not in job.files[0]["name"]
    inside = {path.resolve() for path in folder_of(job.pk).rglob("*")}
    assert all(imports_root().resolve() in path.parents for path in inside)
    assert "客户<b>" not in checked.content.decode()
    for download in checked.context["downloads"]:
        answer = signed.get(download["url"])
        assert answer.status_code == 200
        answer.close()


def test_control_characters_in_names_do_not_reach_headers(signed, admin):
    wrong = io.BytesIO((HEAD + ",,长沙\n").encode())
    name = "a\r\nSet-Cookie: x=1\u202e.csv"
    job = import_create(by=admin, uploads=[Upload(name, wrong)], now="2026-11-23T02:00:00Z")
    signed.post(reverse("web:import_check", args=[job.pk]), follow=True)
    assert job.files[0]["name"] == "a  Set-Cookie: x=1 .csv"
    answer = signed.get(reverse("web:import_rejected", args=[job.pk]), {"file": "0"})
    assert answer.status_code == 200
    answer.close()


def test_a_file_that_was_uploaded_but_never_read_can_be_begun_again(signed, admin):
    job = import_create(
        by=admin, uploads=[Upload("a.csv", io.BytesIO((HEAD + "K1,甲公司,\n").encode()))],
        now="2026-11-23T02:00:00Z",
    )  # fmt: skip
    gone = 2**22 + 1  # beyond the largest process id
    ticket_write(Ticket(tasks.import_ticket(job.pk), tasks.READ, State.RUNNING, pid=gone))
    assert tasks.recover() == 1
    for name in ("import", "import_files", "import_mapping"):
        page = signed.get(reverse(f"web:{name}", args=[job.pk]), follow=True)
        assert page.status_code == 200, name
    page = signed.get(reverse("web:import", args=[job.pk]))
    assert page.context["problem"]["message"]
    begun = signed.post(reverse("web:import_check", args=[job.pk]), follow=True)
    assert begun.status_code == 200
    job.refresh_from_db()
    assert job.status == "staged"


def test_an_import_whose_files_never_arrived_is_listed_and_discarded(signed, admin):
    """The web process was killed between opening the import and keeping its files."""
    job = ImportJob.objects.create(title="…", by=admin, created_at="2026-11-23T02:00:00Z")
    assert signed.get(reverse("web:imports")).status_code == 200
    for name in ("import", "import_files", "import_mapping"):
        assert signed.get(reverse(f"web:{name}", args=[job.pk]), follow=True).status_code == 200
    signed.post(reverse("web:import_check", args=[job.pk]), follow=True)
    signed.post(reverse("web:import_discard", args=[job.pk]))
    assert not ImportJob.objects.exists()


def test_two_people_press_write(upload, signed, client, make_user):
    checked = confirmed(signed, upload({"a.csv": HEAD + "K1,甲公司,长沙\n"}))
    job = ImportJob.objects.get()
    applied(signed, checked)
    client.force_login(make_user("analyst"))
    late = client.post(
        reverse("web:import_apply", args=[job.pk]), {"version": job.version}, follow=True
    )
    assert late.status_code == 200
    assert customers() == {"甲公司"}


def test_an_import_checked_while_another_was_written_shows_its_new_numbers(upload, signed):
    late = confirmed(signed, upload({"a.csv": HEAD + "K1,甲公司,长沙\n"}))
    applied(signed, confirmed(signed, upload({"b.csv": HEAD + "K1,甲公司,长沙\n"})))
    page = applied(signed, late)
    assert page.status_code in (200, 409)
    assert customers() == {"甲公司"}
    assert page.context["problem"]["message"]
    assert sum(row.new for row in page.context["counts"]) == 0
    done = applied(signed, page)
    assert done.context["job"].status == "applied"
