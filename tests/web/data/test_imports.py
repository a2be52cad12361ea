"""The import wizard from upload to report, with real files through the real children."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.support import shared_data

from jishi.customers.models import Customer
from jishi.facts.models import OrderLine
from jishi.foundation.models import ExchangeRate
from jishi.ingest.models import ImportJob, SavedRecipe
from jishi.jobs import tasks
from jishi.jobs.tickets import State, Ticket, ticket_of, ticket_queue, ticket_write


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]

SALES = (
    "客户名称,单号,订单日期,产品名称,数量,金额\n"
    "甲公司,A1,2026-03-01,控制柜,2,1000.50\n"
    "乙公司,A2,2026-03-02,机器人,1,2500\n"
)
EVERYBODY = "a test looks at everything"


def customers() -> set[str]:
    rows = Customer.objects.unscoped(EVERYBODY).order_by("pk")
    return set(rows.values_list("name", flat=True))


def lines_e4() -> int:
    rows = OrderLine.objects.unscoped(EVERYBODY).filter(superseded_at__isnull=True).order_by("pk")
    return sum(rows.values_list("amount_e4", flat=True))


def confirmed(client, response, **fields: str):
    """Send the mapping page as it was offered."""
    job = ImportJob.objects.get(pk=response.context["job"].pk)
    post: dict[str, object] = {"version": str(job.version), "currency": "CNY", **fields}
    for form in response.context["sheets"]:
        for column in form.columns:
            post[f"to.{column.name}"] = list(column.chosen)
            post[f"blank.{column.name}"] = column.blank_words
        for constant in form.constants:
            post[constant.name] = constant.value
    return client.post(reverse("web:import_mapping", args=[job.pk]), post, follow=True)


def applied(client, response):
    """Write what the result page shows."""
    job = ImportJob.objects.get(pk=response.context["job"].pk)
    url = reverse("web:import_apply", args=[job.pk])
    return client.post(url, {"version": job.version}, follow=True)


def undone(client, job_id: int):
    return client.post(reverse("web:import_undo", args=[job_id]), follow=True)


# --- the way through ---------------------------------------------------------------------------
def test_a_flat_file_goes_from_upload_to_report_and_back(upload, signed):
    page = upload({"sales.csv": SALES})
    assert page.templates[0].name == "data/mapping.html"
    assert customers() == set(), "nothing is written before it was seen"

    checked = confirmed(signed, page)
    assert checked.templates[0].name == "data/result.html"
    assert {row.label: row.new for row in checked.context["counts"]}
    assert customers() == set()

    report = applied(signed, checked)
    assert customers() == {"甲公司", "乙公司"}
    assert lines_e4() == 35_005_000
    assert report.context["undo_url"]

    job = ImportJob.objects.get()
    back = undone(signed, job.pk)
    assert lines_e4() == 0
    assert back.context["undo_url"] == ""
    visible = Customer.objects.unscoped(EVERYBODY).filter(is_archived=False)
    assert visible.count() == 0


def test_the_same_file_twice_changes_nothing(upload, signed):
    applied(signed, confirmed(signed, upload({"sales.csv": SALES})))
    again = confirmed(signed, upload({"sales.csv": SALES}))
    assert {(row.new, row.changed, row.rejected) for row in again.context["counts"]} == {(0, 0, 0)}
    assert lines_e4() == 35_005_000


def test_what_changes_is_shown_before_and_after_and_undo_restores_it(upload, signed):
    first = "客户编码,客户名称,公司电话\nC1,甲公司,021-55556666\n"
    applied(signed, confirmed(signed, upload({"a.csv": first})))
    second = first.replace("021-55556666", "021-77778888")
    checked = confirmed(signed, upload({"b.csv": second}))
    (block,) = checked.context["changes"]
    assert [(row.before, row.after) for row in block.rows] == [("021-55556666", "021-77778888")]
    report = applied(signed, checked)
    customer = Customer.objects.unscoped(EVERYBODY).get(code="C1")
    assert customer.phone == "021-77778888"
    undone(signed, report.context["job"].pk)
    customer.refresh_from_db()
    assert customer.phone == "021-55556666"


def test_rejected_rows_say_where_what_and_how(upload, signed):
    wrong = SALES + "丙公司,A3,昨天,阀,1,很多钱\n"
    wrong += "".join(
        f"乙公司,B{n},2026-03-02,阀,{'一箱' if n % 2 else '两箱'},1\n" for n in range(14)
    )
    checked = confirmed(signed, upload({"sales.csv": wrong}))
    (alike,) = (issue for issue in checked.context["issues"] if issue["rows"] > 1)
    assert alike["lines"] == "14 行：5、6、7、8、9、10、11、12、13、14、15、16 …"
    assert set(alike["value"].split("、")) == {"一箱", "两箱"}
    assert "文件共有 17 行。其中 15 行有内容被拒绝。" in checked.content.decode()
    issues = [issue for issue in checked.context["issues"] if issue["line"] == 4]
    places = {(issue["column"].split()[-1], issue["value"]) for issue in issues}
    assert ("金额", "很多钱") in places
    assert ("订单日期", "昨天") in places
    assert all(issue["message"] for issue in issues)
    applied(signed, checked)
    assert lines_e4() == 35_005_000, "the good rows are written"

    (download,) = checked.context["downloads"]
    marked = signed.get(download["url"])
    text = b"".join(marked.streaming_content).decode("utf-8-sig")
    assert "很多钱" in text
    assert issues[0]["message"] in text, "each rejected row carries its reason"
    assert signed.get(download["url"].replace("file=0", "file=7")).status_code == 404

    kind = next(choice for choice in checked.context["issue_kinds"] if not choice.active)
    narrowed = signed.get(
        reverse("web:import", args=[checked.context["job"].pk]) + kind.url.split("#")[0]
    )
    assert narrowed.context["issue_pages"].total == kind.count
    assert {issue["rows"] for issue in narrowed.context["issues"]} == {1}


def test_a_gb18030_file_is_read_and_can_be_read_otherwise(upload, signed):
    page = upload({"sales.csv": SALES.encode("gb18030")})
    assert page.context["sheets"][0].sheet.headings[0] == "客户名称"
    job = ImportJob.objects.get()
    files = signed.get(reverse("web:import_files", args=[job.pk]))
    assert "gb18030" in files.content.decode()
    reread = signed.post(
        reverse("web:import_files", args=[job.pk]),
        {
            "version": job.version,
            "f0-encoding": "gb18030",
            "f0-delimiter": ";",
            "f0-header_row": "",
        },
        follow=True,
    )
    assert len(reread.context["sheets"][0].sheet.headings) == 1, (
        "cut by semicolons it is one column"
    )


def test_headings_in_another_row_are_found_and_can_be_set(upload, signed):
    page = upload({"sales.csv": f"华东大区 2026 年销售\n\n{SALES}"})
    assert page.context["sheets"][0].sheet.headings[1] == "单号"
    job = ImportJob.objects.get()
    reread = signed.post(
        reverse("web:import_files", args=[job.pk]),
        {"version": job.version, "f0-encoding": "", "f0-delimiter": "", "f0-header_row": "4"},
        follow=True,
    )
    assert reread.context["sheets"][0].sheet.headings[0] == "甲公司"


def test_an_unclear_date_is_asked_and_the_answer_is_used(upload, signed):
    unclear = SALES.replace("2026-03-01", "03/04/2026").replace("2026-03-02", "05/04/2026")
    asked = confirmed(signed, upload({"sales.csv": unclear}))
    assert asked.templates[0].name == "data/files.html"
    (question,) = asked.context["questions"]
    assert {choice["value"] for choice in question["choices"]} == {"dmy", "mdy"}
    job = ImportJob.objects.get()
    url = reverse("web:import_answer", args=[job.pk])
    refused = signed.post(url, {"version": job.version, question["name"]: "ymd"})
    assert refused.status_code == 422
    checked = signed.post(url, {"version": job.version, question["name"]: "dmy"}, follow=True)
    applied(signed, checked)
    rows = OrderLine.objects.unscoped(EVERYBODY).order_by("occurred_on")
    assert [str(day) for day in rows.values_list("occurred_on", flat=True)] == [
        "2026-04-03", "2026-04-05",
    ]  # fmt: skip


def test_a_foreign_currency_needs_a_rate_and_says_so(upload, signed):
    applied(signed, confirmed(signed, upload({"a.csv": SALES})))
    foreign = confirmed(signed, upload({"b.csv": SALES.replace("A1", "B1")}), currency="EUR")
    assert "EUR" in foreign.context["problem"]["message"]
    ExchangeRate.objects.create(currency="EUR", valid_from="2026-01-01", rate_e8=780_000_000)
    job = ImportJob.objects.order_by("-pk")[0]
    checked = signed.post(reverse("web:import_check", args=[job.pk]), follow=True)
    assert checked.templates[0].name == "data/result.html"


def test_a_mapping_is_kept_and_offered_next_month(upload, signed):
    confirmed(signed, upload({"sales-2026-03.csv": SALES}), save_as="月度销售")
    saved = SavedRecipe.objects.get()
    assert saved.title == "月度销售"
    page = upload({"sales-2026-04.csv": SALES}, recipe=saved.key)
    assert page.templates[0].name == "data/result.html", "a recipe goes straight to the check"


def test_the_template_workbook_comes_back_in_as_it_is(upload, signed):
    response = signed.get(reverse("web:import_template"))
    workbook = b"".join(response.streaming_content)
    assert workbook.startswith(b"PK")
    page = upload({"大客户关系管理表.xlsx": workbook}, recipe="template")
    assert page.templates[0].name == "data/result.html", page.context["problem"]
    assert sum(row.rejected for row in page.context["counts"]) == 0


def test_an_unreadable_file_is_refused_with_a_reason(upload):
    page = upload({"sales.xlsx": b"PK\x03\x04 not a workbook"})
    assert page.context["problem"]["message"]
    assert ImportJob.objects.get().status == "failed"


def test_a_file_without_known_headings_can_be_mapped_by_hand(upload, signed):
    page = upload({"odd.csv": "k1,k2\nC9,甲公司\n"})
    assert page.templates[0].name == "data/mapping.html"
    job = ImportJob.objects.get()
    sheet = page.context["sheets"][0].sheet
    post = {
        "version": job.version, "currency": "CNY",
        f"to.{sheet.key}.0": "customers.code", f"to.{sheet.key}.1": "customers.name",
    }  # fmt: skip
    checked = signed.post(reverse("web:import_mapping", args=[job.pk]), post, follow=True)
    applied(signed, checked)
    assert Customer.objects.unscoped(EVERYBODY).get(code="C9").name == "甲公司"


def test_a_mapping_that_assigns_nothing_is_refused(upload, signed):
    page = upload({"odd.csv": "k1,k2\nC9,甲公司\n"})
    job = page.context["job"]
    refused = signed.post(
        reverse("web:import_mapping", args=[job.pk]), {"version": job.version, "currency": ""}
    )
    assert refused.status_code == 422
    assert refused.context["errors"]


@pytest.mark.slow
@pytest.mark.postgres  # on SQLite tests/browser/test_adventureworks_import.py does it
def test_adventureworks_by_recipe(upload, signed):
    folder = shared_data("adventureworks")
    names = [
        "dw/DimReseller.csv", "dw/DimGeography.csv", "dw/DimProduct.csv.gz",
        "dw/DimProductSubcategory.csv", "dw/DimProductCategory.csv", "dw/FactResellerSales.csv.gz",
        "lt/Customer.csv",
    ]  # fmt: skip
    files = {name.split("/")[-1]: (folder / name).read_bytes() for name in names}
    checked = upload(files, recipe="adventureworks")
    applied(signed, checked)
    assert lines_e4() == 804_505_969_823
    assert len(customers()) > 690


# --- what may go wrong -------------------------------------------------------------------------
def test_nothing_to_read_and_too_many_files_are_refused(upload, signed):
    assert upload({}).status_code == 422
    many = {f"{n}.csv": "a,b\n1,2\n" for n in range(41)}
    assert upload(many).status_code == 422
    assert ImportJob.objects.count() == 0


def test_applying_what_was_checked_anew_meanwhile_asks_to_look_again(upload, signed):
    checked = confirmed(signed, upload({"sales.csv": SALES}))
    job = checked.context["job"]
    url = reverse("web:import_apply", args=[job.pk])
    stale = signed.post(url, {"version": job.version - 1})
    assert stale.status_code == 409
    assert customers() == set()


def test_applying_twice_writes_once(upload, signed):
    checked = confirmed(signed, upload({"sales.csv": SALES}))
    applied(signed, checked)
    applied(signed, checked)
    tasks.ask_import_apply(checked.context["job"].pk, checked.context["job"].by_id)
    assert lines_e4() == 35_005_000


def test_undoing_twice_takes_back_once(upload, signed):
    report = applied(signed, confirmed(signed, upload({"sales.csv": SALES})))
    job = report.context["job"]
    undone(signed, job.pk)
    undone(signed, job.pk)
    tasks.ask_import_undo(job.pk, job.by_id)
    assert ImportJob.objects.get(pk=job.pk).status == "undone"


def test_discarding_forgets_the_import_and_its_files(upload, signed, settings):
    checked = confirmed(signed, upload({"sales.csv": SALES}))
    job_id = checked.context["job"].pk
    folder = settings.DATA_DIR / "imports" / str(job_id)
    assert folder.exists()
    signed.post(reverse("web:import_discard", args=[job_id]))
    assert not folder.exists()
    assert ImportJob.objects.count() == 0


def test_a_written_import_cannot_be_discarded(upload, signed):
    report = applied(signed, confirmed(signed, upload({"sales.csv": SALES})))
    signed.post(reverse("web:import_discard", args=[report.context["job"].pk]))
    assert ImportJob.objects.count() == 1


def test_a_job_that_waits_shows_its_progress_and_can_be_cancelled(upload, signed):
    checked = confirmed(signed, upload({"sales.csv": SALES}))
    job_id = checked.context["job"].pk
    ticket_queue(tasks.import_ticket(job_id), tasks.APPLY)
    page = signed.get(reverse("web:import", args=[job_id]))
    assert page.templates[0].name == "data/progress.html"
    part = signed.get(reverse("web:import_progress", args=[job_id]), headers={"HX-Request": "true"})
    assert "<progress" in part.content.decode()
    signed.post(reverse("web:import_cancel", args=[job_id]))
    assert ticket_of(tasks.import_ticket(job_id)).state is State.CANCELLED
    tasks.import_apply.call_local(job_id, checked.context["job"].by_id)
    assert customers() == set(), "a cancelled job does nothing when its turn comes"
    after = signed.get(
        reverse("web:import_progress", args=[job_id]), headers={"HX-Request": "true"}
    )
    assert after["HX-Redirect"] == reverse("web:import", args=[job_id])


def test_a_job_whose_process_died_is_told_and_can_be_begun_again(upload, signed):
    checked = confirmed(signed, upload({"sales.csv": SALES}))
    job_id = checked.context["job"].pk
    gone = 2**22 + 1  # beyond the largest process id
    ticket_write(Ticket(tasks.import_ticket(job_id), tasks.APPLY, State.RUNNING, pid=gone))
    assert tasks.recover() == 1
    page = signed.get(reverse("web:import", args=[job_id]))
    assert page.templates[0].name == "data/result.html"
    assert page.context["problem"]["message"]
    applied(signed, page)
    assert customers() == {"甲公司", "乙公司"}


# --- who ---------------------------------------------------------------------------------------
def test_analysts_import_but_do_not_take_back(upload, signed, client, make_user):
    report = applied(signed, confirmed(signed, upload({"sales.csv": SALES})))
    job = report.context["job"]
    client.force_login(make_user("analyst"))
    page = client.get(reverse("web:import", args=[job.pk]))
    assert page.context["undo_url"] == ""
    assert client.post(reverse("web:import_undo", args=[job.pk])).status_code == 403
    assert lines_e4() == 35_005_000


def test_others_see_nothing_of_imports(client, make_user):
    client.force_login(make_user("key_account_manager"))
    for name in ("imports", "imports_quality", "import_new", "import_template"):
        assert client.get(reverse(f"web:{name}")).status_code == 403


def test_the_list_tells_what_each_import_did(upload, signed):
    applied(signed, confirmed(signed, upload({"sales.csv": SALES})))
    (row,) = signed.get(reverse("web:imports")).context["rows"]
    assert (row.title, row.tone, row.rejected) == ("sales.csv", "done", 0)
    assert row.new >= 6
    assert row.undo_url
