"""Which of the recipes that are here read the files of an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jishi.ingest.binding import BindingError, bind, columns_needed
from jishi.ingest.mapping.recipe import Recipe, RecipeError
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import import_parsed, recipe_by_key, recipes_listed


MAX_OFFERED = 3


def recipes_that_fit(job: ImportJob) -> list[Recipe]:
    """Recipes whose files are here under their names and with their columns, that of the import left
    out: those that read most of the files, then most of the columns, and no more than a few."""
    parsed = import_parsed(job)
    found = []
    for key, _title, _shipped in recipes_listed():
        recipe = _readable(key) if key != job.recipe_key else None
        if recipe is not None and any(read := _read_by(job, recipe, parsed)):
            found.append((read, recipe))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [recipe for _read, recipe in found[:MAX_OFFERED]]


def _readable(key: str) -> Recipe | None:
    try:
        return recipe_by_key(key)
    except RecipeError:  # kept by another version, which knew other fields
        return None


def _read_by(
    job: ImportJob, recipe: Recipe, parsed: Mapping[int, dict[str, Any]]
) -> tuple[int, int]:
    """How many tables the recipe reads, and how many columns of them; nothing when it does not fit."""
    try:
        bound = bind(job.pk, recipe, job.files, parsed)
    except (BindingError, KeyError):  # files are missing, or were not read yet
        return 0, 0
    columns = 0
    for key, table in bound.items():
        source = recipe.sources[key]
        here = {name.strip().casefold() for name in [*table["columns"], *source.may_lack]}
        needed = columns_needed(recipe, key, also_lookups=True)
        if not source.columns and not needed <= here:
            return 0, 0
        columns += len(needed)
    return len(bound), columns
