from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0005_addresses")]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("atom_id", models.CharField(max_length=2000)),
                ("list", models.CharField(max_length=40)),
                ("withdrawn_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["list", "-withdrawn_at", "-id"], name="withdrawal_listing"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["atom_id", "list"], name="one_withdrawal_a_list"
                    )
                ],
            },
        ),
    ]
