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
        is_imported = True
        if feed:
            self.stdout.write(f"Importing {feed}")
            is_imported = self.import_feed(feed)
        elif not Source.objects.exists() and not Entry.objects.exists():
            self.stdout.write("Importing the sample feed")
            is_imported = self.import_feed(str(SAMPLE))
        self.make_admin()
        self.stdout.write(
            f"\nThe site is at {settings.SITE_URL}/ and the desk at {settings.SITE_URL}/admin/\n"
            "Stop it with Ctrl-C. Nothing is lost; `make run` brings it up again.\n"
        )
        if not is_imported:
            self.stderr.write(
                f"{feed or SAMPLE} could not be imported, for the reason above. The site is made "
                "ready without it; `import_feed` takes it in while the site is up.\n"
            )

    def import_feed(self, feed) -> bool:
        """Whether it went well. What did not has been told."""
        try:
            call_command("import_feed", feed, stdout=self.stdout, stderr=self.stderr)
        except SystemExit:
            return False
        except CommandError as error:
            self.stderr.write(str(error))
            return False
        return True

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
