from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0006_withdrawals")]

    operations = [
        migrations.AddIndex(
            "entry", models.Index(fields=["status", "modified_at"], name="entry_changed")
        ),
    ]
