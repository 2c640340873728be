from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from entries.importing.opml import write_opml
from entries.models import Source


class Command(BaseCommand):
    help = "Write the sources as an OPML 2.0 file."

    def add_arguments(self, parser):
        parser.add_argument("--output", metavar="FILE", help="a file instead of stdout")

    def handle(self, *, output, **options):
        text = write_opml(Source.objects.fetchable())
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(output).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{output} can't be written: {error.strerror}") from error
