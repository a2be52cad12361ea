"""Writes of the ingest room: upload, read, map, check, apply, take back."""

from jishi.ingest.services.applying import (
    ComparisonOutdatedError,
    import_apply,
    import_cancel,
)
from jishi.ingest.services.checking import (
    import_answer,
    import_check,
    import_map,
    import_use_recipe,
)
from jishi.ingest.services.choosing import import_choose
from jishi.ingest.services.mending import import_mend
from jishi.ingest.services.recipes import as_read, recipe_add, recipe_remove
from jishi.ingest.services.undoing import NotUndoableError, UndoReport, batch_undo
from jishi.ingest.services.uploading import (
    ImportStateError,
    Upload,
    import_create,
    import_discard,
    import_read,
    uploads_of_paths,
)


__all__ = [
    "ComparisonOutdatedError",
    "ImportStateError",
    "NotUndoableError",
    "UndoReport",
    "Upload",
    "as_read",
    "batch_undo",
    "import_answer",
    "import_apply",
    "import_cancel",
    "import_check",
    "import_choose",
    "import_create",
    "import_discard",
    "import_map",
    "import_mend",
    "import_read",
    "import_use_recipe",
    "recipe_add",
    "recipe_remove",
    "uploads_of_paths",
]
