"""The full-text index over the tokens of search entries: FTS5 on SQLite, GIN on PostgreSQL.

A later migration that rebuilds customers_searchentry on SQLite loses these triggers and must create them
again.
"""

from django.db import migrations


SQLITE = [
    """
    CREATE VIRTUAL TABLE customers_searchfts USING fts5(
        tokens, content='customers_searchentry', content_rowid='id',
        detail=none, columnsize=0, prefix='2 3', tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER search_entry_insert AFTER INSERT ON customers_searchentry BEGIN
        INSERT INTO customers_searchfts (rowid, tokens) VALUES (NEW.id, NEW.tokens);
    END
    """,
    """
    CREATE TRIGGER search_entry_delete AFTER DELETE ON customers_searchentry BEGIN
        INSERT INTO customers_searchfts (customers_searchfts, rowid, tokens)
        VALUES ('delete', OLD.id, OLD.tokens);
    END
    """,
    """
    CREATE TRIGGER search_entry_update AFTER UPDATE ON customers_searchentry BEGIN
        INSERT INTO customers_searchfts (customers_searchfts, rowid, tokens)
        VALUES ('delete', OLD.id, OLD.tokens);
        INSERT INTO customers_searchfts (rowid, tokens) VALUES (NEW.id, NEW.tokens);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER search_entry_insert",
    "DROP TRIGGER search_entry_delete",
    "DROP TRIGGER search_entry_update",
    "DROP TABLE customers_searchfts",
]
POSTGRESQL = [
    """
    ALTER TABLE customers_searchentry ADD COLUMN document tsvector GENERATED ALWAYS AS
        (array_to_tsvector(array_remove(string_to_array(tokens, ' '), ''))) STORED
    """,
    "CREATE INDEX search_entry_document ON customers_searchentry USING gin (document)",
]
POSTGRESQL_BACK = ["ALTER TABLE customers_searchentry DROP COLUMN document"]


def create(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in POSTGRESQL if vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in POSTGRESQL_BACK if vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [migrations.RunPython(create, remove)]
