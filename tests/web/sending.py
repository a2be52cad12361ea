"""What a browser without scripts would send: the fields of a form as they stand on the page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Successful controls of the form with one id; buttons only count when they are pressed."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.sent: dict[str, str] = {}
        self.select = ""
        self.buttons: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if tag == "form":
            self.inside = at.get("id") == self.form_id
        if not self.inside:
            return
        name, value = at.get("name") or "", at.get("value") or ""
        if tag == "input" and name:
            if at.get("type") not in ("checkbox", "radio") or "checked" in at:
                self.sent[name] = value or ("on" if at.get("type") == "checkbox" else "")
        elif tag == "button":
            self.buttons.append(value)
        elif tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.sent or "selected" in at):
            self.sent[self.select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def fields_of(response: Any, form_id: str) -> dict[str, str]:
    """Name → value of everything the form would send."""
    return _read(response, form_id).sent


def buttons_of(response: Any, form_id: str) -> list[str]:
    """The values of its buttons."""
    return _read(response, form_id).buttons


def _read(response: Any, form_id: str) -> _Fields:
    reader = _Fields(form_id)
    reader.feed(response.content.decode())
    assert reader.sent, f"no form {form_id}"
    return reader
