"""Writes of scoring: schemes, runs, designations."""

from __future__ import annotations

from jishi.scoring.services.designations import designation_end, designation_set
from jishi.scoring.services.runs import run_score, runs_files_prune
from jishi.scoring.services.schemes import (
    InvalidSchemeError,
    scheme_activate,
    scheme_retire,
    scheme_save,
    scheme_with,
    schemes_setup,
)


__all__ = [
    "InvalidSchemeError",
    "designation_end",
    "designation_set",
    "run_score",
    "runs_files_prune",
    "scheme_activate",
    "scheme_retire",
    "scheme_save",
    "scheme_with",
    "schemes_setup",
]
