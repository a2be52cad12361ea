"""Every code that parsing and checking may answer with, as words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.recipe import RecipeError


NO_ROOM = _(
    "There is no room left on the server's disk. Nothing was written. Make room and try again."
)

# --- about files -------------------------------------------------------------------------------
REFUSALS: dict[str, str | Promise] = {
    "empty_file": _("The file is empty."),
    "file_too_large": _("The file is larger than %(limit_mb)s MB. Split it, or save it as CSV and pack it."),
    "unsupported_type": _("Files of this kind (%(kind)s) cannot be read. Save it as .xlsx or .csv."),
    "web_page_as_table": _("This is a web page under the name of a table. Open it in Excel and save it as .xlsx."),
    "damaged_workbook": _("The workbook is damaged or incomplete. Open it in Excel, save it anew and try again."),
    "not_a_workbook": _("This package is not a workbook. Save the table as .xlsx or .csv."),
    "password_protected": _("The workbook is protected by a password. Remove the password and try again."),
    "too_many_parts": _("The workbook consists of more than %(limit)s parts and was not opened."),
    "unpacks_too_large": _("The file would unpack to %(unpacked_mb)s MB, far too much for its size. It was not opened."),
    "document_type_in_workbook": _("The workbook carries a document type definition, which spreadsheets never need. It was not opened."),
    "damaged_gzip": _("The packed file is damaged or incomplete."),
    "no_sheets": _("The workbook has no sheet."),
    "no_rows": _("There is no row with content in the file."),
    "too_many_columns": _("The table has more columns than can be read."),
    "not_text": _("This is not a text file in any known encoding."),
    "unknown_encoding": _("There is no encoding named %(encoding)s."),
    "encoding_does_not_fit": _("The file is not written in %(encoding)s: line %(line)s cannot be read that way."),
    "quote_never_closed": _("A quotation mark opened on line %(line)s is never closed. Correct that line, or read the file without quotation marks."),
    "cell_too_long": _("A cell holds more than %(limit)s characters. Usually a quotation mark is missing before it."),
    "too_costly": _("Reading the file would take more memory or time than a table of its size may need. Copy the cells into a new workbook and try again."),
    "disk_full": NO_ROOM,
    "crashed": _("The file could not be read; it is probably damaged. Open it in Excel, save it anew and try again."),
    "encoding_unclear": _("The encoding of the text is unclear. Choose the sample that reads right."),
    "decimal_unclear": _("Is the point or the comma the decimal mark in column “%(column)s” of %(file)s?"),
    "date_order_unclear": _("Does the day or the month come first in column “%(column)s” of %(file)s?"),
    "tax_unclear": _("Column “%(column)s” of %(file)s holds amounts with tax; sales are counted before tax. Which rate of tax is to be taken out?"),
    "discount_unclear": _("Amounts are worked out as quantity × unit price − discount. What does column “%(column)s” of %(file)s hold?"),
    "heads_unclear": _("Rows of %(file)s hold products and amounts, but no order: “%(column)s” is blank. Do they belong to the order above them?"),
    "no_such_column": _("%(file)s has no column “%(column)s”, which the mapping names."),
    "lookups_in_a_circle": _("The recipe looks up in a circle: %(names)s."),
    "no_files_of_recipe": _("None of the files belongs to this recipe."),
    "file_missing": _("The recipe needs a file like %(file)s."),
    "file_twice": _("Several files fit %(file)s: %(names)s. Import them one by one."),
    "sheet_missing": _("%(file)s has no sheet named “%(sheet)s”."),
    "nothing_mapped": _("No column was recognised. Assign at least the customer's name or code."),
    "currency_needs_rate": _("Amounts are in %(currency)s, but all figures are kept in %(base)s. Enter an exchange rate for %(currency)s first, or choose the currency of the file."),
}  # fmt: skip

# --- about parsing, in passing -----------------------------------------------------------------
NOTES: dict[str, str | Promise] = {
    "irregular_quotes": _("Quotation marks are used irregularly; cells were read as they stand."),
    "repeated_headings": _("Headings that occur more than once were numbered: %(names)s."),
    "short_rows": _("%(count)s rows have fewer cells than headings; the missing ones count as empty."),
    "nul_characters": _("%(count)s cells hold a NUL character, shown as ␀."),
    "merged_cells": _("%(count)s merged areas: their text counts for every row they cover, amounts do not."),
    "sheet_refused": _("The sheet “%(name)s” could not be read."),
}  # fmt: skip

# --- about recipes ------------------------------------------------------------------------------
RECIPE_PROBLEMS: dict[str, str | Promise] = {
    "not_utf8": _("The file is not a text in UTF-8."),
    "not_yaml": _("The file is not YAML: line %(line)s cannot be read (%(why)s)."),
    "not_a_recipe": _("The file holds no recipe. A recipe has key, title, sources and steps."),
    "too_long": _("The file is longer than %(limit)s bytes."),
    "missing": _("is missing"),
    "extra_forbidden": _("is no part of a recipe; check its spelling"),
    "string_pattern_mismatch": _("is not written as it must be: %(pattern)s"),
    "string_type": _("must be a text"),
    "string_too_long": _("must not be longer than %(max_length)s characters"),
    "literal_error": _("must be one of %(expected)s"),
    "dict_type": _("must be names with values"),
    "list_type": _("must be a list"),
    "model_type": _("must be names with values"),
    "bool_parsing": _("must be true or false"),
    "bool_type": _("must be true or false"),
    "int_parsing": _("must be a whole number"),
    "int_type": _("must be a whole number"),
    "one_kind": _("give exactly one of %(names)s; found: %(given)s"),
    "one_test": _("give exactly one of %(names)s"),
    "no_entity": _("there is nothing named “%(name)s”; known: %(known)s"),
    "no_field": _("%(entity)s has no field “%(name)s”; known: %(known)s"),
    "no_lookup": _("%(entity)s: there is no lookup named “%(name)s”"),
    "no_source": _("%(entity)s: there is no source named “%(name)s”"),
    "no_steps": _("a recipe needs at least one step"),
}  # fmt: skip

# --- about rows --------------------------------------------------------------------------------
ISSUES: dict[str, str | Promise] = {
    "required": _("This must be filled."),
    "field_unmapped": _("No column gives this, which every new row needs: %(detail)s. Assign it to a column."),
    "no_head": _("Something that every order needs is assigned to no column."),
    "too_long": _("Longer than %(detail)s characters. Shorten it."),
    "too_small": _("Outside the allowed range %(detail)s."),
    "too_large": _("Outside the allowed range %(detail)s."),
    "nul_in_text": _("Holds a NUL character (␀). Delete it."),
    "not_money": _("Not an amount. Write digits, such as 1234.50."),
    "not_quantity": _("Not a quantity. Write digits."),
    "not_hours": _("Not a number of hours. Write digits, such as 1.5."),
    "not_score": _("Not a score. Write digits."),
    "not_percent": _("Not a whole number from 0 to 100. Write 85 or 85%."),
    "not_rate": _("Not a rate of tax. Write 13%, 13 or 0.13."),
    "rounds_to_zero": _("Less than 0.001, which is the smallest that is kept. Write it in a smaller unit."),
    "not_integer": _("Not a whole number."),
    "not_date": _("Not a date that can be read without doubt. Write 2026-11-23."),
    "not_birthday": _("Not a birthday. Write 1980-08-15 or 08-15."),
    "not_flag": _("Write yes or no."),
    "not_choice": _("Unknown word. Known: %(detail)s."),
    "not_currency": _("Not a currency. Write CNY, USD …"),
    "bad_credit_code": _("Not a unified social credit code: the check digit does not fit. Left blank."),
    "bad_email": _("Not an e-mail address. Left blank."),
    "bad_contact_email": _("Not an e-mail address. Left blank."),
    "bad_country": _("No country of this name or two letters. Left blank."),
    "bad_region": _("No such region. Left blank."),
    "bad_industry": _("No such industry. Left blank."),
    "bad_tags": _("One of the tags is longer than 40 characters. Left blank."),
    "merged_number": _("A number in a merged cell: how much of it belongs to which row is unclear. Unmerge and write each row's number."),
    "number_rounded": _("A number of more than 15 digits, which Excel has already rounded. Format the column as text and enter it again."),
    "extra_cells": _("The row has more cells than there are headings. Usually a delimiter inside a cell is not quoted."),
    "total_row": _("A row of totals; left out."),
    "lookup_ambiguous": _("Several rows of “%(detail)s” fit this."),
    "lookup_missing": _("No row of “%(detail)s” fits this."),
    "no_customer": _("The row names no customer."),
    "no_product": _("The row names no product."),
    "values_differ": _("Rows about %(detail)s disagree; this value, the most frequent one, was taken."),
    "order_of_two_customers": _("Rows of this order name different customers."),
    "order_of_two_currencies": _("Rows of this order are in different currencies. Give those of each currency an order number of their own."),
    "order_partly_cancelled": _("Some rows of this order are cancelled, others are not. Take the cancelled ones out of the file, or give them an order number of their own."),
    "number_used_twice": _("Two different rows carry this number."),
    "no_amount": _("The amount cannot be worked out from this row."),
    "is_return": _("The row says that goods came back, so it is no sale. Import it in a table of returns, or with a negative amount."),
    "order_total_repeated": _("All rows of this order have the same amount, and its heading means that of the whole order: it would count several times. Give the amount of each row, or keep one row."),
    "other_currency": _("The amount is written in another currency than the file's. Add a column for the currency, or choose it for the file."),
    "amount_differs": _("The amount is not what quantity, unit price and discount come to. That is %(detail)s; the amount of the column was taken."),
    "orders_without_lines": _("Orders without any line: %(orders)s. Nothing of them counts as sales."),
    "no_rate_yet": _("Amounts in %(currency)s of %(first)s to %(last)s (rows: %(n)s) come in, but no figure counts them: the first exchange rate is of %(known)s. Enter one that is valid from %(first)s in the settings of the company."),
    "money_left_out": _("Quantities and amounts of this file do not come in. It has no column for the date of the order: %(detail)s."),
    "in_future": _("A day that has not come yet. It counts only from then on; correct it if it is mistyped."),
    "shortened_number": _("Excel has shortened this number, and its last digits are lost. Format the column as text and export it again."),
    "repeated_row": _("The same row stands in the file before; counted once."),
    "customer_name_ambiguous": _("Several customers have this name. Add the customer code."),
    "customer_alike": _("This may be %(detail)s, who is here already or in an earlier row. If so, write that name or code in its place."),
    "customer_unknown": _("There is no such customer, neither here nor in the file."),
    "product_unknown": _("There is no such product, neither here nor in the file."),
    "order_unknown": _("There is no such order, neither here nor in the file."),
    "order_rejected": _("The head of its order was rejected: %(detail)s"),
    "user_unknown": _("Nobody of us who may own customers has this name. Left without owner."),
    "group_unknown": _("There is no such group. Left without group."),
    "group_circle": _(
        "This group would stand below its own subsidiary. The customer stays in the group it was in."
    ),
    "credit_code_taken": _("Another customer has this credit code. Left blank."),
    "changed_since_export": _(
        "Somebody else changed this too after the table was exported. What stands here stays, unless the file's value is chosen."
    ),
    "group_changed_since_export": _(
        "Somebody else moved this customer to another group after the table was exported. It stays there."
    ),
}  # fmt: skip


def refusal_text(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Why a file was refused, or what is asked, in the reader's language."""
    return _filled(REFUSALS.get(code, REFUSALS["crashed"]), params or {})


