"""Keeping a mapping for next time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise, write
from jishi.ingest.mapping.recipe import recipe_from, shipped_recipes
from jishi.ingest.models import SavedRecipe
from jishi.ingest.services.uploading import ImportStateError


def recipe_save(
    *, by: User | None, key: str, title: str, body: Mapping[str, Any], now: datetime
) -> SavedRecipe:
    """Keep a mapping under a key; one saved under the same key before is replaced.

    Raises:
        NotAllowedError.
        RecipeError: the mapping does not make sense.
        ImportStateError: the key belongs to a recipe that came with the product.
    """
    authorise(by, Permission.IMPORT_RUN)
    if key in shipped_recipes():
        raise ImportStateError(
            _("“%(key)s” came with the product. Choose another name.") % {"key": key}
        )
    titles = {"en": title, "zh-hans": title}
    recipe = recipe_from({**body, "key": key, "title": titles}, where=key)
    with write(by=by):
        saved, made = SavedRecipe.objects.select_for_update().get_or_create(
            key=key,
            defaults={
                "title": title,
                "body": recipe.model_dump(mode="json"),
                "by": by,
                "created_at": now,
            },
        )
        if not made:
            saved.title = title
            saved.body = recipe.model_dump(mode="json")
            saved.version += 1
            saved.save()
    return saved
