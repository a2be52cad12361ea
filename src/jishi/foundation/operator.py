"""Whoever sits at the server's own command line: sees everything, and is nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass

from jishi.foundation.enums import Permission, Role, Scope


@dataclass(frozen=True)
class Operator:
    """Reads like an administrator. Writes from the command line pass `by=None` instead."""

    pk: None = None
    role: Role = Role.ADMIN
    scope: Scope = Scope.ALL
    is_active: bool = True
    team_id: None = None

    def may(self, permission: Permission) -> bool:
        return True


OPERATOR = Operator()
