from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Concat


def mark(apps, schema_editor):
    """Let the search documents that are there know what an editor filters by."""
    documents = apps.get_model("entries", "SearchDocument").objects
    missing = apps.get_model("entries", "Sighting").objects.filter(
        leads=True, absences__gt=0, missing_since__isnull=False, entry__isnull=False
    )
    waiting = apps.get_model("entries", "Change").objects.order_by()
    marks = {
        "waiting=yes": documents.filter(entry__in=waiting.values("entry")),
        "missing=yes": documents.filter(entry__in=missing.values("entry")),
        "written=here": documents.filter(entry__source=None, entry__imported_at=None),
    }
    for term, marked in marks.items():
        marked.exclude(terms__endswith=f" {term}").update(terms=Concat("terms", Value(f" {term}")))


class Migration(migrations.Migration):
    dependencies = [("entries", "0012_site_version")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
