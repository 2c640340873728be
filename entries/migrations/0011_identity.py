import zlib

import django.db.models.deletion
from django.db import migrations, models

BATCH = 500


def compress_fields(apps, schema_editor):
    """Keep the parsed fields of what came before bytes were kept."""
    sightings = apps.get_model("entries", "Sighting").objects
    last = 0
    while rows := list(sightings.filter(pk__gt=last).order_by("pk").only("raw")[:BATCH]):
        last = rows[-1].pk
        for row in rows:
            row.received = zlib.compress(row.raw.encode("utf-8", "surrogatepass"))
        sightings.bulk_update(rows, ["received"])


def drop_repeated_keys(apps, schema_editor):
    """A changed id had the sighting's keys written once more."""
    keys = apps.get_model("entries", "IdentityKey").objects
    firsts = keys.values("value", "sighting").annotate(first=models.Min("pk"))
    keys.exclude(pk__in=firsts.values("first")).delete()


class Migration(migrations.Migration):
    dependencies = [("entries", "0010_desk")]

    operations = [
        migrations.CreateModel(
            "FeedEnvelope",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=32)),
                ("url", models.TextField(blank=True)),
                (
                    "pictures_of_all",
                    models.JSONField(
                        default=list, help_text="Addresses of pictures that all its entries had."
                    ),
                ),
                ("before", models.BinaryField()),
                ("after", models.BinaryField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="entries.source",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "feedenvelope",
            models.UniqueConstraint(fields=["source", "digest"], name="one_envelope_a_digest"),
        ),
        migrations.RenameField("sighting", "raw_hash", "received_hash"),
        migrations.AlterField(
            "sighting",
            "received_hash",
            models.CharField(
                help_text="Of all that decides what becomes of it, by which it is unchanged.",
                max_length=40,
            ),
        ),
        migrations.AddField(
            "sighting",
            "statement_hash",
            models.CharField(
                blank=True,
                default="",
                help_text="Of what it says: title, link, date, text, enclosures.",
                max_length=32,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "sighting",
            "received",
            models.BinaryField(
                default=b"",
                help_text="The bytes of the entry, compressed by zlib; without an envelope its "
                "parsed fields as JSON, since the document could not be cut into its entries.",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(compress_fields, migrations.RunPython.noop),
        migrations.RemoveField("sighting", "raw"),
        migrations.AddField(
            "sighting",
            "envelope",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sightings",
                to="entries.feedenvelope",
            ),
        ),
        migrations.CreateModel(
            "OriginalPath",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BigIntegerField(help_text="As `path_key` makes it.")),
                ("address", models.TextField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="original_paths",
                        to="entries.entry",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "originalpath",
            models.UniqueConstraint(fields=["key", "entry"], name="one_path_an_entry"),
        ),
        migrations.RunPython(drop_repeated_keys, migrations.RunPython.noop),
        migrations.AlterField("identitykey", "value", models.CharField(max_length=40)),
        migrations.AddConstraint(
            "identitykey",
            models.UniqueConstraint(fields=["value", "sighting"], name="one_key_a_sighting"),
        ),
    ]
