"""What the lists of the editor's desk cost, in CPU time, however many entries are stored.

    python -m tests.bench.desk ENTRIES FOLDER

Makes a SQLite file of so many entries in the folder, or takes the one that is there. Prints a line
for each page: milliseconds of CPU, the best of several requests, and the number of queries.
"""

import argparse
import os
import time
from collections.abc import Iterable
from pathlib import Path

ROUNDS = 7
LIST = "/admin/entries/entry/"
PAGES = {
    "plain": LIST,
    "page 2": f"{LIST}?p=2",
    "page 20": f"{LIST}?p=20",
    "behind 1,000": f"{LIST}?before={{middle}}",
    "oldest first": f"{LIST}?o=6",
    "status draft": f"{LIST}?status__exact=draft",
    "kind note": f"{LIST}?kind__exact=note",
    "common tag": f"{LIST}?tag=tag-1",
    "rare tag": f"{LIST}?tag=tag-1999",
    "large source": f"{LIST}?source=1",
    "small source": f"{LIST}?source=2999",
    "written here": f"{LIST}?source=none",
    "year": f"{LIST}?published__year={{year}}",
    "month": f"{LIST}?published__year={{year}}&published__month=3",
    "year and tag": f"{LIST}?published__year={{year}}&tag=tag-1",
    "common word": f"{LIST}?q=w1",
    "rare word": f"{LIST}?q=w19997",
    "two words": f"{LIST}?q=w1+w2",
    "common and rare word": f"{LIST}?q=w1+w19997",
    "tag:": f"{LIST}?q=tag%3Atag-1",
    "begin*": f"{LIST}?q=w19*",
    "waiting": f"{LIST}?waiting=yes",
    "missing": f"{LIST}?missing=yes",
    "waiting, missing": f"{LIST}?waiting=yes&missing=yes",
    "waiting, common word": f"{LIST}?waiting=yes&q=w1",
    "missing, common word": f"{LIST}?missing=yes&q=w1",
    "missing, rare word": f"{LIST}?missing=yes&q=w19997",
    "missing, common tag": f"{LIST}?missing=yes&tag=tag-1",
    "missing, large source": f"{LIST}?missing=yes&source=1",
    "missing, year": f"{LIST}?missing=yes&published__year={{year}}",
    "missing, draft": f"{LIST}?missing=yes&status__exact=draft",
    "written here, word": f"{LIST}?source=none&q=w1",
    "sources": "/admin/entries/source/",
    "sources, page 2": "/admin/entries/source/?p=2",
    "runs": "/admin/entries/importrun/",
}
SOURCES = 3_000
TAGS = 2_000
WORDS = 20_000
MASK = (1 << 64) - 1


def chance(number: int, salt: int) -> float:
    """A number from 0 to 1 that looks like chance, and is the same each time (splitmix64)."""
    mixed = (number * 0x9E3779B97F4A7C15 + salt * 0xD1B54A32D192ED03) & MASK
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & MASK
    return (mixed ^ (mixed >> 31)) / MASK


def zipf(number: int, salt: int, most: int) -> int:
    """One of 1 to `most`, of which each is as frequent as its number is small."""
    return int(float(most) ** chance(number, salt))


def words(number: int) -> str:
    return " ".join(f"w{zipf(number, salt, WORDS)}" for salt in range(10, 18))


