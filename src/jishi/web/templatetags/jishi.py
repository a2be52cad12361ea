"""`{% load jishi %}`: every part a page is made of, and how numbers and dates read.

The catalogue page (`templates/web/catalogue.html`) uses every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.web import formats
from jishi.web.bundles import bundle_imports, bundle_url
from jishi.web.components import parts
from jishi.web.components.table import Life, Table, life_bar, render_table
from jishi.web.components.widths import column_menu
from jishi.web.shell import Shell, shell_of
from jishi.web.svg import cells
from jishi.web.svg.icons import icon as draw_icon
from jishi.web.svg.plot import Chart


register = template.Library()

Part = dict[str, Any]


def _lang() -> str:
    return get_language() or "zh-hans"


# --- the frame ---------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def asset(context: template.RequestContext, name: str) -> SafeString:
    """The link or script element of a built file: `{% asset "app.css" %}`, `{% asset "app.js" %}`."""
    url = bundle_url(name)
    if name.endswith(".css"):
        return format_html('<link rel="stylesheet" href="{}">', url)
    nonce = str(context["request"].csp_nonce)
    preloads = format_html_join(
        "",
        '<link rel="modulepreload" href="{}" nonce="{}">',
        ((u, nonce) for u in bundle_imports(name)),
    )
    return format_html(
        '{}<script type="module" src="{}" nonce="{}"></script>', preloads, url, nonce
    )


@register.simple_tag(takes_context=True)
def shell(context: template.RequestContext) -> Shell:
    """What base.html shows around the page: `{% shell as shell %}`."""
    return shell_of(context["request"])


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    return draw_icon(name, label=label, size=size)


# --- numbers and dates -------------------------------------------------------------------------
@register.filter
def money(units_e4: int | None, currency: str = "") -> str:
    """1/10,000 units → 3,520.0 万."""
    return formats.money(units_e4, _lang(), currency)


@register.filter
def money_full(units_e4: int | None, currency: str) -> str:
    """1/10,000 units → ¥35,200,000.00."""
    return formats.money_full(units_e4, currency)


@register.filter
def money_column(units_e4: int | None) -> str:
    """1/10,000 units → 3,520.0, in a column whose header carries `{% money_unit %}`."""
    return formats.money_scaled(units_e4, formats.column_scale(_lang()))


@register.simple_tag
def money_unit(currency: str) -> str:
    """The unit of money columns in the current language: 万元."""
    return formats.money_unit(formats.column_scale(_lang()), currency, _lang())


@register.filter
def number(value: formats.Number | None, digits: int = 0) -> str:
    return formats.number(value, digits)


@register.filter
def percent(value: formats.Number | None, digits: int = 1) -> str:
    return formats.percent(value, digits)


@register.filter
def points(value: formats.Number | None, digits: int = 1) -> str:
    return formats.points(value, _lang(), digits)


@register.filter
def score(score_micro: int | None, digits: int = 1) -> str:
    return formats.score(score_micro, digits)


@register.filter
def quantity(quantity_milli: int | None) -> str:
    return formats.quantity(quantity_milli)


@register.filter
def day(on: date | None) -> str:
    return formats.day(on, _lang(), timezone.localdate())


@register.filter
def day_long(on: date | None) -> str:
    return formats.day_long(on, _lang(), timezone.localdate())


@register.filter
def month(on: date | None) -> str:
    return formats.month(on, _lang())


@register.filter
def ago(on: date | None) -> str:
    return formats.ago(on, timezone.localdate(), _lang())


@register.filter
def overdue(days: int | None) -> str:
    return formats.overdue(days, _lang())


@register.filter
def lunar(on: date) -> str:
    """农历十月十四, or nothing in other languages."""
    return formats.lunar(on) if formats.is_chinese(_lang()) else ""


# --- small parts -------------------------------------------------------------------------------
@register.simple_tag
def seal(char: str, form: str, label: str, size: str = "", show: bool = False) -> SafeString:
    """A tier's seal; size `big` heads a page, `show` writes the tier beside it."""
    return parts.seal(char, form, label, size=size, show=show)


