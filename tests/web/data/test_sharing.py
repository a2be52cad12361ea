"""The wizard shows how a file is read, and hands recipes out and takes them in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.web.data.test_imports import EVERYBODY, SALES, applied, confirmed, lines_e4

from jishi.facts.models import OrderLine
from jishi.ingest.mapping.recipe import recipe_from_yaml, recipe_to_yaml, shipped_recipes
from jishi.ingest.models import ImportJob, SavedRecipe


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]

EUROPEAN = (
    "客户名称;单号;订单日期;产品名称;数量;金额\n"
    "'甲; 公司';A1;03/04/2026;阀;1;1.234\n"
    "'乙公司';A2;05/04/2026;泵;1;2.000\n"
)
FIELDS = ("encoding", "delimiter", "quote", "header_row", "decimal", "date_order")


def files_form(client):
    """The first file's form, as the page of the second step shows it."""
    job = ImportJob.objects.order_by("-pk")[0]
    page = client.get(reverse("web:import_files", args=[job.pk]))
    return page, page.context["files"][0]["form"]


def found(form, name: str) -> str:
    return str(form.fields[name].choices[0][1])


def reread(client, **chosen: str):
    job = ImportJob.objects.order_by("-pk")[0]
    post = {"version": job.version, **{f"f0-{name}": chosen.get(name, "") for name in FIELDS}}
    return client.post(reverse("web:import_files", args=[job.pk]), post, follow=True)


# --- how a file is read ------------------------------------------------------------------------
def test_everything_found_about_a_text_file_is_shown(upload, signed):
    upload(
        {"sales.csv": SALES.replace("2026-03-01", "31/03/2026").replace("2026-03-02", "30/03/2026")}
    )
    page, form = files_form(signed)
    assert tuple(form.fields) == FIELDS
    shown = {name: found(form, name) for name in FIELDS if name != "header_row"}
    assert shown["encoding"].endswith("utf-8")
    assert shown["delimiter"].endswith("：,")
    assert shown["quote"].endswith('："')
    assert shown["decimal"].endswith("：1,234.56")
    assert shown["date_order"].endswith("31/12/2026")
    assert form.fields["header_row"].widget.attrs["placeholder"].endswith("：1")
    for name in FIELDS:
        assert f'name="f0-{name}"' in page.content.decode()


def test_what_is_unclear_is_said_and_can_be_settled_before_it_is_asked(upload, signed):
    upload({"sales.csv": EUROPEAN})
    _page, form = files_form(signed)
    assert found(form, "quote").endswith("：'")
    assert "询问" in found(form, "decimal")
    assert "询问" in found(form, "date_order")
    mapped = reread(signed, decimal=",", date_order="dmy")
    assert mapped.templates[0].name == "data/mapping.html"
    _page, form = files_form(signed)
    assert (form["decimal"].value(), form["date_order"].value()) == (",", "dmy")
    checked = confirmed(signed, mapped)
    assert checked.templates[0].name == "data/result.html", "nothing was left to ask"
    applied(signed, checked)
    assert lines_e4() == 32_340_000
    days = OrderLine.objects.unscoped(EVERYBODY).order_by("occurred_on")
    assert [f"{day}" for day in days.values_list("occurred_on", flat=True)] == [
        "2026-04-03", "2026-04-05",
    ]  # fmt: skip


def test_another_choice_changes_the_values(upload, signed):
    upload({"sales.csv": EUROPEAN})
    applied(signed, confirmed(signed, reread(signed, decimal=".", date_order="mdy")))
    assert lines_e4() == 12_340 + 20_000
    days = OrderLine.objects.unscoped(EVERYBODY).order_by("occurred_on")
    assert str(days[0].occurred_on) == "2026-03-04"


def test_the_mark_around_cells_can_be_changed(upload, signed):
    upload({"sales.csv": EUROPEAN})
    page = reread(signed, quote="none", delimiter=",")
    assert len(page.context["sheets"][0].sheet.headings) == 1
    _page, form = files_form(signed)
    assert form["quote"].value() == "none"
    assert ImportJob.objects.get().options["files"]["sales.csv"]["quote"] is None
    back = reread(signed)
    assert back.context["sheets"][0].columns[0].samples[0] == "甲; 公司"


def test_an_impossible_choice_is_refused(upload, signed):
    upload({"sales.csv": SALES})
    assert reread(signed, decimal="x").status_code == 422
    assert reread(signed, date_order="ymd").status_code == 422


def test_the_day_order_of_a_sheet_can_be_chosen(upload, signed, tmp_path):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "s.xlsx")
    sheet = book.add_worksheet("订单")
    for number, row in enumerate(SALES.replace("2026-03-01", "03/04/2026").splitlines()):
        sheet.write_row(number, 0, row.split(","))
    book.close()
    upload({"sales.xlsx": (tmp_path / "s.xlsx").read_bytes()})
    job = ImportJob.objects.get()
    page = signed.get(reverse("web:import_files", args=[job.pk]))
    form = page.context["files"][0]["sheets"][0]["form"]
    assert "询问" in found(form, "date_order")
    url = reverse("web:import_files", args=[job.pk])
    post = {"version": job.version, "f0s0-header_row": "", "f0s0-date_order": "mdy"}
    applied(signed, confirmed(signed, signed.post(url, post, follow=True)))
    days = OrderLine.objects.unscoped(EVERYBODY).order_by("occurred_on")
    assert str(days[1].occurred_on) == "2026-03-04"


