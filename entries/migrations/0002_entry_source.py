import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Give each entry the source of its leading sighting."""
    sightings = apps.get_model("entries", "Sighting").objects.filter(
        entry=OuterRef("pk"), leads=True
    )
    apps.get_model("entries", "Entry").objects.update(
        source=Subquery(sightings.values("source")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("entries", "0001_initial")]

    operations = [
        migrations.AddField(
            "entry",
            "source",
            models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The source whose sighting leads; none of what was written here.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="entries.source",
            ),
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["source", "status", "-published", "-id"], name="entry_source_listing"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
