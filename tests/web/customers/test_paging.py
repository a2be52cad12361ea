"""Pages of the customer table: forth and back, every row once, in any order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from tests.conftest import TODAY

from jishi.web.pages.customers.queries import listing
from jishi.web.pages.customers.queries.listing import Asked
from jishi.web.pages.customers.state import ListState, Place


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "sort", ["-spend", "margin_pct", "-margin_pct", "name", "-last_order", "needs"]
)
def test_pages_forth_and_back_show_every_row_once(make_customer, stand, admin, run, sort):
    dice = random.Random(7)
    for rank in range(1, 24):
        stand(
            make_customer(
                name=dice.choice("甲乙丙丁"), needs=dice.choice(["", "备件~", "整线改造" * 60])
            ),
            rank=rank,
            spend_e4=dice.choice([1, 2, 3]),
            margin_pct=dice.choice([None, 1.5, 2.5]),
            latest_order_on=dice.choice([None, TODAY, TODAY - timedelta(days=3)]),
        )
    asked = Asked(admin, ListState(view="all", sort=sort, size=100), TODAY, run.pk)
    whole = [row["customer_id"] for row in listing.page(asked).rows]
    assert len(whole) == 23

    def part(**place) -> listing.PageOfRows:
        return listing.page(
            Asked(admin, ListState(view="all", sort=sort, size=5, **place), TODAY, run.pk)
        )

    forth, pages, page = [], [], part()
    while True:
        forth += [row["customer_id"] for row in page.rows]
        pages.append([row["customer_id"] for row in page.rows])
        if not page.has_next:
            break
        after = Place.read(listing.place(asked, page.rows[-1]).write())
        page = part(after=after)
    assert forth == whole
    back = [[row["customer_id"] for row in page.rows]]
    while page.has_previous:
        before = Place.read(listing.place(asked, page.rows[0]).write())
        page = part(before=before)
        back.insert(0, [row["customer_id"] for row in page.rows])
    assert [pk for one in back for pk in one] == whole
    for customer_id in (whole[0], whole[11], whole[-1]):
        found = listing.neighbours(asked, customer_id, total=23)
        at = whole.index(customer_id)
        assert (found.position, found.total) == (at + 1, 23)
        assert found.previous_id == (whole[at - 1] if at else None)
        assert found.next_id == (whole[at + 1] if at < 22 else None)


@pytest.mark.parametrize("sort", ["score", "-spend", "margin_pct", "name"])
@pytest.mark.parametrize("view", ["all", "overdue"])
@pytest.mark.parametrize("pages", [2, 8])
def test_a_page_out_of_the_next_rows_is_the_page_out_of_all(
    make_customer, stand, admin, run, monkeypatch, sort, view, pages
):
    """Filtered tables are looked for in a short stretch of the index first: nobody may notice."""
    dice = random.Random(11)
    for rank in range(1, 60):
        stand(
            make_customer(
                name=dice.choice("甲乙丙丁"), industry=dice.choice(["C34", "C34", "I65"])
            ),
            rank=rank,
            spend_e4=dice.choice([1, 2, 3]),
            margin_pct=dice.choice([None, 1.5, 2.5]),
            overdue_e4=dice.choice([0, 10_000]),
        )
    monkeypatch.setattr(listing, "STRETCH_PAGES", pages)
    chosen = {"industry": ("C34",)}

    def part(**place) -> tuple[Asked, listing.PageOfRows]:
        asked = Asked(
            admin, ListState(view=view, sort=sort, size=4, chosen=chosen, **place), TODAY, run.pk
        )
        return asked, listing.page(asked)

    def walked() -> list[list[int]]:
        asked, page = part()
        forth = [page]
        while page.has_next:
            after = Place.read(listing.place(asked, page.rows[-1]).write())
            asked, page = part(after=after)
            forth.append(page)
        back = []
        while page.has_previous:
            before = Place.read(listing.place(asked, page.rows[0]).write())
            asked, page = part(before=before)
            back.append(page)
        return [[row["customer_id"] for row in one.rows] for one in [*forth, *back]]

    answers, among = [], listing._among_the_next

    def watched(*args, **kwargs):
        answers.append(among(*args, **kwargs))
        return answers[-1]

    monkeypatch.setattr(listing, "_among_the_next", watched)
    quickly = walked()
    assert any(answers) or pages == 2
    assert None in answers
    monkeypatch.setattr(listing, "_among_the_next", lambda *args, **kwargs: None)
    assert quickly == walked()
