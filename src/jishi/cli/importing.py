"""`jishi import`."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from jishi.cli.common import RefusedError, ready
from jishi.cli.output import print_json, print_table


ISSUES_SHOWN = 20
NO_QUOTES = "none"
COUNTED = ("new", "changed", "unchanged", "rejected")


class DecimalMark(StrEnum):
    POINT = "."
    COMMA = ","


class DateOrder(StrEnum):
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class Discount(StrEnum):
    AMOUNT = "amount"
    SHARE = "share"
    PAID = "paid"


class Heads(StrEnum):
    ABOVE = "above"
    APART = "apart"


def _tax_rate(tax: str) -> str:
    if tax and not re.fullmatch(r"as_is|\d{1,2}(\.\d{1,2})?", tax):
        raise typer.BadParameter(f"a percentage such as 13, or as_is; not {tax!r}")
    return tax


def _one_mark(quote: str) -> str:
    if len(quote) > 1 and quote != NO_QUOTES:
        raise typer.BadParameter(f"one character, or {NO_QUOTES}; not {quote!r}")
    return quote


def register(app: typer.Typer) -> None:
    app.command("import")(import_files)


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", exists=True)],
    recipe: Annotated[str, typer.Option(help="Key of a recipe (see `jishi recipes`).")] = "",
    as_entity: Annotated[
        str, typer.Option("--as", help="What one row is, such as customers or order_lines.")
    ] = "",
    mapping: Annotated[
        Path | None, typer.Option(help="A recipe of your own, as YAML.", exists=True)
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO code of the amounts.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of text files, such as gb18030.")] = "",
    delimiter: Annotated[
        str, typer.Option(help="What stands between the cells of text files; \\t for a tab.")
    ] = "",
    quote: Annotated[
        str,
        typer.Option(
            help="What stands around the cells of text files, or none.", callback=_one_mark
        ),
    ] = "",
    decimal: Annotated[DecimalMark | None, typer.Option(help="Decimal mark of text files.")] = None,
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="What comes first in dates that end with the year."),
    ] = None,
    tax: Annotated[
        str,
        typer.Option(
            help="Per cent of tax to take out of amounts with tax, or as_is.", callback=_tax_rate
        ),
    ] = "",
    discount: Annotated[
        Discount | None,
        typer.Option(help="What a discount beside a unit price is: money, share off, share paid."),
    ] = None,
    heads: Annotated[
        Heads | None,
        typer.Option(help="Whether rows that name no order belong to the one above them."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only, write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring customers, orders and contacts in. Every row is checked before anything is written."""
    ready()
    from django.utils import timezone

    from jishi.ingest.mapping.catalogue import ENTITIES
    from jishi.ingest.services.applying import import_apply
    from jishi.ingest.services.uploading import import_create, import_discard, uploads_of_paths

    if as_entity and as_entity not in ENTITIES:
        raise RefusedError(f"No row is {as_entity!r}. Use one of: {', '.join(ENTITIES)}.")
    now = timezone.now()
    job = import_create(
        by=None,
        uploads=uploads_of_paths(paths),
        now=now,
        recipe_key=recipe,
        options=_given(
            entity=as_entity,
            currency=currency.upper(),
            decimal=decimal or "",
            date_order=date_order or "",
            tax=tax,
            discount=discount or "",
            heads=heads or "",
        ),
    )
    _set_dialect(job, encoding, delimiter, quote)
    job = _checked(job, mapping)
    if dry_run:
        report = _report(job, applied=False)
        import_discard(by=None, job_id=job.pk)
    else:
        with _progress(job.pk):
            job = import_apply(by=None, job_id=job.pk, now=now)
        report = _report(job, applied=True)
    if as_json:
        print_json(report)
    else:
        _print_report(report)


def _given(**options: str) -> dict[str, str]:
    return {name: str(value) for name, value in options.items() if value}


def _set_dialect(job: Any, encoding: str, delimiter: str, quote: str) -> None:
    """Read every file as told; what a recipe says of single files is thereby overruled."""
    dialect: dict[str, str | None] = {
        **_given(encoding=encoding, delimiter=delimiter.replace("\\t", "\t"))
    }
    if quote:
        dialect["quote"] = None if quote == NO_QUOTES else quote
    if dialect:
        job.options = {**job.options, "files": {file["name"]: dialect for file in job.files}}
        job.save(update_fields=["options"])


def _checked(job: Any, mapping: Path | None) -> Any:
    """The import, staged; or refused with everything that stands in the way, and forgotten."""
    from jishi.ingest.mapping.recipe import recipe_from_file
    from jishi.ingest.messages import refusal_text
    from jishi.ingest.services.checking import import_check, import_map
    from jishi.ingest.services.uploading import import_discard

    try:
        if mapping is not None:
            body = recipe_from_file(mapping).model_dump(mode="json")
            job = import_map(by=None, job_id=job.pk, version=job.version, recipe=body)
        with _progress(job.pk):
            job = import_check(by=None, job_id=job.pk)
        if job.status == "staged":
            return job
        if job.status == "unclear":
            raise RefusedError("\n".join(_question_texts(job)))
        problem = job.problem or {"code": "nothing_mapped"}
        where = f"{problem['file']}: " if problem.get("file") else ""
        raise RefusedError(where + refusal_text(problem["code"], problem.get("params")))
    except Exception:
        import_discard(by=None, job_id=job.pk)
        raise