def recipe_problem_texts(error: RecipeError) -> list[str]:
    """What is wrong with a recipe and where, in the reader's language."""
    pattern = _("%(place)s: %(what)s")
    told = []
    for problem in error.problems:
        text = RECIPE_PROBLEMS.get(problem.code)
        what = problem.text if text is None else _filled(text, problem.params)
        told.append(
            str(pattern) % {"place": problem.place, "what": what} if problem.place else what
        )
    return told


def note_text(code: str, params: Mapping[str, Any] | None = None) -> str:
    shown = dict(params or {})
    if isinstance(shown.get("names"), list):
        comma = pgettext("between the items of a list", ", ")
        shown["names"] = comma.join(shown["names"])
    return _filled(NOTES[code], shown)


def issue_text(code: str, detail: str | None = None) -> str:
    """What is wrong with a cell and what to do, in the reader's language."""
    if code == "field_unmapped" and detail:
        entity, _dot, field = detail.partition(".")
        detail = gettext(ENTITIES[entity].field(field).label)
    if code == "order_rejected":
        detail = issue_text(detail or "customer_unknown")
    if code == "no_rate_yet":
        return no_rate_yet_text(detail) if detail else str(_("Days before the first exchange rate"))
    if code == "orders_without_lines":
        return orders_without_lines_text(detail) if detail else str(_("Orders without any line"))
    return _filled(ISSUES[code], {"detail": detail or ""})


