"""A fault that a person reports by its time is found in the log with where it happened."""

from __future__ import annotations

import logging
import sys

from structlog.stdlib import ProcessorFormatter


def test_a_fault_is_logged_with_its_trace_on_one_line():
    (line,) = [
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, ProcessorFormatter)
    ]
    try:
        int("no number")
    except ValueError:
        told = ("django.request", logging.ERROR, __file__, 1, "broken", (), sys.exc_info())
        text = line.format(logging.LogRecord(*told))
    assert "invalid literal for int()" in text
    assert "test_logs.py" in text
    assert "\n" not in text
