import hashlib
import itertools
import json
import zlib

import pytest
from django.contrib.auth.models import Permission, User
from django.forms import BoundField
from django.urls import reverse

numbers = itertools.count(1)


@pytest.fixture
def source(db):
    from entries.models import Source

    return Source.objects.create(url="https://example.org/feed.atom", title="An example")


@pytest.fixture
def make_sighting(source):
    """Create the leading sighting of an entry in `source`."""
    from entries.models import Entry, Sighting

    def make(entry, **fields):
        guid = f"https://example.org/{next(numbers)}"
        fields = {
            "source": source,
            "leads": True,
            "guid": guid,
            "matched_by": "new",
            "dated_by": "published",
            "received_hash": hashlib.md5(guid.encode()).hexdigest(),
            "base": {},
            "received": zlib.compress(json.dumps({"id": guid}).encode()),
        } | fields
        if fields["leads"]:
            Entry.objects.filter(pk=entry.pk).update(source=fields["source"])
        return Sighting.objects.create(entry=entry, **fields)

    return make


@pytest.fixture
def staff_client(db, client):
    """Log in a staff user with only these permissions, such as `view_entry`."""

    def login(*codenames):
        user = User.objects.create_user(f"staff-{next(numbers)}", is_staff=True)
        user.user_permissions.set(
            Permission.objects.filter(codename__in=codenames, content_type__app_label="entries")
        )
        client.force_login(user)
        return client

    return login


def form_data(response):
    """The data that a browser sends for the untouched form and inlines of a change page."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            data |= sent_by(field)
    return data


def sent_by(field: BoundField):
    value = field.value()
    subwidgets = getattr(field.field.widget, "widgets", None)
    if subwidgets is not None:
        parts = value if isinstance(value, list) else field.field.widget.decompress(value)
        return {
            f"{field.html_name}_{number}": "" if part is None else widget.format_value(part) or ""
            for number, (widget, part) in enumerate(zip(subwidgets, parts, strict=True))
        }
    if isinstance(value, bool):
        return {field.html_name: "on"} if value else {}
    text = "" if value is None else str(value)
    if field.field.widget.__class__.__name__ == "Textarea":
        return {field.html_name: text.replace("\r\n", "\n").replace("\n", "\r\n")}
    return {field.html_name: text.replace("\r", "").replace("\n", "")}


@pytest.fixture
def edit(admin_client):
    """Open the form of an entry, change these fields, and send it as a browser would."""

    def send(entry, **changes):
        url = reverse("admin:entries_entry_change", args=[entry.pk])
        data = form_data(admin_client.get(url)) | changes
        data = {name: value for name, value in data.items() if value is not None}
        response = admin_client.post(url, data, follow=True)
        entry.refresh_from_db()
        return response

    return send
