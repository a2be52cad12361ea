"""The company's own list of customer types."""

from __future__ import annotations

from jishi.customers.models import CustomerType


def customer_type_names(language: str) -> dict[str, str]:
    """Key → name in the reader's language, in the company's order."""
    english = language.startswith("en")
    kinds = CustomerType.objects.order_by("position", "pk")
    return {kind.key: (english and kind.name_en) or kind.name for kind in kinds}
