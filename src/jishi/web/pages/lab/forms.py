"""Keeping what was tried."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DraftForm(forms.Form):
    """A name, and whether it is a scheme of its own or a new version of the one it came from."""

    name_zh = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200)
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why these weights: the next person has to understand it."),
    )
    as_new = forms.BooleanField(
        label=_("As a scheme of its own"),
        required=False,
        help_text=_("Otherwise it becomes the next version of the scheme it came from."),
    )
