"""Import every source of the site once for each line of stdin: `python -m tests.stress.imports`.

Answers each line with one: the status and the error of each import, in JSON.
"""

import json
import sys

import django

django.setup()

from entries.importing.importer import import_feed  # noqa: E402
from entries.models import Source  # noqa: E402


def main() -> None:
    for _ in sys.stdin:
        reports = [import_feed(source) for source in Source.objects.order_by("pk")]
        print(json.dumps([[report.status, report.error] for report in reports]), flush=True)


if __name__ == "__main__":
    main()
