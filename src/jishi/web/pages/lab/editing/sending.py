"""The scheme that a form sends, row by row."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import QueryDict

from jishi.web.pages.lab.editing.draft import (
    CUTS,
    DIRECTIONS,
    FORMS,
    KINDS,
    MOST_DIMENSIONS,
    MOST_ITEMS,
    MOST_STEPS,
    MOST_TIERS,
    POLICIES,
    SELECTIONS,
    DimensionLine,
    ItemLine,
    SchemeDraft,
    StepLine,
    TierLine,
)


def from_post(sent: QueryDict) -> SchemeDraft:
    """What was sent, however odd; `checks` says what is wrong with it."""

    def text(name: str, otherwise: str = "") -> str:
        return str(sent.get(name, otherwise)).replace("\0", "")[:400]

    def one_of(name: str, known: tuple[str, ...], otherwise: str) -> str:
        value = text(name)
        return value if value in known else otherwise

    def item(at: str) -> ItemLine:
        return ItemLine(
            indicator=text(f"{at}.indicator"),
            weight=text(f"{at}.weight"),
            kind=one_of(f"{at}.kind", KINDS, "percentile"),
            low=text(f"{at}.low"),
            high=text(f"{at}.high"),
            direction=one_of(f"{at}.direction", DIRECTIONS, ""),
            missing=one_of(f"{at}.missing", POLICIES, ""),
            steps=[
                StepLine(text(f"{at}.s{s}.at"), text(f"{at}.s{s}.points"))
                for s in _rows(sent, f"{at}.s", ".at", MOST_STEPS)
            ],
        )

    return SchemeDraft(
        name_zh=text("name_zh"),
        name_en=text("name_en"),
        about_zh=text("about_zh"),
        about_en=text("about_en"),
        note=text("note"),
        as_new="as_new" in sent,
        whole_history=text("period") == "all",
        months=text("months"),
        missing=one_of("missing", POLICIES, "renormalise"),
        coverage=text("coverage", "0"),
        selection=one_of("selection", SELECTIONS, "top_pct"),
        selection_value=text("selection_value"),
        dimensions=[
            DimensionLine(
                key=text(f"d{d}.key"),
                zh=text(f"d{d}.zh"),
                en=text(f"d{d}.en"),
                weight=text(f"d{d}.weight"),
                items=[
                    item(f"d{d}.i{i}") for i in _rows(sent, f"d{d}.i", ".indicator", MOST_ITEMS)
                ],
            )
            for d in _rows(sent, "d", ".key", MOST_DIMENSIONS)
        ],
        tiers=[
            TierLine(
                key=text(f"t{t}.key"),
                zh=text(f"t{t}.zh"),
                en=text(f"t{t}.en"),
                seal=text(f"t{t}.seal"),
                form=one_of(f"t{t}.form", FORMS, "outline"),
                is_key=f"t{t}.is_key" in sent,
                cut=one_of(f"t{t}.cut", CUTS, "share"),
                value=text(f"t{t}.value"),
                indicator=text(f"t{t}.indicator"),
            )
            for t in _rows(sent, "t", ".key", MOST_TIERS)
        ],
    )


def _rows(sent: QueryDict, before: str, after: str, most: int) -> Iterator[int]:
    """The numbers of the rows that were sent, from 0 without gaps."""
    for row in range(most):
        if f"{before}{row}{after}" not in sent:
            return
        yield row
