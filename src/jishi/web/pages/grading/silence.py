"""What nobody has ever recorded, in words, and the way to bring it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.scoring.queries import indicator_texts
from jishi.scoring.vocabulary import record_message
from jishi.web import formats
from jishi.web.wording import listed


if TYPE_CHECKING:
    from jishi.foundation.models import User
    from jishi.scoring.laboratory import Unrecorded


def silence_texts(kinds: Iterable[str]) -> list[str]:
    """One sentence for each kind of fact that was never recorded."""
    return [_(record_message(kind)) for kind in dict.fromkeys(kinds)]


def silence_lines(found: Iterable[Unrecorded]) -> list[tuple[str, str]]:
    """Each sentence with the indicators that lack these facts, and what they weigh."""
    return [
        (
            _(record_message(one.kind)),
            _("unknown for everybody: %(indicators)s, %(share)s of the weight")
            % {
                "indicators": listed(_label(key) for key in one.indicators),
                "share": formats.percent(one.weight_pct),
            },
        )
        for one in found
    ]


def _label(key: str) -> str:
    label: str = indicator_texts(key)["label"]
    return _(label)


def way_in(user: User) -> str:
    """Where such facts are brought in; empty for those who may not."""
    return reverse("web:import_new") if user.may(Permission.IMPORT_RUN) else ""
