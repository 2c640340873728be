"""The sources that the site gathers from, as the public is told of them."""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlsplit

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower
from django.urls import reverse

from entries.models import Entry, Source
from entries.publishing.rows.entry_links import EntryLink, read_links
from entries.publishing.rows.kept_counts import tally
from entries.publishing.rows.part_rows import author_address, host, web_address

PAGE_SIZE = 100
# Up to so many entries of the sources shown are counted anew each time.
MANY = 1_000

STATED = (
    "pk", "title", "subtitle", "url", "site_url", "author_name", "author_uri", "rights",
)  # fmt: skip


@dataclass(slots=True)
class Credit:
    """What the public is told of a source. The properties in `_link` are safe to link to."""

    pk: int
    title: str
    subtitle: str
    url: str
    site_url: str
    author_name: str
    author_uri: str
    rights: str
    count: int = 0
    newest: EntryLink | None = None

    @property
    def path(self) -> str:
        return reverse("entries:source", args=[self.pk])

    @property
    def name(self) -> str:
        # No name at all: its address may be that of a file on our own disk.
        return self.title.strip() or host(self.site_url) or host(self.url) or f"Source {self.pk}"

    @property
    def site_link(self) -> str:
        return web_address(self.site_url)

    @property
    def site_host(self) -> str:
        return host(self.site_url)

    @property
    def feed_link(self) -> str:
        """The feed's own address. Empty for a file, and where a password stands in it."""
        address = web_address(self.url)
        return "" if "@" in urlsplit(address).netloc else address

    @property
    def author_link(self) -> str:
        return author_address(self.author_uri)


def credit(pk: int) -> Credit:
    """One source. Raises Source.DoesNotExist when it has no live entry. Three queries at most."""
    found = _read(_public().filter(pk=pk))
    if not found:
        raise Source.DoesNotExist(pk)
    return found[0]


def sources_page(number: int = 1) -> tuple[list[Credit], bool]:
    """A page of the sources with live entries, by name; whether there are more.

    Three queries at most. What a page passes over it only counts: there are more entries
    than sources by far.
    """
    start = (number - 1) * PAGE_SIZE
    ordered = _public().order_by(Lower("title"), "url")
    found = _read(ordered[start : start + PAGE_SIZE + 1])
    shown = sorted(found[:PAGE_SIZE], key=lambda each: each.name.casefold())
    return shown, len(found) > PAGE_SIZE


def _public() -> QuerySet[Source]:
    """The sources that have live entries, each with its `newest`."""
    entries = Entry.objects.filter(source=OuterRef("pk")).live()
    newest = Subquery(entries.values("pk")[:1])
    return Source.objects.annotate(newest=newest).filter(newest__isnull=False)


def _read(sources: QuerySet[Source]) -> list[Credit]:
    rows = list(sources.values_list("newest", *STATED))
    found = {newest: Credit(*stated) for newest, *stated in rows}
    counts = _count([each.pk for each in found.values()]) if rows else Counter()
    for pk, link in read_links(found).items():
        found[pk].newest = link
    for each in found.values():
        each.count = counts[each.pk]
    return list(found.values())


def _count(pks: list[int]) -> Counter[int]:
    def count() -> Counter[int]:
        live = Entry.objects.live().order_by().filter(source__in=pks)
        return Counter(dict(live.values_list("source").annotate(count=Count("pk"))))

    # All of them are in the key: by their sum and ends alone, two pages had one key.
    named = blake2b(",".join(map(str, sorted(pks))).encode(), digest_size=16).hexdigest()
    return tally(f"sources:{named}", count, MANY)
