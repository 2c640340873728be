"""One `sync` of many sources, in the database of the environment."""

import sys
from collections import Counter

import django
from django.db import connection

from .child import stopwatch, tell
from .feedserver import HOSTS
from .imports import QueryCount

JOBS = 8


def main(port: str, number: str) -> None:
    django.setup()
    from entries.importing.importer import Options
    from entries.importing.sync import sync
    from entries.models import Source

    if not Source.objects.exists():
        Source.objects.bulk_create(
            Source(url=f"http://{HOSTS[n % len(HOSTS)]}:{port}/{n}.atom")
            for n in range(int(number))
        )
    # As if the time had come.
    Source.objects.update(next_check_at=None)
    queries, statuses = QueryCount(), Counter[str]()
    with connection.execute_wrapper(queries), stopwatch() as total:
        sync(
            Source.objects.all(),
            Options(),
            JOBS,
            lambda sources: None,
            lambda report: statuses.update([report.status]),
        )
    tell(seconds=total(), statuses=statuses, queries=queries.since / int(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
