"""Import every source of the site, again and again: `python -m tests.stress.imports ROUNDS`.

Tells the report of each import: its status and its error.
"""

import json
import sys

import django

django.setup()

from entries.importing.importer import import_feed  # noqa: E402
from entries.models import Source  # noqa: E402


def main(rounds: int) -> None:
    reports = []
    for _ in range(rounds):
        for source in Source.objects.order_by("pk"):
            report = import_feed(source)
            reports.append([report.status, report.error])
    json.dump(reports, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