@register.simple_tag
def explain(text: str, key: str, customer: int | None = None, run: int | None = None) -> SafeString:
    """A number that explains itself: `{% explain row.score_micro|score "score" customer.pk %}`."""
    return parts.explained(text, parts.explain_url(key, customer=customer, run=run))


@register.simple_tag
def explain_url(key: str, customer: int | None = None) -> str:
    """The address of an explanation, for parts that take one."""
    return parts.explain_url(key, customer=customer)


@register.simple_tag
def explain_link(text: str, url: str) -> SafeString:
    """A number whose explanation has an address of its own."""
    return parts.explained(text, url)


@register.simple_tag
def badge(text: str, tone: str = "") -> SafeString:
    """A state in a word. Tone: over, due, soon, done, guess or none."""
    return parts.badge(text, tone)


@register.simple_tag
def direction(value: formats.Number | None, unit: str = "%", digits: int = 1) -> SafeString:
    """A change with arrow and sign; `unit` is %, points, or empty."""
    if value is None:
        return mark_safe(formats.MISSING)
    if unit == "points":
        text = formats.points(value, _lang(), digits)
    else:
        text = formats.number(value, digits, signed=True) + unit
    # Judged by what is written, so that a change that rounds to nothing has no arrow.
    return parts.direction(text, {"+": 1.0, "-": -1.0}.get(text[0], 0.0))


@register.simple_tag
def key(keys: str) -> SafeString:
    """A key hint: `{% key "Ctrl+K" %}`; decoration, the element itself declares its keys."""
    drawn = format_html_join(" ", "<kbd>{}</kbd>", ((one,) for one in keys.split("+")))
    return format_html('<span class="hint js-only" aria-hidden="true">{}</span>', drawn)


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str, width: int = 66) -> SafeString:
    return cells.sparkline(values, label=label, width=width)


@register.simple_tag
def bar(share: float | None, label: str = "", width: int = 80) -> SafeString:
    """A share of 0-1 as a bar in a cell."""
    return cells.bar_cell(share, label=label, width=width)


@register.simple_tag(name="life_bar")
def life_bar_tag(reached: int, word: str, state: str = "") -> SafeString:
    """Five small cells and the word; state `fading` or `lost`."""
    return life_bar(Life(reached, word, state))


@register.simple_tag
def grid(table: Table) -> SafeString:
    """The big table with sort links, blocks of rows and totals."""
    return render_table(table)


@register.simple_block_tag
def note(content: str, tone: str = "") -> SafeString:
    """A note in the margin: cinnabar by itself; tone calm, done, due or guess."""
    return format_html('<p class="note {}">{}</p>', tone, content)


@register.simple_block_tag
def figures(content: str, kind: str = "") -> SafeString:
    """A row of `{% figure %}` between two rules; kind `six` for the head of a customer."""
    return format_html('<dl class="figures {}">{}</dl>', kind, content)


# --- parts with a template ---------------------------------------------------------------------
@register.inclusion_tag("components/figure.html")
def figure(
    label: str,
    value: str,
    note: str = "",
    why: str = "",
    change: formats.Number | None = None,
    change_unit: str = "%",
    full: str = "",
    change_why: str = "",
) -> Part:
    """A number with its name, its explanation and what it is compared with; `full` shows on hover."""
    return locals()


@register.inclusion_tag("components/chips.html")
def chips(choices: Iterable[parts.Choice], label: str) -> Part:
    """Views or quick filters, one of them current."""
    return locals()


@register.inclusion_tag("components/facets.html")
def facets(facets: Sequence[parts.Facet], clear_url: str = "") -> Part:
    """Filters with counts; what is on shows as chips that Backspace removes."""
    return {
        "facets": facets,
        "active": [choice for facet in facets for choice in facet.active],
        "clear_url": clear_url,
    }


