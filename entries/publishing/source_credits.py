"""Credits: the sources with live entries, as the public pages show them."""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlsplit

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower
from django.urls import reverse

from entries.models import Entry, Source
from entries.publishing.rows.entry_links import EntryLink, read_links
from entries.publishing.rows.kept_counts import keep_count
from entries.publishing.rows.part_rows import author_url, host, web_url

PAGE_SIZE = 100
# Up to this many entries are counted again for each page; a higher count is kept for a while.
MAX_RECOUNTED_ENTRIES = 1_000

SOURCE_FIELDS = (
    "pk", "title", "subtitle", "url", "site_url", "author_name", "author_uri", "rights",
)  # fmt: skip


@dataclass(slots=True)
class Credit:
    """A source as the public sees it.

    Fields are as stored. The properties that end in `_link` are safe to put into an href.
    `count` is the number of its live entries, `newest` the newest of them.
    """

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
        # The URL is not used as a name: it may be the path of a file on the server.
        return self.title.strip() or host(self.site_url) or host(self.url) or f"Source {self.pk}"

    @property
    def site_link(self) -> str:
        return web_url(self.site_url)

    @property
    def site_host(self) -> str:
        return host(self.site_url)

    @property
    def feed_link(self) -> str:
        """The feed's URL, or "" if it is a file or has a password in it."""
        url = web_url(self.url)
        return "" if "@" in urlsplit(url).netloc else url

    @property
    def author_link(self) -> str:
        return author_url(self.author_uri)


def credit(pk: int) -> Credit:
    """The credit of one source. At most three queries.

    Raises Source.DoesNotExist if the source has no live entry.
    """
    found = _read(_public().filter(pk=pk))
    if not found:
        raise Source.DoesNotExist(pk)
    return found[0]


def sources_page(number: int = 1) -> tuple[list[Credit], bool]:
    """A page of the sources with live entries, by name, and True if there are more.

    At most three queries. Pages go by OFFSET: there are far fewer sources than entries.
    """
    start = (number - 1) * PAGE_SIZE
    ordered = _public().order_by(Lower("title"), "url")
    found = _read(ordered[start : start + PAGE_SIZE + 1])
    shown = sorted(found[:PAGE_SIZE], key=lambda each: each.name.casefold())
    return shown, len(found) > PAGE_SIZE


def _public() -> QuerySet[Source]:
    """The sources that have live entries, each with the primary key of its `newest`."""
    entries = Entry.objects.filter(source=OuterRef("pk")).live()
    newest = Subquery(entries.values("pk")[:1])
    return Source.objects.annotate(newest=newest).filter(newest__isnull=False)


def _read(sources: QuerySet[Source]) -> list[Credit]:
    rows = list(sources.values_list("newest", *SOURCE_FIELDS))
    found = {newest: Credit(*values) for newest, *values in rows}
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

    # The key depends on every primary key, so that no two pages share one.
    digest = blake2b(",".join(map(str, sorted(pks))).encode(), digest_size=16).hexdigest()
    return keep_count(f"sources:{digest}", count, MAX_RECOUNTED_ENTRIES)
