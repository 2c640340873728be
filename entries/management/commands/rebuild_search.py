from django.core.management.base import BaseCommand

from entries.models.search_document import index_all


class Command(BaseCommand):
    help = (
        "Rebuild the search index, a few hundred entries at a time. Needed after a change to how "
        "words are indexed, or after changing the database without the site. Safe while the "
        "site runs."
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
