"""The tree of teams."""

from __future__ import annotations

from django.db import connection


def users_in_subtree(team_id: int | None) -> set[int]:
    """Ids of the users in a team and in all teams below it. Empty without a team."""
    if team_id is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below(id) AS (
                SELECT id FROM foundation_team WHERE id = %s
                UNION
                SELECT t.id FROM foundation_team t JOIN below b ON t.parent_id = b.id
            )
            SELECT u.id FROM foundation_user u JOIN below b ON u.team_id = b.id
            """,
            [team_id],
        )
        return {user_id for (user_id,) in cursor.fetchall()}


def would_be_cycle(team_id: int, parent_id: int | None) -> bool:
    """Whether putting `team_id` under `parent_id` would close a circle."""
    if parent_id is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id) AS (
                SELECT id FROM foundation_team WHERE id = %s
                UNION
                SELECT t.parent_id FROM foundation_team t JOIN above a ON t.id = a.id
                WHERE t.parent_id IS NOT NULL
            )
            SELECT 1 FROM above WHERE id = %s
            """,
            [parent_id, team_id],
        )
        return cursor.fetchone() is not None
