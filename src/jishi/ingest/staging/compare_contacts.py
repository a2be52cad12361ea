"""Checked rows about people against those that are stored: who is known, and where he works."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.people import PERSONAL
from jishi.ingest.staging import issues, sql
from jishi.ingest.staging.compare import resolve_customer, stored_fields


if TYPE_CHECKING:
    import duckdb


def compare_contacts(db: duckdb.DuckDBPyConnection, filled: list[str]) -> None:
    """`m_contacts`: one row per position. A person is known by code, else by name within the customer.

    A person new to us who stands at several customers has one `person` number in all his rows. Who
    has left a customer stays gone: files often name him for years.
    """
    db.execute(
        "DELETE FROM e_contacts WHERE position_id NOT IN (SELECT position_id FROM e_contacts QUALIFY"
        " row_number() OVER (PARTITION BY contact_id, customer_id ORDER BY has_left, position_id DESC)"
        " = 1)"
    )
    db.execute("CREATE TABLE j_contacts AS SELECT * FROM u_contacts")
    resolve_customer(db, "contacts", "j_contacts")
    _one_row_per_position(db)
    _known_people(db)
    db.execute(
        "CREATE TABLE j2 AS SELECT j.*, e.position_id, p.position_id AS any_position FROM j_contacts j"
        " LEFT JOIN e_contacts e ON e.contact_id = j.existing_id AND e.customer_id = j.customer_id"
        " LEFT JOIN (SELECT contact_id, min(position_id) AS position_id FROM e_contacts"
        " GROUP BY contact_id) p ON p.contact_id = j.existing_id"
    )
    finals, differs, changes = [], [], []
    for item in stored_fields(ENTITIES["contacts"], filled):
        column, given = item.column, f"u.{sql.name('v_' + item.name)}"
        stored = f"e.{sql.name(column)}"
        if item.name not in PERSONAL:  # what he is elsewhere says nothing of a new position
            stored = f"CASE WHEN u.position_id IS NOT NULL THEN {stored} END"
        finals.append(f"coalesce({given}, {stored}) AS {sql.name(column)}")
        differs.append(f"({given} IS NOT NULL AND {given} IS DISTINCT FROM {stored})")
        changes.append(
            f"CASE WHEN {differs[-1]} THEN {{'field': {sql.text(column)}, 'old': ({stored})::VARCHAR,"
            f" 'new': {given}::VARCHAR}} END"
        )
    db.execute(
        "CREATE TABLE m_contacts AS SELECT u.k, u.src, u.line, u.existing_id, u.position_id,"
        " u.customer_id, u.customer_id_seq, e.version, e.position_version,"
        " dense_rank() OVER (ORDER BY u.person) - 1 AS person,"
        " CASE WHEN u.existing_id IS NULL THEN 'new' WHEN u.position_id IS NULL THEN 'changed'"
        f" WHEN {' OR '.join(differs) or 'false'} THEN 'changed' ELSE 'unchanged' END AS action,"
        " row_number() OVER (PARTITION BY u.existing_id IS NULL ORDER BY u.k) - 1 AS seq,"
        f" {', '.join(finals)}, to_json(list_filter([{', '.join(changes)}], x -> x IS NOT NULL))"
        " AS changes FROM j2 u LEFT JOIN e_contacts e"
        " ON e.position_id = coalesce(u.position_id, u.any_position)"
    )


def _one_row_per_position(db: duckdb.DuckDBPyConnection) -> None:
    """The same customer named by code in one row and by name in another is one position."""
    db.execute("ALTER TABLE j_contacts ADD COLUMN person VARCHAR")
    db.execute(
        "UPDATE j_contacts SET person = coalesce('c:' || v_contact_code, coalesce('i:' || customer_id,"
        " 's:' || customer_id_seq) || '|' || v_contact_name)"
    )
    again = (
        "SELECT k FROM j_contacts QUALIFY row_number() OVER"
        " (PARTITION BY person, customer_id, customer_id_seq ORDER BY src, line, k) > 1"
    )
    db.execute(f"CREATE TABLE again_contacts AS {again}")
    issues.add(
        db, code="repeated_row", entity="contacts", field="contact_name", value="v_contact_name",
        severity=issues.WARNING,
        select="FROM j_contacts WHERE k IN (SELECT k FROM again_contacts)",
    )  # fmt: skip
    db.execute("DELETE FROM j_contacts WHERE k IN (SELECT k FROM again_contacts)")


def _known_people(db: duckdb.DuckDBPyConnection) -> None:
    """Whom of ours each row means: the same for all rows with one code."""
    db.execute("ALTER TABLE j_contacts ADD COLUMN existing_id BIGINT")
    db.execute(
        "UPDATE j_contacts SET existing_id = e.contact_id FROM (SELECT code, min(contact_id) AS"
        " contact_id FROM e_contacts WHERE coalesce(code, '') <> '' GROUP BY code) e"
        " WHERE e.code = v_contact_code"
    )
    db.execute(
        "UPDATE j_contacts SET existing_id = e.contact_id FROM (SELECT * FROM e_contacts QUALIFY"
        " row_number() OVER (PARTITION BY customer_id, name, coalesce(code, '') = ''"
        " ORDER BY has_left, contact_id) = 1) e"
        " WHERE existing_id IS NULL AND e.customer_id = j_contacts.customer_id"
        " AND e.name = v_contact_name AND (v_contact_code IS NULL OR coalesce(e.code, '') = '')"
    )
    db.execute(
        "UPDATE j_contacts SET existing_id = p.existing_id FROM (SELECT v_contact_code AS code,"
        " min(existing_id) AS existing_id FROM j_contacts WHERE v_contact_code IS NOT NULL"
        " GROUP BY v_contact_code) p WHERE p.code = v_contact_code"
    )
