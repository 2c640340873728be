from django.db import migrations

# For each table, the events that raise the version, with a condition on the row. Entries that
# nobody sees don't raise it, nor do the columns of a source that only imports use.
TAG = ("name", "slug", "description", "live_count")
SOURCE = (
    "url", "title", "subtitle", "site_url", "feed_id", "language", "author_name", "author_uri",
    "author_email", "rights", "icon", "feed_updated", "canonical",
)  # fmt: skip
CHANGED = "old.{0} IS DISTINCT FROM new.{0}"
ALL = {"INSERT": "", "UPDATE": "", "DELETE": ""}
EVENTS = {
    "entries_entry": {
        "INSERT": "new.status = 'live'",
        "UPDATE": "old.status = 'live' OR new.status = 'live'",
        "DELETE": "old.status = 'live'",
    },
    "entries_taggedentry": {
        "INSERT": "new.live",
        "UPDATE": "old.live OR new.live",
        "DELETE": "old.live",
    },
    "entries_enclosure": ALL,
    "entries_tag": {
        "UPDATE": " OR ".join(CHANGED.format(name) for name in TAG),
        "DELETE": "old.live_count > 0",
    },
    "entries_tagname": ALL,
    "entries_source": {"UPDATE": " OR ".join(CHANGED.format(name) for name in SOURCE)},
    "entries_withdrawal": ALL,
    "entries_sitesettings": ALL,
    "entries_siteidentity": ALL,
}

SQLITE = """
    CREATE TRIGGER {table}_version_{event} AFTER {event} ON {table} {when} BEGIN
        INSERT INTO entries_siteversion (id, number, changed_at)
            VALUES (1, 1, strftime('%Y-%m-%d %H:%M:%f', 'now'))
            ON CONFLICT (id) DO UPDATE SET number = number + 1,
                changed_at = max(changed_at, strftime('%Y-%m-%d %H:%M:%f', 'now'));
    END
"""
# The triggers run when the transaction commits: a row that is locked earlier could lead to
# deadlocks. Only the first trigger of a transaction writes the row.
POSTGRESQL_FUNCTION = """
    CREATE FUNCTION entries_raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('feedstead.raised_by', true)
            IS DISTINCT FROM pg_current_xact_id()::text THEN
            PERFORM set_config('feedstead.raised_by', pg_current_xact_id()::text, true);
            INSERT INTO entries_siteversion AS version (id, number, changed_at)
                VALUES (1, 1, clock_timestamp())
                ON CONFLICT (id) DO UPDATE SET number = version.number + 1,
                    changed_at = greatest(version.changed_at, clock_timestamp());
        END IF;
        RETURN NULL;
    END
    $$
"""
POSTGRESQL = """
    CREATE CONSTRAINT TRIGGER {table}_version_{event} AFTER {event} ON {table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when}
        EXECUTE FUNCTION entries_raise_version()
"""


def make_triggers(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    if not is_sqlite:
        schema_editor.execute(POSTGRESQL_FUNCTION)
    for table, events in EVENTS.items():
        for event, condition in events.items():
            if is_sqlite:
                condition = condition.replace("IS DISTINCT FROM", "IS NOT")
            when = f"WHEN ({condition})" if condition else ""
            statement = SQLITE if is_sqlite else POSTGRESQL
            schema_editor.execute(statement.format(table=table, event=event.lower(), when=when))


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute("DROP FUNCTION entries_raise_version CASCADE")
        return
    for table, events in EVENTS.items():
        for event in events:
            schema_editor.execute(f"DROP TRIGGER {table}_version_{event.lower()}")


def make_row(apps, schema_editor):
    apps.get_model("entries", "SiteVersion").objects.create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("entries", "0002_search_index")]

    operations = [
        migrations.RunPython(make_row, migrations.RunPython.noop),
        migrations.RunPython(make_triggers, drop_triggers),
    ]
