import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max

from entries.models import Entry, EntryQuerySet, Tag, TagName, fold
from entries.publishing.feeds import NEVER, PAGE_SIZE, kind_head, tag_head, write_atom
from entries.publishing.listing import EntryRow
from entries.publishing.paging import Cursor, Page, entries_page


class Command(BaseCommand):
    help = "Write the regenerated Atom feed."

    def add_arguments(self, parser):
        parser.add_argument("--output", metavar="FILE", help="a file instead of stdout")
        parser.add_argument("--tag", help="only entries with this tag (its name or slug)")
        parser.add_argument("--kind", choices=Entry.Kind.values, help="only entries of this kind")
        parser.add_argument(
            "--all", action="store_true", help=f"every live entry, not only the newest {PAGE_SIZE}"
        )

    def handle(self, *, output, tag, kind, all: bool, **options):
        entries = Entry.objects.all()
        head = kind_head(kind or "")
        if kind:
            entries = entries.filter(kind=kind)
        if tag:
            found = find_tag(tag)
            head = tag_head(found)
            entries = entries.filter(taggings__tag=found)

        def page(cursor: Cursor | None) -> Page:
            return entries_page(entries, cursor, PAGE_SIZE)

        rows: Iterable[EntryRow]
        if all:
            updated = newest_update(entries.live())
            rows = every_row(page)
        else:
            first = page(None)
            head = replace(head, older=first.older)
            rows = first.rows
            updated = max((row.updated for row in rows), default=NEVER)
        if output:
            write_whole(Path(output), lambda file: write_atom(file, head, rows, updated))
        else:
            write_atom(self.as_stream(), head, rows, updated)

    def as_stream(self) -> TextIO:
        """Standard output, taking what is written to it as it stands, in UTF-8."""
        # Django would end each piece of the document with a line break.
        self.stdout.ending = ""
        if hasattr(self.stdout, "reconfigure"):
            self.stdout.reconfigure(encoding="utf-8")
        return cast(TextIO, self.stdout)


def newest_update(entries: EntryQuerySet) -> datetime:
    return entries.order_by().aggregate(newest=Max("updated"))["newest"] or NEVER


def every_row(page: Callable[[Cursor | None], Page]) -> Iterator[EntryRow]:
    """The rows of all pages; never more than one page in memory."""
    cursor = None
    while True:
        current = page(cursor)
        yield from current.rows
        if not current.older:
            return
        cursor = Cursor.from_query({"before": current.older})


def find_tag(name: str) -> Tag:
    if tag := Tag.objects.filter(slug=name).first():
        return tag
    if known := TagName.objects.filter(folded=fold(name)).select_related("tag").first():
        return known.tag
    raise CommandError(f"There is no tag {name!r}.", returncode=2)


def write_whole(path: Path, write: Callable[[TextIO], None]) -> None:
    """Write a file that is either the new one or the old one, never a part.

    What is no regular file (a pipe, a device) is written to as it is. Raises CommandError.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as stream:
                write(stream)
        else:
            replace_file(path, write)
    except OSError as error:
        raise CommandError(f"{path}: it can't be written: {error.strerror}") from error


def replace_file(path: Path, write: Callable[[TextIO], None]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            write(file)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
