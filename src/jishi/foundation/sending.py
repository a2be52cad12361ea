"""A form that comes twice, by a double click or a lost answer, is carried out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from jishi.foundation.models import SentForm


KEPT = timedelta(days=2)


class SentBeforeError(Exception):
    """The form was carried out already; `made_id` is the row that it made, if any."""

    def __init__(self, made_id: int | None) -> None:
        self.made_id = made_id
        super().__init__(made_id)


def once(token: str, act: Callable[[], Any], *, now: datetime) -> Any:
    """What `act` returns. It and the note that it was done are one transaction: a second one waits for
    the first, and acts itself if that fails.

    Args:
        token: of the form; one that has none is carried out as often as it comes.
        act: a service.
        now: the moment of the act.

    Raises:
        SentBeforeError; and what `act` raises.
    """
    if not token:
        return act()
    with transaction.atomic():
        try:
            with transaction.atomic():
                sent = SentForm.objects.create(token=token, sent_at=now)
        except IntegrityError:
            raise SentBeforeError(SentForm.objects.get(token=token).made_id) from None
        made = act()
        sent.made_id = getattr(made, "pk", None)
        sent.save(update_fields=["made_id"])
        SentForm.objects.filter(sent_at__lt=now - KEPT).delete()
    return made
