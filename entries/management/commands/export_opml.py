from pathlib import Path

from django.core.management.base import BaseCommand

from entries.importing.opml import write_opml
from entries.models import Source

from ..whole_files import write_whole


class Command(BaseCommand):
    help = "Write the sources as an OPML 2.0 file."

    def add_arguments(self, parser):
        parser.add_argument("--output", metavar="FILE", help="write to a file instead of stdout")

    def handle(self, *, output, **options):
        text = write_opml(Source.objects.fetchable())
        if output is None:
            self.stdout.write(text, ending="")
            return
        write_whole(Path(output), lambda file: file.write(text))
