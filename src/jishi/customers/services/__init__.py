"""Writes of the customer archive. Each is one business action: authorise, lock, check the version,
write, renew the search index."""

from jishi.customers.services.contacts import (
    contact_create,
    contact_position_add,
    contact_position_end,
    contact_position_update,
    contact_update,
)
from jishi.customers.services.customers import (
    GroupCycleError,
    customer_create,
    customer_parent_change,
    customer_update,
    is_group_seen,
)
from jishi.customers.services.teams import (
    UnfitOwnerError,
    customer_owner_change,
    customer_team_add,
    customer_team_end,
)
from jishi.customers.services.types import (
    customer_type_add,
    customer_type_for,
    customer_type_move,
    customer_type_update,
    customer_types_setup,
)


__all__ = [
    "GroupCycleError",
    "UnfitOwnerError",
    "contact_create",
    "contact_position_add",
    "contact_position_end",
    "contact_position_update",
    "contact_update",
    "customer_create",
    "customer_owner_change",
    "customer_parent_change",
    "customer_team_add",
    "customer_team_end",
    "customer_type_add",
    "customer_type_for",
    "customer_type_move",
    "customer_type_update",
    "customer_types_setup",
    "customer_update",
    "is_group_seen",
]
