from django.core.management.base import BaseCommand, CommandError

from entries.importing.errors import FeedError
from entries.importing.fetching.fetched import read_path, read_stdin
from entries.importing.opml import read_opml
from entries.models import Source


class Command(BaseCommand):
    help = "Add the feeds of an OPML file to the sources. The next sync_feeds imports them."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="a path, or - for stdin")

    def handle(self, *, file, **options):
        try:
            document = read_stdin() if file == "-" else read_path(file)
            addresses, left_out = read_opml(file, document.data)
        except FeedError as error:
            raise CommandError(str(error)) from error
        added = 0
        for url in addresses:
            url = Source.objects.feed_of(url)
            if known := Source.objects.known_as(url):
                known.ask_from_now_on()
            else:
                Source.objects.create(url=url)
                added += 1
        for reason in left_out:
            self.stderr.write(f"left out: {reason}", self.style.WARNING)
        known = len(addresses) - added
        self.stdout.write(f"{added} added, {known} known already, {len(left_out)} left out")