# --- recipes out -------------------------------------------------------------------------------
def yaml_of(response):
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return recipe_from_yaml(response.content.decode())


@pytest.mark.parametrize("key", sorted(shipped_recipes()))
def test_every_recipe_in_the_list_downloads(signed, key):
    rows = {row["key"]: row for row in signed.get(reverse("web:imports_recipes")).context["rows"]}
    assert yaml_of(signed.get(rows[key]["file_url"])) == shipped_recipes()[key]
    assert rows[key]["remove_url"] == ""


def test_a_recipe_goes_from_one_installation_to_another(upload, signed):
    """Kept in the wizard, downloaded, forgotten, brought in again as a file: it reads the same."""
    upload({"sales-2026-03.csv": EUROPEAN})
    mapped = reread(signed, decimal=",", date_order="dmy")
    confirmed(signed, mapped, save_as="月度销售 Monthly")
    saved = SavedRecipe.objects.get()
    content = signed.get(reverse("web:import_recipe", args=[saved.key])).content
    recipe = recipe_from_yaml(content.decode())
    (source,) = recipe.sources.values()
    assert (source.file, source.dialect.decimal, source.dialect.date_order) == (
        "sales-*.csv", ",", "dmy",
    )  # fmt: skip
    signed.post(reverse("web:import_recipe_remove", args=[saved.key]))
    assert not SavedRecipe.objects.exists()

    checked = upload(
        {"sales-2026-04.csv": EUROPEAN}, recipe_file=SimpleUploadedFile("mine.yaml", content)
    )
    assert checked.templates[0].name == "data/result.html", "straight to the check, nothing asked"
    assert SavedRecipe.objects.get().key == recipe.key, "and it can be chosen next time"
    assert checked.context["job"].recipe_key == recipe.key
    applied(signed, checked)
    assert lines_e4() == 32_340_000


def test_the_mapping_on_the_page_downloads_as_it_stands(upload, signed):
    page = upload({"sales.csv": SALES})
    job = page.context["job"]
    url = reverse("web:import_mapping_recipe", args=[job.pk])
    (form,) = page.context["sheets"]
    post = {"version": job.version, "currency": "EUR", "save_as": "Sales",
            f"to.{form.columns[0].name}": "customers.name"}  # fmt: skip
    drawn = yaml_of(signed.post(url, post))
    assert [step.entity for step in drawn.steps] == ["customers"]
    assert (drawn.currency, drawn.title["en"]) == ("EUR", "Sales")
    assert drawn.key.startswith("sales-")
    assert len(yaml_of(signed.get(url)).steps) > 1, "the kept mapping is still the proposed one"
    assert not SavedRecipe.objects.exists()
    nothing = signed.post(url, {"version": job.version, "currency": ""})
    assert nothing.status_code == 422
    assert nothing.context["errors"]


# --- recipes in --------------------------------------------------------------------------------
def brought(client, content: str, **fields: str):
    file = SimpleUploadedFile("r.yaml", content.encode())
    return client.post(reverse("web:imports_recipes"), {"recipe_file": file, **fields}, follow=True)


def test_a_file_is_kept_and_replaces_only_when_told(signed):
    text = recipe_to_yaml(shipped_recipes()["northwind"]).replace("key: northwind", "key: mine")
    page = brought(signed, text)
    assert "mine" in {row["key"] for row in page.context["rows"]}
    other = text.replace("currency: USD", "currency: EUR")
    assert other != text
    refused = brought(signed, other)
    assert refused.status_code == 422
    assert "mine" in refused.content.decode()
    assert SavedRecipe.objects.get().body["currency"] == "USD"
    brought(signed, other, replace="on")
    assert SavedRecipe.objects.get().body["currency"] == "EUR"


def test_what_is_no_recipe_is_refused_in_words(upload, signed):
    for content, words in (
        ("key: [", "不是 YAML"),
        ("- a", "没有配方"),
        ("key: x\ntitle: {en: x}\nsources: {}\nsteps: []\n", "至少要有一个 step"),
    ):
        refused = brought(signed, content)
        assert refused.status_code == 422
        assert words in refused.content.decode()
        in_wizard = upload(
            {"a.csv": SALES}, recipe_file=SimpleUploadedFile("r.yaml", content.encode())
        )
        assert in_wizard.status_code == 422
        assert words in in_wizard.content.decode()
    assert not SavedRecipe.objects.exists()
    assert not ImportJob.objects.exists()


def test_a_recipe_is_chosen_or_brought_not_both(upload, signed):
    text = recipe_to_yaml(shipped_recipes()["northwind"])
    file = SimpleUploadedFile("r.yaml", text.encode())
    assert upload({"a.csv": SALES}, recipe="northwind", recipe_file=file).status_code == 422


def test_the_list_leads_to_the_wizard(signed):
    (row,) = [r for r in signed.get(reverse("web:imports_recipes")).context["rows"]
              if r["key"] == "northwind"]  # fmt: skip
    page = signed.get(row["use_url"])
    assert page.context["form"]["recipe"].value() == "northwind"
