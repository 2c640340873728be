from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import migrations


def mint_feed_ids(apps, schema_editor):
    """Give the site what the ids of its feeds begin with: a tag: URI (RFC 4151)."""
    host = (urlsplit(settings.SITE_URL).hostname or "").replace(":", "-")
    prefix = f"tag:{host},{datetime.now(UTC):%Y-%m-%d}:{uuid4()}"
    apps.get_model("entries", "SiteIdentity").objects.create(pk=1, feed_ids=prefix)


class Migration(migrations.Migration):
    dependencies = [("entries", "0003_site_version")]

    operations = [migrations.RunPython(mint_feed_ids, migrations.RunPython.noop)]
