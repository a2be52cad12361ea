"""A mapping as a recipe: named, fit for next month's files, and as a file to hand on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone

from jishi.ingest.mapping.recipe import Recipe, recipe_from, recipe_to_yaml
from jishi.ingest.services import as_read


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

_MAX_TITLE = 120


def recipe_of(job: ImportJob, body: dict[str, Any], title: str) -> Recipe:
    """The mapping with the way its files were read, under a name of its own if it is given one.

    Raises:
        RecipeError: the mapping does not make sense.
        BindingError: the files do not fit it.
    """
    data = as_read(job, body)
    for source in data["sources"].values():
        source["file"] = _any_number(source["file"])
    if title:
        data["key"] = _free_key(title)
        data["title"] = {"en": title[:_MAX_TITLE], "zh-hans": title[:_MAX_TITLE]}
    return recipe_from(data, where=data["key"])


def _free_key(title: str) -> str:
    letters = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:27]
    return f"{letters or 'recipe'}-{timezone.now():%y%m%d%H%M%S}"


def _any_number(file: str) -> str:
    """sales-2026-10.csv → sales-*.csv: next month's file has another date in its name."""
    stem, dot, suffix = file.rpartition(".")
    pattern = re.sub(r"[\d][\d._-]*", "*", stem if dot else file)
    return f"{pattern}.{suffix}" if dot else pattern


def yaml_file(recipe: Recipe) -> HttpResponse:
    """The recipe as a download."""
    response = HttpResponse(recipe_to_yaml(recipe), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{recipe.key}.yaml"'
    return response
