"""What the parts take: plain records a view fills and a template tag draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from jishi.web import formats


# The shapes a tier's seal may take; the character inside is the scheme's.
SEAL_FORMS = ("solid", "outline", "circle", "dashed", "double", "disc")

# Tones of badges and timeline marks: two colours of attention, the rest is calm.
TONES = ("", "over", "due", "soon", "done", "guess")


def seal(char: str, form: str, label: str, *, size: str = "", show: bool = False) -> SafeString:
    """A tier as a seal. The label is read aloud, or shown beside it."""
    if form not in SEAL_FORMS:
        raise ValueError(f"A seal is one of {', '.join(SEAL_FORMS)}, not {form!r}.")
    return format_html(
        '<span class="seal seal-{}{}" aria-hidden="true">{}</span><span{}>{}</span>',
        form,
        f" {size}" if size else "",
        char[:1],
        SafeString("" if show else ' class="sr"'),
        label,
    )


def explain_url(key: str, *, customer: int | None = None, run: int | None = None) -> str:
    """Where the number `key` is explained, for one customer and one scoring run."""
    asked = {"key": key, "customer": customer, "run": run}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"{reverse('web:explain')}?{query}"


def explained(text: str, url: str) -> SafeString:
    """A number that explains itself: a plain link that scripts turn into a popover."""
    return format_html('<a class="why" href="{}" data-explain>{}</a>', url, text)


def amount_text(units_e4: int | None, lang: str, currency: str) -> SafeString:
    """An amount within words, short, that shows itself in full on hover."""
    text = formats.money(units_e4, lang, currency)
    if units_e4 is None:
        return SafeString(text)
    return format_html('<span title="{}">{}</span>', formats.money_full(units_e4, currency), text)


def worded(text: str, **words: str) -> SafeString:
    """A translated text with `%(name)s` filled in; markup among the words stays markup.

    >>> worded("%(who)s owes <%(amount)s>", who="A&B", amount=mark_safe("<b>1</b>"))
    'A&amp;B owes &lt;<b>1</b>&gt;'
    """
    filled = {name: conditional_escape(word) for name, word in words.items()}
    return mark_safe(escape(text) % filled)  # both sides are escaped


def badge(text: str, tone: str = "") -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone, text)


def direction(text: str, sign: float) -> SafeString:
    """A change with its arrow; the sign in the text says the same without colour."""
    kind = "up" if sign > 0 else "down" if sign < 0 else "level"
    return format_html('<span class="dir {}">{}</span>', kind, text)


def query_with(params: QueryDict, **changes: object) -> str:
    """The query string with some parameters changed, and others dropped by None; `?` included."""
    changed = params.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        elif isinstance(value, list | tuple):
            changed.setlist(name, [str(one) for one in value])
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"


@dataclass(frozen=True)
class Choice:
    """One option of a facet: a link that switches it on or off."""

    label: str
    url: str
    count: int | None = None
    active: bool = False


@dataclass(frozen=True)
class Facet:
    label: str
    choices: Sequence[Choice]

    @property
    def active(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.active]


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Moment:
    """Something on a timeline, and what can be done about it (`act`).

    Tone `alert` stands out, `quiet` steps back.
    """

    when: str
    title: str
    on: date | None = None
    url: str = ""
    detail: str = ""
    tone: str = ""
    badge: str = ""
    badge_tone: str = ""
    act: str = ""
    act_url: str = ""


@dataclass(frozen=True)
class Stage:
    """One cell of the life ribbon. State is past, now, fading or ahead."""

    label: str
    detail: str = ""
    state: str = "ahead"


@dataclass(frozen=True)
class Start:
    """One way to begin on an empty screen."""

    label: str
    url: str
    help: str = ""
    post: bool = False


@dataclass(frozen=True)
class Pages:
    """Where a list stands: rows `first` to `last` of `total`, and its neighbours."""

    first: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True)
class Progress:
    """Long work. While it runs, `poll_url` answers with this part again."""

    label: str
    done: int
    total: int
    finished: bool = False
    poll_url: str = ""
    cancel_url: str = ""
    result_url: str = ""
    result_label: str = ""

    @property
    def percent(self) -> int:
        return (
            100 if self.finished else min(100, self.done * 100 // self.total) if self.total else 0
        )


@dataclass(frozen=True)
class ExplainedInput:
    """One line below an explanation: what went in, and where it can be seen."""

    label: str
    value: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """What the popover behind a number says."""

    title: str
    value: str
    formula: str = ""
    question: str = ""
    inputs: Sequence[ExplainedInput] = ()
    as_of: str = ""
    source: str = ""
    advice: str = ""
    more_url: str = ""
    outdated: str = ""  # why it may say another number than the page one comes from


@dataclass(frozen=True)
class Hit:
    """One line of the palette. The seal fields are empty for anything but customers."""

    label: str
    url: str
    hint: str = ""
    seal_char: str = ""
    seal_form: str = ""
    seal_label: str = ""


@dataclass(frozen=True)
class HitGroup:
    label: str
    hits: Sequence[Hit] = field(default_factory=tuple)
