from django.core.management.base import BaseCommand

from entries.curating.reclean import reclean


class Command(BaseCommand):
    help = (
        "Parse and clean all imported entries again, from the bytes as received, without "
        "fetching. Changes by editors stay."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="report everything, write nothing"
        )

    def handle(self, *, dry_run, **options):
        report = reclean(dry_run)
        for title, fields in report.changed:
            self.stdout.write(f"  {title[:80]}: {', '.join(fields).replace('_', ' ')}")
        for name in report.unreadable:
            self.stderr.write(f"{name}: its bytes cannot be read; it stays unchanged")
        would = "would be" if dry_run else "were"
        self.stdout.write(f"{report.sightings} read, {len(report.changed)} {would} changed")
