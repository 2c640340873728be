from django.core.management.base import BaseCommand

from entries.models.search_document import index_all


class Command(BaseCommand):
    help = (
        "Write what is searched of every entry anew, a few hundred at a time. Needed after a "
        "change of how words are read, or of the database behind the site's back; safe while "
        "the site runs."
    )

    def handle(self, **options):
        done = 0
        for number in index_all():
            done += number
            if self.stderr.isatty():
                self.stderr.write(f"\r{done}", ending="")
        if self.stderr.isatty():
            self.stderr.write("\r", ending="")
        self.stdout.write(f"{done} entries indexed")
