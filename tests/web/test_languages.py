"""Every page speaks one language: no Chinese in the English pages, no English in the Chinese ones.

What stands in the database is data and may be in any language; so may quoted examples, what is
marked as being in a language of its own, and decoration that nobody reads aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import translation
from tests.warehouse import company
from tests.warehouse.folder import data_folder
from tests.web.texts import HAN, Data, chinese_in, english_in, stored_words

from jishi.customers.enums import SizeClass, Stage
from jishi.customers.models import (
    AccountTeamMember,
    Contact,
    ContactPosition,
    Customer,
    CustomerType,
)
from jishi.foundation.models import AuditEntry, ExchangeRate, Team, User
from jishi.ingest.mapping.recipe import shipped_recipes
from jishi.ingest.models import ImportJob
from jishi.web.pages.customers.presenters.head import TABS


__all__ = ["data_folder"]

NOW = company.CLOCK + timedelta(days=1)
FILE = """\
购货单位,单据编号,签单日期,货物名称,数量,金额,订单状态
甲公司,A1,2026-03-01,控制柜,2,1000.50,已发货
乙公司,A2,昨天,控制柜,很多,全部,某种状态
,A3,2026-03-01,控制柜,1,10,
合计,,,,4,1010.50,
"""
COUNTIES = {"岳麓区"}  # they have no English names
OWN_NAMES = {"中文", "English"}  # languages are named in themselves
TERMS = {"Excel", "CSV", "JSON", "Tab", "utf-8", "utf-16", "gb18030", "big5"}


@pytest.fixture
def world(data_folder: Any, make_user: Callable[..., User]) -> User:
    """A company that was scored, with something on every page, and an import with rejected rows."""
    from jishi.scoring.services import run_score, schemes_setup

    AuditEntry.objects.all().delete()  # emptying the tables after another test left some
    who = company.customers(14)
    company.sell(who[:12], company.products(3), orders=40, minute=1)
    company.other_facts(who[:8], minute=2)
    team = Team.objects.create(name="华东")
    admin = make_user("admin", name="管理员甲", team=team)
    kind = CustomerType.objects.order_by("pk").first()
    Customer._base_manager.filter(pk=who[0].pk).update(
        owner=admin, customer_type=kind, industry="C34", region="430104", size_class=SizeClass.LARGE,
        stage=Stage.LONG_TERM, phone="021-55556666", email="a@example.com", needs="两周内交付",
    )  # fmt: skip
    AccountTeamMember._base_manager.create(
        customer=who[0], user=admin, role="solution_sales", started_on=date(2025, 1, 1)
    )
    contact = Contact._base_manager.create(
        name="王磊", birth_calendar="lunar", birth_month=8, birth_day=15, created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    ContactPosition._base_manager.create(
        contact=contact, customer=who[0], title="采购总监", buying_role="decider",
        stance="supporter", influence=4,
    )  # fmt: skip
    ExchangeRate.objects.create(currency="USD", valid_from=date(2025, 1, 1), rate_e8=700_000_000)
    schemes_setup(by=None, now=NOW)
    run_score(by=None, as_of=date(2025, 12, 31), now=NOW)
    return admin


def _signed_in(person: User, language: str) -> Client:
    User.objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    return client


def _addresses(patterns: list[Any], known: dict[str, int], space: str = "") -> Iterator[str]:
    """Of every page whose parameters are `known`."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _addresses(one.url_patterns, known, inner)
        elif one.name and set(one.pattern.converters) <= set(known):
            values = {name: known[name] for name in one.pattern.converters}
            yield reverse(space + one.name, kwargs=values)


def _pages(job: int) -> list[str]:
    customer = Customer._base_manager.get(code="C0000").pk
    record = reverse("web:customer", args=[customer])
    position = ContactPosition._base_manager.get(customer_id=customer)
    known = {
        "customer_id": customer,
        "contact_id": position.contact_id,
        "user_id": User.objects.latest("pk").pk,
        "team_id": Team.objects.latest("pk").pk,
        "job_id": job,
    }
    explain = reverse("web:explain")
    numbers = ("score", "rank", "spend", "growth", "margin_pct", "satisfaction", "silence")
    return [
        *_addresses(get_resolver().url_patterns, known),
        *(f"{record}?tab={tab}" for tab in TABS),
        *(f"{explain}?key={key}&customer={customer}" for key in numbers),
        *(f"{explain}?key={key}" for key in numbers),
        f"{reverse('web:customers')}?q=nothing-like-this",
        f"{reverse('web:palette')}?q=wl",
        f"{reverse('web:lab')}?scheme=rfm.1",
        f"{reverse('web:lab_scheme')}?scheme=annual_spend.1",
        "/no-such-page/",
    ]  # fmt: skip


def _checked(client: Client) -> int:
    """An import whose rows were all checked, some rejected."""
    sent = SimpleUploadedFile("sales.csv", FILE.encode())
    client.post(reverse("web:import_new"), {"uploads": [sent]})
    job = ImportJob.objects.latest("pk").pk
    offered = client.get(reverse("web:import", args=[job])).context
    post: dict[str, Any] = {"version": offered["job"].version, "currency": "CNY"}
    for form in offered["sheets"]:
        for column in form.columns:
            post[f"to.{column.name}"] = list(column.chosen)
            post[f"blank.{column.name}"] = column.blank_words
        post |= {constant.name: constant.value for constant in form.constants}
    client.post(reverse("web:import_mapping", args=[job]), post)
    assert ImportJob.objects.get(pk=job).status == "staged"
    return job


