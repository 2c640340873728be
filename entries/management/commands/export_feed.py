from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max

from entries.models import Entry, Source, Tag, TagName, fold
from entries.publishing import entry_lists
from entries.publishing.entry_lists import EntryList
from entries.publishing.feeds import atom, json_feed
from entries.publishing.feeds.feed import (
    NEVER,
    PAGE_SIZE,
    Format,
    Written,
    feed_head,
    newest_change,
    read_window,
    written,
)
from entries.publishing.rows.keyset_pages import Cursor, read_page
from entries.publishing.search import parse_query
from entries.publishing.site import read_site

from ..whole_files import write_whole

FORMATS: dict[str, Format] = {"atom": atom, "json": json_feed}


class Command(BaseCommand):
    help = "Write a feed of the site, as Atom or JSON Feed."

    def add_arguments(self, parser):
        parser.add_argument("--output", metavar="FILE", help="write to a file instead of stdout")
        parser.add_argument("--tag", help="only entries with this tag (its name or slug)")
        parser.add_argument("--kind", choices=Entry.Kind.values, help="only entries of this kind")
        parser.add_argument("--source", help="only entries of this source (its URL or number)")
        parser.add_argument("--format", choices=FORMATS, default="atom", help="default: atom")
        parser.add_argument(
            "--all", action="store_true", help=f"all live entries, not only the newest {PAGE_SIZE}"
        )

    def handle(self, *, output, tag, kind, source, all: bool, **options):
        format = FORMATS[options["format"]]
        entry_list = find_list(tag, kind, source)
        entries: Iterable[Written]
        if all:
            tombstones = entry_list.tombstones()
            head = feed_head(entry_list, format, read_site())
            entries = every_entry(entry_list, format)
            updated = max(newest_update(entry_list), newest_change([], tombstones))
        else:
            page, tombstones = read_window(entry_list, None)
            head = feed_head(entry_list, format, read_site(), page)
            entries = written(page.rows, format)
            updated = newest_change(entries, tombstones)

        def write(file: TextIO) -> None:
            format.write(file, head, entries, tombstones, updated)

        if output:
            write_whole(Path(output), write)
        else:
            write(self.as_stream())

    def as_stream(self) -> TextIO:
        """Returns standard output, set to write text unchanged, in UTF-8."""
        # Otherwise Django adds a line break after each write.
        self.stdout.ending = ""
        if hasattr(self.stdout, "reconfigure"):
            self.stdout.reconfigure(encoding="utf-8")
        return cast(TextIO, self.stdout)


def newest_update(entry_list: EntryList) -> datetime:
    live = entry_list.entries().live().order_by()
    return live.aggregate(newest=Max("updated"))["newest"] or NEVER


def every_entry(entry_list: EntryList, format: Format) -> Iterator[Written]:
    """Yields the entries of all pages, with one page at a time in memory."""
    cursor = None
    while True:
        page = entry_list.read(cursor, PAGE_SIZE)
        yield from written(page.rows, format)
        if not page.older:
            return
        cursor = Cursor.from_query({"before": page.older})


def find_list(tag: str | None, kind: str | None, source: str | None) -> EntryList:
    """Returns the list for these options. Raises CommandError for an unknown tag or source."""
    if source:
        if tag or kind:
            raise CommandError("--source cannot be combined with --tag or --kind.", returncode=2)
        return entry_lists.source_list(find_source(source))
    if tag and kind:
        return narrowed_list(find_tag(tag), kind)
    if tag:
        return entry_lists.tags_list([find_tag(tag)])
    return entry_lists.kind_list(kind) if kind else entry_lists.everything()


def narrowed_list(tag: Tag, kind: str) -> EntryList:
    """Returns a tag's entries of one kind. On the site they are a search."""
    entries = Entry.objects.filter(kind=kind, taggings__tag=tag)
    return replace(
        entry_lists.search_list(parse_query(f'tag:"{tag.name}" kind:{kind}')),
        entries=lambda: entries,
        read=lambda cursor, size: read_page(entries.live(), cursor, size),
    )


def find_tag(name: str) -> Tag:
    if tag := Tag.objects.filter(slug=name).first():
        return tag
    if known := TagName.objects.filter(folded=fold(name)).select_related("tag").first():
        return known.tag
    raise CommandError(f"There is no tag {name!r}.", returncode=2)


def find_source(name: str) -> Source:
    found = Source.objects.filter(pk=int(name)).first() if name.isdecimal() else None
    if source := found or Source.objects.known_as(name):
        return source
    raise CommandError(f"There is no source {name!r}.", returncode=2)
