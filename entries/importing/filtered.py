"""Posts that filters have left out, imported after all."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from entries.models import FilteredPost, ImportRun, Source

from .batch import BatchImport
from .feeddata import EntryData
from .importer import BATCH, finish, one_writer
from .matching import Item, Matcher
from .policies import Policies
from .reclean import stored_data
from .report import SourceReport


def let_in(posts: Iterable[FilteredPost]) -> int:
    """Import posts as they were received, past the filters. Returns how many came in.

    Their other policies hold. One without a date of its own keeps the moment in which it was
    seen first. The filters stay as they are, and are not asked again of these.
    """
    by_source: dict[Source, list[FilteredPost]] = defaultdict(list)
    for post in FilteredPost.objects.filter(pk__in=[post.pk for post in posts]).select_related(
        "source"
    ):
        by_source[post.source].append(post)
    return sum(let_in_of(source, found) for source, found in by_source.items())


def let_in_of(source: Source, posts: list[FilteredPost]) -> int:
    report = SourceReport(source.url, source.title)
    policies = Policies(source)
    policies.filters = []
    with one_writer():
        run = ImportRun.objects.create(source=source, status=ImportRun.Status.IMPORTED)
        for some in rounds(posts):
            seen = [(stored_data(post.raw), post.first_seen_at) for post in some]
            matcher = ReturningMatcher(source, seen, policies)
            for start in range(0, len(seen), BATCH):
                batch = BatchImport(source, run, matcher, draft=False, now=timezone.now())
                batch.store([data for data, _ in seen[start : start + BATCH]], report)
        run.warnings = ["An editor let in what a filter had left out."]
        finish(run, report.counts)
    return report.counts["created"]


class ReturningMatcher(Matcher):
    """A matcher of posts that were each seen at a time of their own.

    That dates one which has no date.
    """

    def __init__(self, source: Source, seen: list[tuple[EntryData, datetime]], policies: Policies):
        super().__init__(source, timezone.now(), policies)
        self.seen = {id(data): moment for data, moment in seen}

    def _item(self, data: EntryData) -> Item:
        self.now = self.seen[id(data)]
        return super()._item(data)


def rounds(posts: Iterable[FilteredPost]) -> list[list[FilteredPost]]:
    """The posts, so that none stands beside another with the same guid, or with none.

    Of two such in one document only one would count. Most often there is one round.
    """
    found: list[dict[object, FilteredPost]] = []
    for post in posts:
        guid = post.guid or post.pk
        free = next((some for some in found if guid not in some), None)
        if free is None or not post.guid:
            found.append(free := {})
        free[guid] = post
    return [list(some.values()) for some in found]
