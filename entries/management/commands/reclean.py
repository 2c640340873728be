from django.core.management.base import BaseCommand

from entries.curating.reclean import reclean


class Command(BaseCommand):
    help = (
        "Parse and clean everything that was imported again, from its bytes as received, "
        "without fetching. What editors changed stays."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say all, write nothing")

    def handle(self, *, dry_run, **options):
        report = reclean(dry_run)
        for title, fields in report.changed:
            self.stdout.write(f"  {title[:80]}: {', '.join(fields).replace('_', ' ')}")
        for name in report.unreadable:
            self.stderr.write(f"{name}: its bytes can't be read; it stays as it is")
        would = "would be" if dry_run else "were"
        self.stdout.write(f"{report.sightings} looked at, {len(report.changed)} {would} changed")
