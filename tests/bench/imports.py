"""What our import of a feed needs, into the database of the environment."""

import sys

import django
from django.db import connection

from .child import stopwatch, tell


class QueryCount:
    """Counts queries, by the batch."""

    def __init__(self) -> None:
        self.since = 0
        self.by_batch: list[int] = []

    def __call__(self, execute, *arguments):
        self.since += 1
        return execute(*arguments)

    def end_batch(self, entries: int) -> None:
        self.by_batch.append(self.since)
        self.since = 0


def main(path: str, url: str) -> None:
    django.setup()
    from entries.importing.fetching.fetched import read_path
    from entries.importing.importer import import_document

    queries = QueryCount()
    with connection.execute_wrapper(queries), stopwatch() as total:
        report = import_document(read_path(path, url), on_entries=queries.end_batch)
    # The first batch has the start of the run before it, the last has fewer entries.
    full = queries.by_batch[1:-1] or queries.by_batch
    tell(seconds=total(), counts=report.counts, queries=sorted(set(full)))


if __name__ == "__main__":
    main(*sys.argv[1:])
