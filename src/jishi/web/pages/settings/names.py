"""What tables and columns that no form shows are called where the audit trail lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _


if TYPE_CHECKING:
    from django.db.models import Model
    from django.utils.functional import _StrPromise

_TABLES: dict[str, _StrPromise] = {
    "customers_customer_tags": _("tag of a customer"),
    "foundation_batch": _("batch"),
    "foundation_exchangerate": _("exchange rate"),
    "ingest_beforeimage": _("row before an import"),
}
_COLUMNS: dict[str, _StrPromise] = {
    "after_version": _("version after the import"),
    "base_currency_is_set": _("currency is fixed"),
    "batch": _("batch"),
    "before": _("before the import"),
    "body": _("rules"),
    "by": _("user"),
    "contact": _("contact"),
    "counts": _("counts"),
    "created_at": _("added at"),
    "customer": _("customer"),
    "data_version": _("state of the data"),
    "digest": _("checksum"),
    "ended_at": _("ended at"),
    "ended_by": _("ended by"),
    "files": _("files"),
    "fitted": _("scales of the indicators"),
    "folder": _("folder"),
    "is_demo": _("from the demo company"),
    "is_published": _("published"),
    "key": _("key"),
    "keys": _("indicators"),
    "kind": _("kind"),
    "known_at": _("known at"),
    "label": _("label"),
    "options": _("options"),
    "order_ref": _("order"),
    "population": _("customers scored"),
    "position": _("place in the list"),
    "previous": _("run before"),
    "problem": _("problem"),
    "product": _("product"),
    "questions": _("questions"),
    "recipe": _("recipe"),
    "recorded_at": _("recorded at"),
    "referred": _("referred to us"),
    "row_pk": _("row number"),
    "scheme_version": _("scheme"),
    "summary": _("summary"),
    "superseded_at": _("replaced at"),
    "superseded_by": _("replaced by"),
    "table_name": _("table"),
    "tag": _("tag"),
    "undone_at": _("undone at"),
    "undone_by": _("undone by"),
    "user": _("user"),
}


def table_label(model: type[Model]) -> str:
    """What one row of a table is called."""
    return str(_TABLES.get(model._meta.db_table) or model._meta.verbose_name)


def column_label(field: Any) -> str:
    """What a column is called; Django names those that have no name of their own after the field."""
    plain = field.name.replace("_", " ")
    named = str(getattr(field, "verbose_name", plain))
    return str(_COLUMNS.get(field.name, plain)) if named == plain else named
