"""The tree of groups and subsidiaries (集团与子公司), to any depth, in one recursive query."""

from __future__ import annotations

from django.db import connection


def would_be_cycle(customer_id: int, parent_id: int | None) -> bool:
    """Whether putting the customer under `parent_id` would close a circle."""
    if parent_id is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id) AS (
                SELECT id FROM customers_customer WHERE id = %s
                UNION
                SELECT c.parent_id FROM customers_customer c JOIN above a ON c.id = a.id
                WHERE c.parent_id IS NOT NULL
            )
            SELECT 1 FROM above WHERE id = %s
            """,
            [parent_id, customer_id],
        )
        return cursor.fetchone() is not None


def ancestor_ids(customer_id: int) -> list[int]:
    """Ids above a customer, the direct parent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id, height) AS (
                SELECT parent_id, 1 FROM customers_customer WHERE id = %s
                UNION
                SELECT c.parent_id, a.height + 1 FROM customers_customer c JOIN above a ON c.id = a.id
            )
            SELECT id FROM above WHERE id IS NOT NULL ORDER BY height
            """,
            [customer_id],
        )
        return [found for (found,) in cursor.fetchall()]


def subtree_ids(root_id: int) -> dict[int, int]:
    """Ids of a customer and everything below it → depth, 0 for itself; nearer ones first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below(id, depth) AS (
                SELECT id, 0 FROM customers_customer WHERE id = %s
                UNION
                SELECT c.id, b.depth + 1 FROM customers_customer c JOIN below b ON c.parent_id = b.id
            )
            SELECT id, depth FROM below ORDER BY depth, id
            """,
            [root_id],
        )
        return dict(cursor.fetchall())
