"""Posts that filters have left out, imported after all."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from entries.models import FilteredPost, ImportRun, Source

from .batch import BatchImport
from .importer import finish, one_writer
from .matching import Matcher
from .policies import Policies
from .received import parse_again
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
        received = parse_again(posts)
        # What today's parsers can't read stays left out.
        posts = [post for post in posts if post.pk in received]
        for post in posts:
            # Each at its own time; what has no date is dated by it.
            matcher = Matcher(source, post.first_seen_at, policies)
            batch = BatchImport(source, run, matcher, draft=False, now=timezone.now())
            batch.store([received[post.pk]], report)
        run.warnings = ["An editor let in what a filter had left out."]
        finish(run, report.counts)
    return report.counts["created"]