@register.inclusion_tag("components/columns.html", takes_context=True)
def columns(
    context: template.RequestContext, options: Sequence[Mapping[str, Any]], param: str = "cols"
) -> Part:
    """Chooses and orders columns; options are {key, label, on}. The view reads `?cols=a&cols=b`.

    With `standard_px` and `chosen_px` in the options it offers widths (`?w.a=120`), and how many columns
    are frozen (`?freeze=2`).
    """
    return column_menu(context["request"].GET, options, param)


@register.inclusion_tag("components/tabs.html")
def tabs(tabs: Iterable[parts.Tab], label: str) -> Part:
    return locals()


@register.inclusion_tag("components/timeline.html")
def timeline(moments: Iterable[parts.Moment]) -> Part:
    return locals()


@register.inclusion_tag("components/ribbon.html")
def life_ribbon(stages: Sequence[parts.Stage]) -> Part:
    """The five stages of a customer's life across the page."""
    return locals()


@register.inclusion_tag("components/progress.html")
def progress(work: parts.Progress) -> Part:
    """Long work; asks again every second while it runs."""
    return {"work": work}


@register.inclusion_tag("components/steps.html")
def steps(labels: Iterable[str], current: int) -> Part:
    """The steps of a wizard; `current` counts from 1."""
    rows = [
        {"label": label, "state": "past" if at < current else "now" if at == current else "ahead"}
        for at, label in enumerate(labels, 1)
    ]
    return {"steps": rows}


@register.inclusion_tag("components/empty.html", takes_context=True)
def empty(
    context: template.RequestContext, title: str, question: str, starts: Sequence[parts.Start]
) -> Part:
    """What this screen will answer, and three ways to begin."""
    return {
        "title": title,
        "question": question,
        "starts": starts,
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("components/pager.html")
def pager(pages: parts.Pages) -> Part:
    return {"pages": pages}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> Part:
    """A form field with its label, help and errors."""
    widget = bound.field.widget
    return {
        "field": bound,
        "is_check": getattr(widget, "input_type", "") == "checkbox" and not bound.use_fieldset,
    }


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart, why: str = "") -> Part:
    """A chart with the finding as its title and its numbers as a table below; `why` explains them."""
    return {"chart": chart, "why": why}


@register.inclusion_tag("components/slider.html")
def slider(
    name: str,
    label: str,
    value: int,
    hint: str = "",
    minimum: int = 0,
    maximum: int = 100,
    locked: bool = False,
) -> Part:
    """A weight: slider, number box, one-step buttons and a lock; only the number is sent."""
    return {
        "name": name,
        "label": label,
        "value": value,
        "hint": hint,
        "minimum": minimum,
        "maximum": maximum,
        "locked": locked,
    }


@register.inclusion_tag("components/hits.html")
def hits(groups: Sequence[parts.HitGroup], query: str = "") -> Part:
    """What the palette found."""
    return locals()


@register.inclusion_tag("components/explanation.html")
def explanation(explanation: parts.Explanation, heading: int = 2) -> Part:
    """The inside of the popover behind a number."""
    return locals()


@register.simple_block_tag
def drawer(content: str, title: str, is_open: bool = False, back_url: str = "") -> SafeString:
    """A sheet from the side with an address of its own; `back_url` closes it without scripts."""
    return format_html(
        '<dialog class="drawer" id="drawer" aria-labelledby="drawer-title"{} data-back="{}">'
        '<header><h2 id="drawer-title">{}</h2>'
        '<a class="btn square" href="{}" data-close aria-label="{}">{}</a></header>'
        '<div class="body">{}</div></dialog>',
        SafeString(" open" if is_open else ""),
        back_url,
        title,
        back_url or "?",
        _("Close"),
        draw_icon("x"),
        content,
    )
