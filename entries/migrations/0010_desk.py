from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0009_outgoing")]

    operations = [
        migrations.AddIndex(
            "sighting", models.Index(fields=["source", "entry"], name="sighting_entries")
        ),
    ]