def fill(entries: int) -> None:
    """Store so many entries with all that belongs to them: one template row of each, copied."""
    from django.db import connection, transaction

    from entries.models import (
        Entry,
        SearchDocument,
        Sighting,
        Source,
        Tag,
        TaggedEntry,
        UpstreamChange,
    )
    from entries.models.search_document import PK_BITS
    from entries.models.tagging import set_tags

    with connection.cursor() as cursor, transaction.atomic():
        database = connection.connection
        for function, arguments in ((chance, 2), (zipf, 3), (words, 1)):
            name = function.__name__
            database.create_function(name, arguments, function, deterministic=True)
        Source.objects.bulk_create(
            Source(url=f"https://blog-{number}.example/feed", title=f"Blog {number}")
            for number in range(1, SOURCES + 1)
        )
        entry = Entry.objects.create(slug="template", source_id=1, content="<p>Text.</p>")
        sighting = Sighting.objects.create(
            entry=entry, source_id=1, leads=True, base={}, received=b""
        )
        change = UpstreamChange.objects.create(entry=entry, field="title", base="", theirs="")
        set_tags({entry.pk: [f"tag-{number}" for number in range(1, TAGS + 1)]})
        TaggedEntry.objects.exclude(pk=TaggedEntry.objects.order_by("pk")[0].pk).delete()
        SearchDocument.objects.all().delete()

        def copy(model, which: str = "true", **columns: str) -> None:
            """A copy of the model's one row for each `n` of which this is true."""
            table = model._meta.db_table
            names = [field.column for field in model._meta.concrete_fields]
            names.remove("id")
            columns = {"id": f"{{n}} + {model.objects.order_by('pk')[0].pk}"} | columns
            chosen = [columns.get(name, f"one.{name}") for name in ["id", *names]]
            cursor.execute(
                f"""
                WITH RECURSIVE numbers(n) AS
                    (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {entries - 1})
                INSERT INTO {table}(id, {", ".join(names)})
                SELECT {", ".join(chosen).replace("{n}", "n")}
                FROM numbers CROSS JOIN {table} AS one
                WHERE one.id = {model.objects.order_by("pk")[0].pk} AND {which}
                """
            )

        first = entry.pk
        # An hour between two of a million; ten thousand are spread over the same years.
        moment = f"datetime('1990-01-01', ((1000000 / {entries}) * n * 20) || ' minutes')"
        status = "CASE WHEN chance(n, 1) < .95 THEN 'live' WHEN chance(n, 1) < .98 THEN 'draft' "
        status += "ELSE 'rejected' END"
        kind = "CASE WHEN chance(n, 2) < .6 THEN 'article' WHEN chance(n, 2) < .9 THEN 'link' "
        kind += "WHEN chance(n, 2) < .97 THEN 'note' ELSE 'quotation' END"
        copy(
            Entry,
            atom_id="'tag:bench,' || n",
            slug="'entry-' || n",
            title="words(n)",
            status=status,
            kind=kind,
            source_id=f"CASE WHEN chance(n, 3) < .99 THEN zipf(n, 4, {SOURCES}) END",
            imported_at="CASE WHEN chance(n, 3) < .99 THEN one.published END",
            published=moment,
            updated=moment,
            day=f"date({moment})",
        )
        stored = "(SELECT {0} FROM entries_entry WHERE id = n + " + str(first) + ")"
        # Of old entries more are missing than of new ones.
        missing = f"chance(n, 5) < .05 AND n < .8 * {entries}"
        copy(
            Sighting,
            "chance(n, 3) < .99",
            entry_id=f"n + {first}",
            source_id=stored.format("source_id"),
            guid="'guid-' || n",
            absences=f"CASE WHEN {missing} THEN 3 ELSE 0 END",
            missing_since=f"CASE WHEN {missing} THEN one.first_seen_at END",
        )
        copy(UpstreamChange, "chance(n, 6) < .01", entry_id=f"n + {first}")
        for salt in (20, 21):
            start = f"n + {salt - 19} * {entries}"
            tag = f"zipf(n, {salt}, {TAGS})"
            is_new = "true" if salt == 20 else f"{tag} <> zipf(n, 20, {TAGS})"
            copy(
                TaggedEntry,
                is_new,
                id=start,
                tag_id=tag,
                entry_id=f"n + {first}",
                live=f"{stored.format('status')} = 'live'",
                published=stored.format("published"),
            )
        UpstreamChange.objects.filter(pk=change.pk).delete()
        Sighting.objects.filter(pk=sighting.pk).update(leads=True)
        cursor.execute(
            f"""
            INSERT INTO entries_searchdocument(entry_id, place, title, terms, text)
            SELECT id, (unixepoch(published) << {PK_BITS}) | id, title,
                'status=' || status || ' kind=' || kind || coalesce(' source=' || source_id, '')
                || coalesce(
                    (SELECT ' ' || group_concat('tag=' || tag_id, ' ')
                    FROM entries_taggedentry WHERE entry_id = entry.id), '')
                || CASE WHEN EXISTS (SELECT 1 FROM entries_upstreamchange WHERE entry_id = entry.id)
                    THEN ' waiting=yes' ELSE '' END
                || CASE WHEN EXISTS (SELECT 1 FROM entries_sighting WHERE entry_id = entry.id
                    AND missing_since IS NOT NULL) THEN ' missing=yes' ELSE '' END
                || iif(source_id IS NULL AND imported_at IS NULL, ' written=here', ''),
                words(id + 7000000)
            FROM entries_entry AS entry WHERE id > {first} ORDER BY id
            """
        )
        Tag.objects.all().recount()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(pages: Iterable[str]) -> None:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from entries.models import Entry

    client = Client(SERVER_NAME="127.0.0.1")
    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client.force_login(user)
    middle = Entry.objects.order_by("pk")[Entry.objects.count() // 2]
    for name in pages:
        url = PAGES[name].format(middle=middle.pk, year=middle.published.year)
        best = float("inf")
        for _ in range(ROUNDS):
            begin = time.process_time()
            response = client.get(url)
            best = min(best, time.process_time() - begin)
            assert response.status_code == 200, (url, response.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        print(f"{name:24}{best * 1000:9.1f} ms{len(queries):4} queries", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk")
    parser.add_argument("entries", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", nargs="*", choices=[[], *PAGES], help="by default all")
    options = parser.parse_args()
    database = options.folder.absolute() / f"desk-{options.entries}.sqlite3"
    is_new = not database.exists()

    from .child import environment

    os.environ.update(environment(f"sqlite:///{database}"))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    if is_new:
        fill(options.entries)
    measure(options.pages or PAGES)


if __name__ == "__main__":
    main()
