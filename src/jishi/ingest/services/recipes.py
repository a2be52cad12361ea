"""Keeping a mapping for next time, and taking in one that somebody else wrote."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise, write
from jishi.ingest.access import saved_recipe_for_edit
from jishi.ingest.binding import bind
from jishi.ingest.mapping.recipe import Recipe, RecipeError, recipe_from, shipped_recipes
from jishi.ingest.models import ImportJob, SavedRecipe
from jishi.ingest.queries import import_parsed
from jishi.ingest.services.uploading import ImportStateError, cutting


def recipe_add(
    *, by: User | None, recipe: Recipe, now: datetime, replace: bool = False
) -> SavedRecipe | None:
    """Keep a recipe; one that is here already with the same content stays as it is.

    Args:
        by: who keeps it.
        recipe: from a mapping or a file.
        now: the moment of the act.
        replace: take the place of another recipe with the same key.

    Returns:
        The kept recipe; None when it came with the product.

    Raises:
        NotAllowedError.
        ImportStateError: another recipe has its key.
    """
    authorise(by, Permission.IMPORT_RUN)
    if shipped_recipes().get(recipe.key) == recipe:
        return None
    kept = SavedRecipe.objects.filter(key=recipe.key).order_by("pk").first()
    if kept is not None and not replace:
        with suppress(RecipeError):  # another version may have kept it, which knew other fields
            if recipe_from(kept.body, where=kept.key) == recipe:
                return kept
        raise ImportStateError(
            _(
                "There is another recipe under the key “%(key)s” here. Give yours another key, or "
                "replace the other one in the list of recipes."
            )
            % {"key": recipe.key}
        )
    return _keep(by, recipe, now)


def recipe_remove(*, by: User | None, key: str) -> None:
    """Forget a saved recipe; imports done by it keep their own copy.

    Raises:
        NotAllowedError, Http404.
    """
    with write(by=by):
        saved_recipe_for_edit(by, key).delete()


def _keep(by: User | None, recipe: Recipe, now: datetime) -> SavedRecipe:
    if recipe.key in shipped_recipes():
        raise ImportStateError(
            _("“%(key)s” came with the product. Choose another name.") % {"key": recipe.key}
        )
    title = recipe.title.get("zh-hans") or next(iter(recipe.title.values()), recipe.key)
    body = recipe.model_dump(mode="json")
    with write(by=by):
        saved, made = SavedRecipe.objects.select_for_update().get_or_create(
            key=recipe.key,
            defaults={"title": title[:120], "body": body, "by": by, "created_at": now},
        )
        if not made:
            saved.title, saved.body = title[:120], body
            saved.version += 1
            saved.save()
    return saved


def as_read(job: ImportJob, body: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of an import together with the ways of reading that were chosen for its files.

    Raises:
        RecipeError: the mapping does not make sense.
        BindingError: the files do not fit it.
    """
    recipe = recipe_from(dict(body), where="mapping")
    tables = bind(job.pk, recipe, job.files, import_parsed(job), job.options)
    sources = {}
    for key, source in recipe.sources.items():
        plain = source.model_dump(mode="json", exclude_defaults=True)
        dialect = dict(plain.get("dialect", {}))
        if key in tables:
            chosen = job.options.get("files", {}).get(tables[key]["file"], {})
            marks = {name: mark for name, mark in tables[key]["dialect"].items() if mark}
            dialect |= cutting(chosen) | marks
        sources[key] = {**plain, "dialect": dialect} if dialect else plain
    return {**recipe.model_dump(mode="json", exclude_defaults=True), "sources": sources}
