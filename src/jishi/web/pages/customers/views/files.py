"""Tables as files to download."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.ingest.export import Column, export_csv_stream, export_table
from jishi.web.components.parts import query_with


if TYPE_CHECKING:
    from jishi.foundation.models import User


@dataclass(frozen=True)
class Export:
    label: str
    url: str


def exports(user: User, page: str, params: QueryDict) -> list[Export]:
    """The ways to take a table away, for whoever may; `page` is the name of the address that sends it."""
    if not user.may(Permission.CUSTOMER_EXPORT):
        return []
    address = reverse(page)
    labels = {"xlsx": _("Excel workbook"), "csv": _("CSV text")}
    return [
        Export(label, address + query_with(params, format=key)) for key, label in labels.items()
    ]


def sent(
    columns: Sequence[Column],
    cells: Iterable[Mapping[str, Any]],
    *,
    name: str,
    title: str,
    form: str,
) -> HttpResponseBase:
    """A workbook, or text when `form` is "csv"."""
    if form == "csv":
        return StreamingHttpResponse(
            export_csv_stream(columns, cells),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": _attachment(f"{name}.csv")},
        )
    with TemporaryDirectory() as folder:
        target = Path(folder) / "table.xlsx"
        export_table(columns, cells, target, "xlsx", title=title)
        book = target.read_bytes()
    return HttpResponse(
        book,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": _attachment(f"{name}.xlsx")},
    )


def _attachment(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
