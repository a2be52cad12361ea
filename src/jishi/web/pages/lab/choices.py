"""The lists to choose from in the form of a scheme."""

from __future__ import annotations

from django.utils.translation import gettext as _

from jishi.scoring.vocabulary import IndicatorInfo


Choice = tuple[str, str]


def kinds() -> list[Choice]:
    """How values become points."""
    return [
        ("percentile", _("place among all (percentile)")),
        ("minmax", _("between lowest and highest")),
        ("log", _("between lowest and highest, logarithmic")),
        ("z", _("distance from the mean")),
        ("steps", _("a table of steps")),
        ("direct", _("as it is: a rating or a percentage")),
    ]


def policies() -> list[Choice]:
    """What a missing value counts as."""
    return [
        ("renormalise", _("leave it out, the rest counts more")),
        ("neutral", _("count it as the middle")),
        ("worst", _("count it as the worst")),
    ]


def selections() -> list[Choice]:
    """Who is a key account."""
    return [
        ("top_pct", _("the best, in percent")),
        ("top_n", _("the best, as a number")),
        ("threshold", _("everybody from a score on")),
        ("classes", _("as the tiers say")),
    ]


def selection_unit(kind: str) -> str:
    return {"top_pct": "%", "top_n": _("customers"), "threshold": _("points")}.get(kind, "")


def cuts() -> list[Choice]:
    """Where a tier begins."""
    return [
        ("share", _("the best, in percent")),
        ("count", _("the best, as a number")),
        ("score", _("from a score on")),
        ("indicator", _("from an amount of a figure on")),
    ]


def forms() -> list[Choice]:
    """The six forms of a seal."""
    return [
        ("solid", _("filled square")),
        ("outline", _("outlined square")),
        ("circle", _("circle")),
        ("dashed", _("dashed square")),
        ("double", _("double square")),
        ("disc", _("filled circle")),
    ]


def directions(one: IndicatorInfo | None) -> list[Choice]:
    """Whether more or less is better; first what the indicator itself says."""
    own = _("less is better") if one and one.is_lower_better else _("more is better")
    return [
        ("", _("as usual: %(direction)s") % {"direction": own}),
        ("higher", _("more is better")),
        ("lower", _("less is better")),
    ]
