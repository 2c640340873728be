"""Make the site: tables, an editor who has signed in, the first import.

Reads the addresses of its feeds; tells the key of the editor's session and what there is.
"""

import json
import sys

import django
from django.core.management import call_command

django.setup()

from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from entries.importing.importer import import_feed  # noqa: E402
from entries.models import Entry, Source, Tag  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    for url in json.load(sys.stdin):
        report = import_feed(Source(url=url))
        assert report.status == "imported", report.error
    entries = Entry.objects.order_by("pk")
    one = entries[0]
    one.set_tags([*one.tags.names(), "merged-away", "stays"])
    answer = {
        "session": signed_in(User.objects.create_superuser("editor", password="x")),
        "entries": list(entries.values_list("pk", flat=True)),
        "sources": list(Source.objects.values_list("pk", flat=True)),
        "tags": dict(Tag.objects.values_list("name", "pk")),
    }
    json.dump(answer, sys.stdout)


def signed_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key or ""


if __name__ == "__main__":
    main()
