from django.db import migrations

# Words come as `split_words` has made them: letters and digits between single spaces. So the
# tokenizer has nothing to decide; `=` is what terms have and words have not. What begins with
# three letters that are asked for is found as fast as a word.
SQLITE = [
    """
    CREATE VIRTUAL TABLE entries_search USING fts5(
        title, text, terms, content='entries_searchdocument', content_rowid='place',
        columnsize=0, prefix=3, tokenize="ascii tokenchars '='"
    )
    """,
    """
    CREATE TRIGGER entries_search_insert AFTER INSERT ON entries_searchdocument BEGIN
        INSERT INTO entries_search(rowid, title, text, terms)
            VALUES (new.place, new.title, new.text, new.terms);
    END
    """,
    """
    CREATE TRIGGER entries_search_delete AFTER DELETE ON entries_searchdocument BEGIN
        INSERT INTO entries_search(entries_search, rowid, title, text, terms)
            VALUES ('delete', old.place, old.title, old.text, old.terms);
    END
    """,
    """
    CREATE TRIGGER entries_search_update AFTER UPDATE ON entries_searchdocument BEGIN
        INSERT INTO entries_search(entries_search, rowid, title, text, terms)
            VALUES ('delete', old.place, old.title, old.text, old.terms);
        INSERT INTO entries_search(rowid, title, text, terms)
            VALUES (new.place, new.title, new.text, new.terms);
    END
    """,
]

# The words as they are, past PostgreSQL's own parser, whose idea of a word depends on the
# database's locale. Between title and text a place is left free, so that no phrase is found
# across. The vector stays in the row: whoever walks the newest documents reads it from each.
POSTGRESQL = [
    """
    CREATE FUNCTION entries_search_vector(title text, body text, terms text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(string_agg('''' || word || ''':' || least(place, 16383), ' '), '')::tsvector
            || array_to_tsvector(string_to_array(terms, ' '))
        FROM unnest(string_to_array(title || ' = ' || body, ' '))
            WITH ORDINALITY AS words(word, place)
        WHERE word NOT IN ('', '=')
    $$
    """,
    """
    ALTER TABLE entries_searchdocument ADD COLUMN vector tsvector
        GENERATED ALWAYS AS (entries_search_vector(title, text, terms)) STORED
    """,
    "ALTER TABLE entries_searchdocument ALTER COLUMN vector SET STORAGE MAIN",
    "CREATE INDEX entries_search ON entries_searchdocument USING gin (vector)",
]
UNDO = {
    "sqlite": ["DROP TABLE entries_search"],
    "postgresql": [
        "ALTER TABLE entries_searchdocument DROP COLUMN vector",
        "DROP FUNCTION entries_search_vector",
    ],
}


def make_index(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("entries", "0001_initial")]

    operations = [migrations.RunPython(make_index, drop_index)]
