from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import migrations, models


def mint_feed_ids(apps, schema_editor):
    """Give the site what the ids of its feeds begin with.

    A site that has posts keeps the ids that its feeds have had: their addresses.
    """
    prefix = settings.SITE_URL
    if not apps.get_model("entries", "Entry").objects.exists():
        host = (urlsplit(prefix).hostname or "").replace(":", "-")
        prefix = f"tag:{host},{datetime.now(UTC):%Y-%m-%d}:{uuid4()}"
    apps.get_model("entries", "SiteIdentity").objects.create(pk=1, feed_ids=prefix)


class Migration(migrations.Migration):
    dependencies = [("entries", "0008_settings")]

    operations = [
        migrations.AddField(
            "source",
            "feed_updated",
            models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the feed had last changed, as it said when it last brought news; "
                "where it does not say, the newest change of its entries.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="SiteIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "feed_ids",
                    models.CharField(
                        help_text="What the id of each feed begins with; behind it stands the "
                        "feed’s path. For ever (RFC 4287, 4.2.6), whatever SITE_URL says later.",
                        max_length=500,
                    ),
                ),
            ],
        ),
        migrations.RunPython(mint_feed_ids, migrations.RunPython.noop),
        migrations.AddField(
            "withdrawal",
            "published",
            models.DateTimeField(
                help_text="With the entry’s primary key, its place in the list.", null=True
            ),
        ),
        migrations.AddField("withdrawal", "entry_pk", models.BigIntegerField(null=True)),
    ]
