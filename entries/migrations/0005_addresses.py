import django.db.models.deletion
import django.utils.timezone
import entries.models.path
from django.db import connections, migrations, models
from entries.models.path import path_key, plain_link, plain_path_of

BATCH = 2_000


def write_paths_plainly(apps, schema_editor):
    """Write the paths that are kept as they are looked up from now on."""
    addresses = apps.get_model("entries", "OldAddress").objects
    for address in addresses.order_by("pk"):
        plain = plain_link(address.path)
        if plain == address.path:
            continue
        if addresses.filter(path=plain).exists():
            address.delete()
        else:
            addresses.filter(pk=address.pk).update(path=plain)


def fill_keys(apps, schema_editor):
    """Give each entry the keys of its original paths."""
    entries = apps.get_model("entries", "Entry").objects.order_by("pk")
    table = schema_editor.quote_name("entries_entry")
    update = f"UPDATE {table} SET original_key = %s, id_key = %s WHERE id = %s"
    last = 0
    while rows := list(
        entries.filter(pk__gt=last).values_list("pk", "canonical_url", "atom_id")[:BATCH]
    ):
        last = rows[-1][0]
        keys = []
        for pk, canonical_url, atom_id in rows:
            original, own = plain_path_of(canonical_url), plain_path_of(atom_id)
            own = "" if own == original else own
            keys.append([original and path_key(original) or None, own and path_key(own) or None, pk])
        with connections[schema_editor.connection.alias].cursor() as cursor:
            cursor.executemany(update, [row for row in keys if row[0] or row[1]])


class Migration(migrations.Migration):
    dependencies = [("entries", "0004_search")]

    operations = [
        migrations.RunPython(write_paths_plainly, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            "oldaddress",
            {"ordering": ["-pk"], "verbose_name_plural": "old addresses"},
        ),
        migrations.AlterField(
            "oldaddress",
            "path",
            models.CharField(
                help_text="As `plain_path` writes it.", max_length=500, unique=True
            ),
        ),
        migrations.AlterField(
            "oldaddress",
            "entry",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="old_addresses",
                to="entries.entry",
            ),
        ),
        migrations.AddField(
            "oldaddress",
            "tag",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="old_addresses",
                to="entries.tag",
            ),
        ),
        migrations.AddField(
            "oldaddress", "target", models.CharField(blank=True, max_length=500, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "oldaddress",
            "reason",
            models.CharField(
                choices=[
                    ("had", "had this address before"),
                    ("merged", "took in what had this address"),
                    ("set", "was set by an editor"),
                ],
                default="merged",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "oldaddress",
            "reason",
            models.CharField(
                choices=[
                    ("had", "had this address before"),
                    ("merged", "took in what had this address"),
                    ("set", "was set by an editor"),
                ],
                default="set",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "oldaddress",
            "added_at",
            models.DateTimeField(default=django.utils.timezone.now, verbose_name="since"),
        ),
        migrations.AddConstraint(
            "oldaddress",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entry", None),
                        ("tag", None),
                        models.Q(("target", ""), _negated=True),
                    ),
                    models.Q(("entry__isnull", False), ("tag", None), ("target", "")),
                    models.Q(("entry", None), ("tag__isnull", False), ("target", "")),
                    _connector="OR",
                ),
                name="one_destination",
            ),
        ),
        migrations.AddField(
            "entry",
            "original_key",
            entries.models.path.PathKeyField(but="", editable=False, null=True, of="canonical_url"),
        ),
        migrations.AddField(
            "entry",
            "id_key",
            entries.models.path.PathKeyField(
                but="canonical_url", editable=False, null=True, of="atom_id"
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("original_key__isnull", False)),
                fields=["original_key"],
                name="entry_original",
            ),
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("id_key__isnull", False)),
                fields=["id_key"],
                name="entry_id_path",
            ),
        ),
    ]
