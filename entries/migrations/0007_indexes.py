from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0006_withdrawals")]

    operations = [
        migrations.AddIndex(
            "entry", models.Index(fields=["status", "modified_at"], name="entry_changed")
        ),
        migrations.AlterField(
            "tag",
            "live_count",
            models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="Live entries, including those not yet due.",
            ),
        ),
        migrations.AddIndex("tag", models.Index(fields=["-live_count", "name"], name="tag_by_use")),
    ]
