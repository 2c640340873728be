"""Imports posts that a source's filters have left out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.utils import timezone

from entries.importing.importer import MAX_BATCH_ENTRIES, finish_run
from entries.importing.matching.matcher import Matcher
from entries.importing.merging.storing import DocumentStore
from entries.importing.normalizing.entry_values import find_day_and_slug
from entries.importing.normalizing.envelopes import parse_again
from entries.importing.normalizing.item import ImportContext, Item
from entries.importing.normalizing.source_policies import Policies
from entries.importing.reading.reading import read_again
from entries.importing.report import SourceReport
from entries.models import FilteredPost, ImportRun, Source


def import_filtered_posts(posts: Iterable[FilteredPost]) -> int:
    """Import posts as they were received, without the filters. Returns how many were created.

    The sources' other policies apply. A post without a date of its own gets the time at which it
    was first seen. The filters themselves stay, but no longer apply to these posts. Raises
    FeedError when the posts cannot be read.
    """
    by_source: dict[Source, list[FilteredPost]] = defaultdict(list)
    wanted = FilteredPost.objects.filter(pk__in=[post.pk for post in posts])
    for post in wanted.select_related("source"):
        by_source[post.source].append(post)
    return sum(import_posts_of(source, found) for source, found in by_source.items())


def import_posts_of(source: Source, posts: list[FilteredPost]) -> int:
    report = SourceReport(source.url, source.title)
    policies = Policies(source)
    policies.filters = []
    site_zone = timezone.get_current_timezone()
    context = ImportContext(timezone.now(), source.zone, site_zone, source.pk, source.site_url)
    run = ImportRun.objects.create(source=source)
    store = DocumentStore(source, run, Matcher(source, policies), context, report)
    received = parse_again(posts)
    # A post that the current parsers cannot read stays left out.
    posts = [post for post in posts if post.pk in received]
    entries = [received[post.pk] for post in posts]
    length = sum(len(post.received) for post in posts)
    status, waiting = ImportRun.Status.FAILED, iter(posts)
    try:
        with read_again(source.url, entries, length) as reading:
            for number, items in reading.batches(MAX_BATCH_ENTRIES, context):
                for item, post in zip(items, waiting, strict=False):
                    date_by_first_sight(item, post, context)
                store.store(items, reading.cleaner(number), reading.go_on)
        status = ImportRun.Status.IMPORTED
    finally:
        finish_run(run, status, warnings=["An editor imported posts that a filter had left out."])
    return report.counts["created"]


def date_by_first_sight(item: Item, post: FilteredPost, context: ImportContext) -> None:
    """Date a post without a date of its own by the time at which it was first seen."""
    if item.dates.rule == "first seen" and not item.error:
        first_seen = post.first_seen_at
        item.dates = replace(item.dates, published=first_seen, updated=first_seen)
        item.day_and_slug = find_day_and_slug(item.data, item.dates, context.site_zone)
