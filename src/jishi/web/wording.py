"""How pages put several words into one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import ngettext, pgettext


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob


def listed(words: Iterable[str]) -> str:
    """The words one after the other, with the reader's own comma between them."""
    return pgettext("between the items of a list", ", ").join(words)


def import_title(job: ImportJob) -> str:
    """What an import is called: its file, or the first of several."""
    names = [file["name"] for file in job.files]
    if len(names) < 2:
        return job.title
    return ngettext(
        "%(name)s and %(n)s more file", "%(name)s and %(n)s more files", len(names) - 1
    ) % {
        "name": names[0],
        "n": len(names) - 1,
    }
