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
        "Prepare the site for serving: database tables, static files, a first feed and an admin "
        "account. Does only what has not been done before."
    )

    def add_arguments(self, parser):
        parser.add_argument("--feed", help="a path or URL to import instead of the sample feed")

    def handle(self, *, feed, **options):
        self.stdout.write("Migrating the database")
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
            f"\nThe site is at {settings.SITE_URL}/ and the admin at {settings.SITE_URL}/admin/\n"
            "Stop it with Ctrl-C. Nothing is lost; `make run` starts it again.\n"
        )
        if not is_imported:
            self.stderr.write(
                f"{feed or SAMPLE} could not be imported, for the reason above. The site works "
                "without it; `import_feed` can import it while the site is running.\n"
            )

    def import_feed(self, feed) -> bool:
        """Returns True if the import succeeded. Errors have been printed."""
        try:
            call_command("import_feed", feed, stdout=self.stdout, stderr=self.stderr)
        except SystemExit:
            return False
        except CommandError as error:
            self.stderr.write(str(error))
            return False
        return True

    def make_admin(self):
        """Create an admin account if there is none, and print its password."""
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser(ADMIN, password=password)
        self.stdout.write(
            f"\nAn admin account was created. The login is shown only now:\n"
            f"  user name  {ADMIN}\n  password   {password}\n"
        )