def _data() -> Data:
    from jishi.web import catalogue

    recipes = {title for one in shipped_recipes().values() for title in one.title.values()}
    recipes |= set(shipped_recipes())  # their keys
    samples = {str(row[0]) for row in catalogue._CUSTOMERS}
    cells = {cell for line in FILE.splitlines() for cell in line.split(",")}
    return Data(stored_words() | recipes | samples | cells | COUNTIES | OWN_NAMES | TERMS)


def _mixed(client: Client, pages: list[str], language: str) -> list[str]:
    look = chinese_in if language == "en" else english_in
    data, found, read = _data(), [], 0
    for page in pages:
        response = client.get(page)
        if response.status_code in {302, 405} or "html" not in response["Content-Type"]:
            continue
        read += 1
        found += [f"{page}: {text}" for text in look(response.content.decode(), data)]
    assert read > 40, "the pages were looked at"
    return sorted(set(found))


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_every_page_speaks_one_language(world: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from jishi.jobs.queue import queue

    monkeypatch.setattr(queue, "immediate", True)
    client = _signed_in(world, "zh-hans")
    pages = _pages(_checked(client))
    found = {
        "zh-hans": _mixed(client, pages, "zh-hans"),
        "en": _mixed(_signed_in(world, "en"), pages, "en"),
    }
    assert found == {"zh-hans": [], "en": []}


def test_what_counts_as_mixed() -> None:
    data = Data({"甲公司", "SO-1"})
    english = """<html lang="en"><a title="概览">Overview</a><b aria-hidden="true">战</b>
        <p>甲公司 pays late</p><p>A place such as “湖南长沙”</p><p>合计 of 12</p>
        <button lang="zh-CN">中文</button><script type="application/json">{"strings": {"a": "开"}}</script>"""
    assert chinese_in(english, data) == ["概览", "合计 of 12", "开"]
    chinese = """<html lang="zh-CN"><input placeholder="Type a name here"><p>订单 SO-1 待确认</p>
        <p>order</p><p>Excel 工作簿</p><p>mail@example.com</p><kbd>Ctrl</kbd><p>共 12 条 of all the rows</p>"""
    found = english_in(chinese, data)
    assert found == ["Type a name here", "order", "共 12 条 of all the rows"]


def test_every_table_and_column_of_the_audit_trail_has_a_chinese_name() -> None:
    from django.apps import apps

    from jishi.web.pages.settings.names import column_label, table_label
    from jishi.web.pages.settings.queries import audited_tables

    with translation.override("zh-hans"):
        tables = [
            model
            for model in apps.get_models(include_auto_created=True)
            if model._meta.db_table in audited_tables()
        ]
        nameless = [model._meta.label for model in tables if not HAN.search(table_label(model))]
        nameless += [
            f"{model._meta.label}.{field.name}"
            for model in tables
            for field in model._meta.concrete_fields
            if field.column not in {"id", "version"} and not HAN.search(column_label(field))
        ]
    assert len(tables) > 15
    assert nameless == []


def test_every_choice_has_a_chinese_word() -> None:
    from django.apps import apps

    terms = {"NPS", "CSAT", "CES", "English", "A", "B", "C"}
    with translation.override("zh-hans"):
        wordless = {
            f"{model._meta.label}.{field.name}: {label}"
            for model in apps.get_models()
            if model.__module__.startswith("jishi.")
            for field in model._meta.concrete_fields
            for code, label in field.flatchoices
            if code != label and str(label) not in terms and not HAN.search(str(label))
        }
    assert wordless == set()


HAN_LETTER = "[\u4e00-\u9fff]"
DATE = re.compile(r"\d{1,2}月(?:\d{1,2}日)?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|</?\w+>")
TYPOGRAPHY = {
    "half-width punctuation": re.compile(rf"{HAN_LETTER}[,;:!?()]|[,;:!?()]{HAN_LETTER}"),
    "no space between Chinese and Latin": re.compile(
        rf"{HAN_LETTER}[A-Za-z0-9]|[A-Za-z0-9]{HAN_LETTER}"
    ),
    "the polite form of you": re.compile("您"),
}


def _catalogue() -> list[tuple[str, str]]:
    from babel.messages.pofile import read_po

    with (Path(settings.LOCALE_PATHS[0]) / "zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        messages = [one for one in read_po(file) if one.id]
    pairs = []
    for one in messages:
        english = one.id if isinstance(one.id, str) else one.id[-1]
        chinese = one.string if isinstance(one.string, str) else (one.string or [""])[0]
        pairs.append((english, chinese))
    return pairs


def test_the_catalogue_follows_the_rules_of_writing() -> None:
    wrong = []
    for english, chinese in _catalogue():
        plain = PLACEHOLDER.sub("", DATE.sub("", chinese))
        wrong += [(rule, chinese) for rule, bad in TYPOGRAPHY.items() if bad.search(plain)]
        if HAN.search(re.sub("“[^”]*”", "", english)):
            wrong.append(("Chinese in an English string", english))
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(chinese)):
            wrong.append(("other placeholders", english))
    assert wrong == []