# --- about imports as a whole ------------------------------------------------------------------
REMARKS: dict[str, str | Promise] = {
    "tax_subtracted": _("%(file)s: amounts were worked out as the amount with tax less the tax (rows: %(n)s)."),
    "tax_taken_out": _("%(file)s: tax of %(rate)s %% was taken out of the amounts (rows: %(n)s)."),
    "tax_of_row": _("%(file)s: the tax was taken out of each amount by the rate of its own row (rows: %(n)s)."),
    "tax_kept": _("%(file)s: amounts hold tax and were taken as they are (rows: %(n)s)."),
    "says_tax": _("%(file)s: the amounts of “%(column)s” were taken as they are, although it seems to hold tax."),
    "multiplied": _("%(file)s: the numbers of “%(column)s” were multiplied by %(factor)s, as its heading says."),
    "divided": _("%(file)s: the numbers of “%(column)s” were divided by %(factor)s, as its heading says."),
}  # fmt: skip


def remark_text(code: str, **params: str) -> str:
    """How the amounts of a file came about, in the reader's language."""
    return _filled(REMARKS[code], params)


LACKING: dict[str, str | Promise] = {
    "amount": _("No column gives the amount or the unit price."),
    "quantity": _("No column gives the quantity."),
    "all": _("No column gives the amount, or the quantity and the unit price."),
}


def orders_without_lines_text(detail: str) -> str:
    """`detail` is the number of orders and what their file lacks, such as 326|amount."""
    orders, _bar, lacking = detail.partition("|")
    text = _filled(ISSUES["orders_without_lines"], {"orders": orders or "0"})
    separator = "" if text.endswith("。") else " "
    return f"{text}{separator}{LACKING[lacking]}" if lacking in LACKING else text


def no_rate_yet_text(detail: str) -> str:
    """`detail` is the currency, the rows, their first and last day and that of the first rate, such as
    USD|37|2019-12-01|2019-12-30|2020-01-01."""
    names = ("currency", "n", "first", "last", "known")
    return _filled(ISSUES["no_rate_yet"], dict(zip(names, detail.split("|"), strict=True)))


def _filled(text: str | Promise, params: Mapping[str, Any]) -> str:
    words = str(text)
    return words % params if "%(" in words else words
