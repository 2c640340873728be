from django.db import migrations, models

# The feed that is bundled, by what it calls itself. Nobody answers at its address.
SAMPLE = "http://hedgerow.example/atom/everything/"


def mark_files(apps, schema_editor):
    """Mark the sources that came as files: imported, but never asked."""
    sources = apps.get_model("entries", "Source").objects.using(schema_editor.connection.alias)
    came = sources.filter(checked_at=None, status="new", runs__status="imported")
    sources.filter(pk__in=list(came.values_list("pk", flat=True))).update(status="file")
    sources.filter(url=SAMPLE).exclude(status="ok").update(
        status="file", failures=0, last_error="", next_check_at=None
    )


class Migration(migrations.Migration):
    dependencies = [("entries", "0007_indexes")]

    operations = [
        migrations.AlterField(
            "source",
            "status",
            models.CharField(
                max_length=10,
                choices=[
                    ("new", "not yet read"),
                    ("ok", "read"),
                    ("failed", "failed last time"),
                    ("gone", "gone for good"),
                    ("file", "came as a file"),
                ],
                default="new",
            ),
        ),
        migrations.RunPython(mark_files, migrations.RunPython.noop),
    ]
