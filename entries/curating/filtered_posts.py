"""Posts that filters have left out, imported after all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone

from entries.importing.importer import MAX_BATCH_ENTRIES, finish
from entries.importing.matching.matcher import Matcher
from entries.importing.merging.storing import Storing
from entries.importing.normalizing.entry_values import find_address
from entries.importing.normalizing.envelopes import parse_again
from entries.importing.normalizing.item import Frame, Item
from entries.importing.normalizing.source_policies import Policies
from entries.importing.reading.reading import read_again
from entries.importing.report import SourceReport
from entries.models import FilteredPost, ImportRun, Source


def let_in(posts: Iterable[FilteredPost]) -> int:
    """Import posts as they were received, past the filters. Returns how many came in.

    Their other policies hold. One without a date of its own keeps the moment in which it was
    seen first. The filters stay as they are, and are not asked again of these. Raises FeedError
    when they can't be read.
    """
    by_source: dict[Source, list[FilteredPost]] = defaultdict(list)
    wanted = FilteredPost.objects.filter(pk__in=[post.pk for post in posts])
    for post in wanted.select_related("source"):
        by_source[post.source].append(post)
    return sum(let_in_of(source, found) for source, found in by_source.items())


def let_in_of(source: Source, posts: list[FilteredPost]) -> int:
    report = SourceReport(source.url, source.title)
    policies = Policies(source)
    policies.filters = []
    site_zone = timezone.get_current_timezone()
    frame = Frame(timezone.now(), source.zone, site_zone, source.pk, source.site_url)
    run = ImportRun.objects.create(source=source)
    storing = Storing(source, run, Matcher(source, policies), frame, report)
    received = parse_again(posts)
    # What today's parsers can't read stays left out.
    posts = [post for post in posts if post.pk in received]
    entries = [received[post.pk] for post in posts]
    length = sum(len(post.received) for post in posts)
    status, waiting = ImportRun.Status.FAILED, iter(posts)
    try:
        with read_again(source.url, entries, length) as reading:
            for number, items in reading.batches(MAX_BATCH_ENTRIES, frame):
                for item, post in zip(items, waiting, strict=False):
                    date_by_first_sight(item, post, frame)
                storing.store(items, reading.cleaner(number), reading.go_on)
        status = ImportRun.Status.IMPORTED
    finally:
        finish(run, status, warnings=["An editor let in what a filter had left out."])
    return report.counts["created"]


def date_by_first_sight(item: Item, post: FilteredPost, frame: Frame) -> None:
    """Give a post without a date the moment in which it was seen first, and not the present."""
    if item.dates.rule == "first seen" and not item.error:
        seen = post.first_seen_at
        item.dates = replace(item.dates, published=seen, updated=seen)
        item.address = find_address(item.data, item.dates, frame.site_zone)
