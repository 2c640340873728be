from django.core.management.base import BaseCommand

from entries.importing.reclean import reclean


class Command(BaseCommand):
    help = (
        "Clean everything that was imported again, from the upstream fields as received, "
        "without fetching. What editors changed stays."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say all, write nothing")

    def handle(self, *, dry_run, **options):
        report = reclean(dry_run)
        for title, fields in report.changed:
            self.stdout.write(f"  {title[:80]}: {', '.join(fields).replace('_', ' ')}")
        would = "would be" if dry_run else "were"
        self.stdout.write(f"{report.sightings} looked at, {len(report.changed)} {would} changed")
