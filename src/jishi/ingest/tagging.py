"""Tags of customers that an import brings, and how they go when it is taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jishi.customers.models import Customer, Tag
from jishi.customers.queries import tags_of
from jishi.customers.tags import tag_names
from jishi.foundation.bulk import insert_rows
from jishi.ingest.models import BeforeImage
from jishi.ingest.row_writer import IMAGE_COLUMNS, RowWriter


TABLE = Customer.tags.through._meta.db_table


def put_tags(
    out: RowWriter, wanted: Mapping[int, str | None], versions: Mapping[int, int] | None = None
) -> None:
    """Add the tags that customers lack; of customers that were there before, remember which.

    Args:
        out: what writes under the batch.
        wanted: customer → all its tags in one text.
        versions: customer → its version after the import, for those that were there before.
    """
    names = {pk: tag_names(text or "") for pk, text in wanted.items()}
    every = sorted({name for some in names.values() for name in some})
    if not every:
        return
    Tag.objects.bulk_create([Tag(name=name) for name in every], ignore_conflicts=True)
    ids = dict(Tag.objects.order_by("pk").values_list("name", "pk"))
    present = tags_of(list(names)) if versions else {}
    added = {
        pk: [ids[name] for name in some if name not in present.get(pk, [])]
        for pk, some in names.items()
    }
    out.insert(
        Customer.tags.through,
        ["customer_id", "tag_id"],
        [(pk, tag) for pk, tags in added.items() for tag in tags],
    )
    if versions:
        images = [
            (out.batch.pk, TABLE, pk, json.dumps({"added": tags}), versions[pk])
            for pk, tags in added.items()
            if tags
        ]
        insert_rows(BeforeImage, IMAGE_COLUMNS, images)


def take_tags_back(image: BeforeImage) -> None:
    """Take off what the import had put on the customer."""
    tags = json.loads(image.before)["added"]
    Customer.tags.through.objects.filter(customer_id=image.row_pk, tag_id__in=tags).delete()
