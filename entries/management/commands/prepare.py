import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

import entries
from entries.models import Entry, Source

SAMPLE = Path(entries.__file__).parent / "sample" / "sample.atom"
ADMIN = "admin"


class Command(BaseCommand):
    help = (
        "Make the site ready to be served: tables, static files, a first feed and an admin "
        "account. Does only what is missing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--feed", help="a path or URL to import, instead of the sample")

    def handle(self, *, feed, **options):
        self.stdout.write("Bringing the database up to date")
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        if feed:
            self.stdout.write(f"Importing {feed}")
            self.import_feed(feed)
        elif not Source.objects.exists() and not Entry.objects.exists():
            self.stdout.write("Importing the sample feed")
            self.import_feed(str(SAMPLE))
        self.make_admin()
        self.stdout.write(
            f"\nThe site is at {settings.SITE_URL}/ and the desk at {settings.SITE_URL}/admin/\n"
            "Stop it with Ctrl-C. Nothing is lost; `make run` brings it up again.\n"
        )

    def import_feed(self, feed):
        try:
            call_command("import_feed", feed, stdout=self.stdout, stderr=self.stderr)
        except SystemExit as stop:
            raise CommandError(f"{feed} could not be imported; see above.") from stop

    def make_admin(self):
        """An account for the desk, if nobody has one. Its password is shown this once."""
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser(ADMIN, password=password)
        self.stdout.write(
            f"\nAn account for the desk. It is shown only now:\n"
            f"  user name  {ADMIN}\n  password   {password}\n"
        )
