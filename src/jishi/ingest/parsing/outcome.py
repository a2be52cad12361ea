"""What reading a file can end in besides tables: a refusal, or a question to the person."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """The file cannot be read, and asking would not help. `code` names the message."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


class UnclearError(Exception):
    """The file can be read in more than one way and only the person knows which."""

    def __init__(self, code: str, choices: list[dict[str, str]], **params: Any) -> None:
        self.code = code
        self.choices = choices
        self.params = params
        super().__init__(code)
