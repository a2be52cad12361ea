"""How somebody likes the product to look."""

from __future__ import annotations

from typing import Any

from django import forms

from jishi.foundation.enums import Density, DirectionColours, Language, Theme


class PreferencesForm(forms.Form):
    """Any of the preferences; what is not sent stays."""

    language = forms.ChoiceField(choices=Language.choices, required=False)
    theme = forms.ChoiceField(choices=Theme.choices, required=False)
    density = forms.ChoiceField(choices=Density.choices, required=False)
    direction = forms.ChoiceField(choices=DirectionColours.choices, required=False)
    single_keys = forms.ChoiceField(choices=[("on", "on"), ("off", "off")], required=False)

    def changes(self) -> dict[str, Any]:
        """Field of the user → new value, for what was sent."""
        sent = self.cleaned_data
        changes = {
            name: sent[key]
            for key, name in {
                "language": "language",
                "theme": "theme",
                "density": "density",
                "direction": "direction_colours",
            }.items()
            if sent[key]
        }
        if sent["single_keys"]:
            changes["single_key_shortcuts"] = sent["single_keys"] == "on"
        return changes
