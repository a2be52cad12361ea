"""Small pieces of SQL that every step shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.ingest.mapping.fields import (
    BIRTHDAY,
    DATE,
    FLAG,
    HOURS,
    INTEGER,
    MONEY,
    PERCENT,
    QUANTITY,
    RATE,
    SCORE,
)


if TYPE_CHECKING:
    from jishi.ingest.mapping.fields import Field

_BLANKS = " \t\r\n\u00a0\u3000\ufeff\u200b"
NUMERIC = {MONEY, QUANTITY, HOURS, SCORE, PERCENT, INTEGER, RATE}


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted string."""
    return "'" + value.replace("'", "''") + "'"


def cleaned(expression: str) -> str:
    """The cell without blanks around it; NULL when nothing is left."""
    return f"nullif(trim({expression}, {text(_BLANKS)}), '')"


def without_guard(expression: str) -> str:
    """Our CSV exports put an apostrophe before texts that a spreadsheet would take for formulas; others
    write ="00123", so that it keeps the zeros."""
    guarded = text("^'[=+@\\-\\t\\r\\n\\x00＝＋－＠␀]")
    return (
        f"CASE WHEN starts_with({expression}, '''') AND regexp_matches({expression}, {guarded})"
        f" THEN substr({expression}, 2) WHEN starts_with({expression}, '=\"')"
        f" THEN nullif(trim(regexp_replace({expression}, '^=\"([^\"]*)\"$', '\\1')), '')"
        f" ELSE {expression} END"
    )


def sql_type(field: Field) -> str:
    if field.kind in NUMERIC:
        return "BIGINT"
    return {DATE: "DATE", FLAG: "BOOLEAN", BIRTHDAY: "VARCHAR"}.get(field.kind, "VARCHAR")


def values_list(words: list[str]) -> str:
    return "(" + ", ".join(text(word) for word in words) + ")"


def limited_key(expression: str, limit: int = 120) -> str:
    """A key of at most `limit` characters; longer ones end in a digest of the whole."""
    head = limit - 34
    return (
        f"CASE WHEN length({expression}) <= {limit} THEN {expression}"
        f" ELSE left({expression}, {head}) || '~' || md5({expression}) END"
    )
