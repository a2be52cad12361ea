"""Which of the recipes that are here read the files of an import."""

from __future__ import annotations

from jishi.ingest.binding import BindingError, bind, columns_needed
from jishi.ingest.mapping.recipe import Recipe
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import import_parsed, recipe_by_key, recipes_listed


def recipes_that_fit(job: ImportJob) -> list[Recipe]:
    """Recipes whose files are here under their names and with their columns, that of the import left
    out; those that read most of the files first."""
    found = []
    for key, _title, _shipped in recipes_listed():
        recipe = recipe_by_key(key) if key != job.recipe_key else None
        files = 0 if recipe is None else _files_read(job, recipe)
        if recipe is not None and files:
            found.append((files, recipe))
    found.sort(key=lambda pair: -pair[0])
    return [recipe for _files, recipe in found]


def _files_read(job: ImportJob, recipe: Recipe) -> int:
    """How many tables the recipe reads; 0 when it does not fit."""
    try:
        bound = bind(job.pk, recipe, job.files, import_parsed(job))
    except (BindingError, KeyError):  # files are missing, or were not read yet
        return 0
    for key, table in bound.items():
        source = recipe.sources[key]
        here = {name.strip().casefold() for name in [*table["columns"], *source.may_lack]}
        if not source.columns and not columns_needed(recipe, key, also_lookups=True) <= here:
            return 0
    return len(bound)