def _question_texts(job: Any) -> Iterator[str]:
    from jishi.ingest.messages import refusal_text

    for question in job.questions:
        place = " ".join(filter(None, (question["file"], question["column"])))
        choices = ", ".join(str(choice["value"]) for choice in question["choices"])
        yield f"{place}: {refusal_text(question['code'], question)} [{choices}]"
    yield (
        "Say which with --encoding, --decimal, --date-order, --tax, --discount or --heads, or in a mapping"
        " file (--mapping)."
    )


def _report(job: Any, *, applied: bool) -> dict[str, Any]:
    from jishi.ingest.queries import import_summary
    from jishi.ingest.remarks import import_remarks

    summary = import_summary(job)
    return {
        "status": job.status,
        "dry_run": not applied,
        "batch": job.batch_id,
        "files": [file["name"] for file in job.files],
        "currency": summary.get("currency", ""),
        "adopted_currency": summary.get("adopts_currency") or None,
        "entities": {
            name: {key: counts.get(key, 0) for key in COUNTED} | _amounts(counts)
            for name, counts in job.counts.items()
        },
        "unmapped_columns": summary.get("unmapped_columns", []),
        "unused_files": summary.get("unused_files", []),
        "notes": [vars(remark) for remark in import_remarks(job)],
        "issues": [
            {
                "code": one.code, "severity": one.severity, "file": one.file, "sheet": one.sheet, "line": one.line,
                "column": one.heading, "value": one.value, "message": one.text, "rows": group.rows,
                "lines": group.lines,
            }
            for group in _issues_worst_first(job)
            for one in (group.issue,)
        ],
    }  # fmt: skip


def _issues_worst_first(job: Any) -> list[Any]:
    """What is wrong with files as a whole, what is rejected first, then the first remarks; what is the
    same in several rows once."""
    from jishi.ingest.queries import import_issue_groups
    from jishi.ingest.remarks import ABOUT_FILES

    groups = import_issue_groups(job)
    about_files = [group for group in groups if group.issue.code in ABOUT_FILES]
    others = [group for group in groups if group.issue.code not in ABOUT_FILES]
    return about_files + others[:ISSUES_SHOWN]


def _amounts(counts: dict[str, Any]) -> dict[str, Any]:
    """The sums of the amounts that the files hold and that were accepted, exact; where they are in several
    currencies, those accepted of each as well."""
    from jishi.foundation.money import from_e4

    names = {"read_e4": "amount_in_files", "accepted_e4": "amount_accepted"}
    sums = {shown: str(from_e4(counts[key])) for key, shown in names.items() if key in counts}
    each = counts.get("accepted_by_currency", {})
    return sums | (
        {"amounts_accepted": {currency: str(from_e4(some)) for currency, some in each.items()}}
        if each
        else {}
    )


def _accepted(counts: dict[str, Any]) -> str:
    each = counts.get("amounts_accepted", {})
    return " + ".join(f"{some} {currency}" for currency, some in each.items()) or str(
        counts.get("amount_accepted", "")
    )


def _print_report(report: dict[str, Any]) -> None:
    from jishi.ingest.remarks import ABOUT_FILES

    print_table(
        [("", "left"), *((name, "right") for name in COUNTED), ("amount accepted", "right")],
        [
            [entity, *(f"{counts[key]:,}" for key in COUNTED), _accepted(counts)]
            for entity, counts in report["entities"].items()
        ],
    )
    for one in report["issues"]:
        cell = f":{one['line']} {one['column']} {one['value']!r}"
        is_about_file = one["code"] in ABOUT_FILES
        typer.echo(f"{one['file']}{'' if is_about_file else cell}: {one['message']}{_also(one)}")
    for remark in report["notes"]:
        typer.echo(remark["text"])
    for table in report["unmapped_columns"]:
        place = f"{table['file']} · {table['sheet']}" if table["sheet"] else table["file"]
        typer.echo(f"{place}: not imported: {', '.join(table['columns'])}")
    if report["unused_files"]:
        typer.echo(f"Not used: {', '.join(report['unused_files'])}")
    if report["adopted_currency"]:
        typer.echo(f"All figures are kept in {report['adopted_currency']} from now on.")
    if report["dry_run"]:
        typer.echo("Checked only; nothing was written.")
    else:
        typer.echo(
            f"Written as batch {report['batch']}. `jishi batches undo {report['batch']}` takes it back."
        )


def _also(issue: dict[str, Any]) -> str:
    """In which rows the same was found."""
    if issue["rows"] < 2:
        return ""
    lines = ", ".join(f"{line}" for line in issue["lines"])
    more = " …" if issue["rows"] > len(issue["lines"]) else ""
    return f" ({issue['rows']:,} rows: {lines}{more})"


@contextmanager
def _progress(job_id: int) -> Iterator[None]:
    """A moving line for people; nothing where the output goes to a program."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    from jishi.ingest.folders import progress_read

    finished = threading.Event()
    with Console(stderr=True).status("…") as status:

        def follow() -> None:
            while not finished.wait(0.2):
                seen = progress_read(job_id)
                status.update(
                    f"{seen.get('phase', '')} {seen.get('done', 0):,}/{seen.get('total', 0):,}"
                )

        threading.Thread(target=follow, daemon=True).start()
        try:
            yield
        finally:
            finished.set()
