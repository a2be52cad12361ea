"""What was found in the rows of an import: grouped, or each row of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jishi.ingest.enums import ImportStatus
from jishi.ingest.messages import issue_text
from jishi.ingest.queries import IssueGroup, RowIssue, import_issue_groups, import_issues
from jishi.ingest.staging.overtaken import CODE as CONFLICT
from jishi.web import formats
from jishi.web.components.parts import Choice, Pages, query_with
from jishi.web.wording import listed


if TYPE_CHECKING:
    from django.http import QueryDict

    from jishi.ingest.models import ImportJob
    from jishi.web.permissions import PageRequest

ISSUES_ON_A_PAGE = 50

Shown = dict[str, Any]


def issue_list(request: PageRequest, job: ImportJob, summary: dict[str, Any]) -> Shown:
    """The context of the list: equal findings of several rows as one line, and where one kind is chosen
    every row of it."""
    kinds: dict[str, int] = {}
    # What is to be chosen has a table of its own.
    apart = CONFLICT if job.status == ImportStatus.STAGED else ""
    for one in summary.get("issue_counts", []):
        if one["code"] == apart:
            continue
        kinds[one["code"]] = kinds.get(one["code"], 0) + int(one["count"])
    params = request.GET
    chosen = params.get("kind", "")
    chosen = chosen if chosen in kinds else ""
    groups = [] if chosen else [g for g in import_issue_groups(job) if g.issue.code != apart]
    total = kinds[chosen] if chosen else len(groups)
    number = params.get("page", "")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 9 else 1
    page = min(page, max(1, -(-total // ISSUES_ON_A_PAGE)))
    start = (page - 1) * ISSUES_ON_A_PAGE
    if chosen:
        rows = import_issues(job, start=start, limit=ISSUES_ON_A_PAGE, code=chosen)
        found = [_row(one) for one in rows]
    else:
        found = [_group(one, params) for one in groups[start : start + ISSUES_ON_A_PAGE]]

    def url(to: int) -> str:
        return f"{query_with(params, page=to)}#issues"

    return {
        "issue_kinds": _choices(kinds, chosen, params),
        "issues_asked": bool(chosen or number),
        "issues": found,
        "issue_pages": Pages(
            first=start + 1 if total else 0,
            last=start + len(found),
            total=total,
            previous_url=url(page - 1) if page > 1 else "",
            next_url=url(page + 1) if start + ISSUES_ON_A_PAGE < total else "",
        ),
    }


def _choices(kinds: dict[str, int], chosen: str, params: QueryDict) -> list[Choice]:
    if not kinds:
        return []
    every = f"{query_with(params, kind=None, page=None)}#issues"
    return [
        Choice(_("All"), every, sum(kinds.values()), active=not chosen),
        *(
            Choice(
                _first_sentence(issue_text(code)), _kind_url(code, params), count,
                active=code == chosen,
            )
            for code, count in sorted(kinds.items(), key=lambda pair: -pair[1])
        ),
    ]  # fmt: skip


def _kind_url(code: str, params: QueryDict) -> str:
    return f"{query_with(params, kind=code, page=None)}#issues"


def _row(one: RowIssue) -> Shown:
    return {
        "file": f"{one.file} · {one.sheet}" if one.sheet else one.file,
        "line": one.line,
        "rows": 1,
        "column": f"{one.letter} {one.heading}".strip(),
        "value": one.value,
        "message": one.text,
        "is_warning": one.severity != "error",
    }


def _group(group: IssueGroup, params: QueryDict) -> Shown:
    shown = _row(group.issue)
    if group.rows == 1:
        return shown
    lines = listed(str(line) for line in group.lines)
    more = " …" if group.rows > len(group.lines) else ""
    values = listed(group.values[:3])
    return {
        **shown,
        "rows": group.rows,
        "lines": ngettext("%(n)s row: %(lines)s", "%(n)s rows: %(lines)s", group.rows)
        % {"n": formats.number(group.rows), "lines": lines + more},
        "rows_url": _kind_url(group.issue.code, params),
        "value": values + (" …" if len(group.values) > 3 else ""),
    }


def _first_sentence(text: str) -> str:
    for mark in ("。", ". ", "：", "; "):
        text = text.partition(mark)[0]
    return text.rstrip(".")
