import zlib
from datetime import UTC, date, datetime, timedelta

import hypothesis
import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from hypothesis import strategies as st

from entries.models import Enclosure, Entry, Tag, TaggedEntry

from .conftest import form_data

ADD = "/admin/entries/entry/add/"


def errors_of(response):
    return response.context["adminform"].form.errors


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def write(admin_client):
    """Send the form for a new entry. Returns the response."""

    def send(**fields):
        data = form_data(admin_client.get(ADD)) | fields
        return admin_client.post(ADD, data, follow=True)

    return send


def test_a_new_entry_gets_an_id_a_slug_and_waits_as_a_draft(write):
    response = write(title="Hello, wide world", content="<p>Text.</p>", tag_names="Web, feeds")

    entry = Entry.objects.get()
    assert response.status_code == 200
    assert entry.atom_id.startswith("tag:testserver,")
    assert entry.slug == "hello-wide-world"
    assert entry.status == Entry.Status.DRAFT
    assert entry.content == "<p>Text.</p>"
    assert list(entry.tags.names()) == ["Web", "feeds"]


def test_html_is_cleaned_when_saving_and_a_message_says_what_went(write):
    response = write(title="x", content="<p onclick=evil()>A</p><script>evil()</script>")

    assert Entry.objects.get().content == "<p>A</p>"
    assert any("1 × <script>" in line and "onclick" in line for line in said(response))
    assert b"<script>evil" not in response.content


def test_plain_text_becomes_paragraphs(write):
    write(title="x", content="One & two,\r\nthree.\r\n\r\n5 < 6.")

    assert Entry.objects.get().content == ("<p>One &amp; two,<br>\nthree.</p>\n<p>5 &lt; 6.</p>")


def test_the_untouched_form_of_an_imported_entry_changes_nothing(make_entry, make_sighting, edit):
    moment = datetime(2024, 3, 9, 12, 34, 56, 789012, tzinfo=UTC)
    entry = make_entry(
        title="  Two \n lines ",
        content="<pre>a\r\nb\rc\n</pre>\n\n<p onclick='x'>kept as it is</p>  ",
        summary=" x\r\ny ",
        link_url="gopher://example.org/ a",
        canonical_url="HTTP://EXAMPLE.org/a b",
        author_uri="mailto:x@example.org",
        author_email="nobody at example",
        language="en_US ",
        slug="no.slug!",
        day=date(2024, 3, 10),
        published=moment,
        updated=moment,
        kind="link",
        tags=["B, c", 'q"q', "a  a", "Z"],
    )
    TaggedEntry.objects.filter(tag__name="Z").update(term="z")
    Enclosure.objects.create(
        entry=entry,
        href="ftp://example.org/a b",
        type="audio",
        length=3,
        title=" a\nb",
        hreflang="xx ",
    )
    make_sighting(entry)
    stored = Entry.objects.filter(pk=entry.pk).values().get()
    taggings = list(TaggedEntry.objects.order_by("pk").values())
    enclosures = list(Enclosure.objects.values())

    response = edit(entry)

    assert response.redirect_chain, errors_of(response)
    assert Entry.objects.filter(pk=entry.pk).values().get() == stored
    assert list(TaggedEntry.objects.order_by("pk").values()) == taggings
    assert list(Enclosure.objects.values()) == enclosures


def test_a_time_that_the_clock_shows_twice_does_not_stop_an_edit(make_entry, edit, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    moment = datetime(2024, 10, 27, 1, 30, 0, 5, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        entry = make_entry(published=moment)

        edit(entry, title="Another")

    assert entry.title == "Another"
    assert entry.published == moment


def test_an_edit_of_one_field_leaves_the_others_as_they_came(make_entry, edit):
    content = "<p>a\r\nb</p><x-y onclick='z'>kept</x-y> "
    moment = datetime(2024, 3, 9, 12, 34, 56, 789012, tzinfo=UTC)
    entry = make_entry(content=content, published=moment, author_uri="urn:x", slug="a.b")

    edit(entry, title="New")

    assert entry.title == "New"
    assert (entry.content, entry.published, entry.author_uri) == (content, moment, "urn:x")
    assert entry.slug == "a.b"
    assert timezone.now() - entry.updated < timedelta(minutes=1)


def test_tags_status_and_slug_are_no_news_to_feed_readers(make_entry, edit):
    entry = make_entry(tags=["a"])
    before = entry.updated

    edit(entry, tag_names="b, a", status="draft", slug="elsewhere")

    assert entry.updated == before
    assert list(entry.tags.names()) == ["b", "a"]
    assert entry.slug == "elsewhere"
    assert Tag.objects.get(name="b").live_count == 0


def test_reordering_tags_keeps_the_spelling_of_the_feed(make_entry, edit):
    make_entry(tags=["Python"])
    entry = make_entry(tags=["python", "web"])

    edit(entry, tag_names="web, Python, new")

    assert list(entry.taggings.order_by("pk").values_list("tag__name", "term")) == [
        ("web", ""),
        ("Python", "python"),
        ("new", ""),
    ]


def test_a_new_day_moves_the_address_and_says_so(make_entry, edit):
    entry = make_entry(slug="x")

    response = edit(entry, published_0="2024-04-01")

    assert entry.get_absolute_url() == "/2024/Apr/1/x/"
    assert any("/2024/Mar/9/x/ to /2024/Apr/1/x/" in line for line in said(response))


def test_a_new_time_on_the_same_day_leaves_the_address(make_entry, edit):
    entry = make_entry(slug="x", day=date(2024, 3, 8))

    edit(entry, published_1="13:00:00")

    assert entry.published == datetime(2024, 3, 9, 13, tzinfo=UTC)
    assert entry.get_absolute_url() == "/2024/Mar/8/x/"
    assert not entry.taggings.exclude(published=entry.published).exists()


def test_a_taken_slug_gets_a_number(make_entry, edit):
    make_entry(slug="taken")
    entry = make_entry(slug="free")

    response = edit(entry, slug="taken")

    assert entry.slug == "taken-2"
    assert any("taken-2" in line for line in said(response))


@pytest.mark.parametrize(
    "field", ["link_url", "via_url", "quoted_url", "canonical_url", "author_uri"]
)
@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/", "no address"])
def test_addresses_are_those_of_pages(make_entry, edit, field, address):
    response = edit(make_entry(kind="note"), **{field: address})

    assert "https://" in errors_of(response)[field][0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "link", "link_url": ""}, "link_url"),
        ({"title": "", "content": " "}, "content"),
        ({"language": "English, please"}, "language"),
        ({"author_email": "nobody"}, "author_email"),
        ({"published_0": "yesterday"}, "published"),
        ({"published_0": ""}, "published"),
        ({"published_0": "9999-12-31"}, "published"),
        ({"published_0": "0025-09-11"}, "published"),
        ({"slug": "a b/c"}, "slug"),
        ({"tag_names": "x" * 256}, "tag_names"),
        ({"kind": "poem"}, "kind"),
    ],
)
def test_a_wrong_value_is_an_error_at_its_field(make_entry, edit, changes, field):
    entry = make_entry()

    response = edit(entry, **changes)

    assert field in errors_of(response)
    assert entry.title


def test_an_edit_over_an_edit_is_refused_once_and_nothing_is_lost(make_entry, admin_client):
    entry = make_entry(title="First")
    url = reverse("admin:entries_entry_change", args=[entry.pk])
    mine = form_data(admin_client.get(url)) | {"title": "Mine"}
    Entry.objects.get(pk=entry.pk).save()
    theirs = Entry.objects.get(pk=entry.pk)
    theirs.summary = "Theirs"
    theirs.save()

    refused = admin_client.post(url, mine)

    entry.refresh_from_db()
    assert (entry.title, entry.summary) == ("First", "Theirs")
    assert 'value="Mine"' in refused.content.decode()
    assert "Title, Summary" in errors_of(refused)["__all__"][0]

    admin_client.post(url, form_data(refused))

    entry.refresh_from_db()
    assert (entry.title, entry.summary) == ("Mine", "")


def test_tags_that_someone_else_changed_count_as_an_edit_too(make_entry, admin_client):
    entry = make_entry(tags=["a"])
    url = reverse("admin:entries_entry_change", args=[entry.pk])
    mine = form_data(admin_client.get(url)) | {"title": "Mine"}
    entry.set_tags(["a", "b"])

    refused = admin_client.post(url, mine)

    assert "Tags" in errors_of(refused)["__all__"][0]
    assert list(entry.tags.names()) == ["a", "b"]


def test_enclosures_are_edited_below(make_entry, edit):
    entry = make_entry()
    row = Enclosure.objects.create(
        entry=entry, href="https://example.org/a.mp3", length=3, title=" a\nb", hreflang="xx "
    )

    edit(entry, **{"enclosures-0-type": "audio/mpeg"})

    row.refresh_from_db()
    assert row.type == "audio/mpeg"
    assert timezone.now() - entry.updated < timedelta(minutes=1)


@pytest.mark.parametrize("kind", Entry.Kind.values)
def test_the_form_opens_what_the_kind_needs(admin_client, make_entry, kind):
    entry = make_entry(kind=kind)

    response = admin_client.get(reverse("admin:entries_entry_change", args=[entry.pk]))

    open_ = {
        fieldset.name for fieldset in response.context["adminform"] if not fieldset.is_collapsible
    }
    assert ("Link" in open_) == (kind == "link")
    assert ("Quotation" in open_) == (kind == "quotation")


def test_a_new_entry_opens_every_kind_or_the_one_asked_for(admin_client):
    def opened(query):
        fieldsets = admin_client.get(ADD + query).context["adminform"]
        return {fieldset.name for fieldset in fieldsets if not fieldset.is_collapsible}

    assert {"Link", "Quotation"} <= opened("")
    assert "Quotation" not in opened("?kind=link")


def test_hostile_text_is_escaped_on_the_form_and_in_the_list(
    admin_client, make_entry, make_sighting, source
):
    evil = "<script>evil()</script>\"'><img src=x onerror=evil()>"
    source.title = evil
    source.save()
    entry = make_entry(
        title=evil, canonical_url="javascript:evil()", atom_id=evil, tags=[evil], author_name=evil
    )
    make_sighting(
        entry,
        guid=evil,
        received=zlib.compress(evil.encode()),
        removed=[evil],
        matched_by="x",
        dated_by=evil[:20],
    )
    entry.changes.create(field="title", base=evil, theirs=evil + " 2")
    untitled = make_entry(title="", content=f"<p>{evil.replace('<', '&lt;')}</p>")
    pages = [
        "/admin/entries/entry/",
        f"/admin/entries/entry/{entry.pk}/change/",
        f"/admin/entries/entry/{untitled.pk}/change/",
        f"/admin/entries/entry/{entry.pk}/delete/",
        f"/admin/entries/entry/{entry.pk}/history/",
        "/admin/entries/upstreamchange/",
        f"/admin/entries/upstreamchange/{entry.changes.get().pk}/change/",
        "/admin/entries/source/",
        f"/admin/entries/source/{source.pk}/change/",
        "/admin/entries/tag/",
    ]

    for page in pages:
        html = admin_client.get(page).content.decode()

        assert "<script>evil" not in html, page
        assert "<img src=x" not in html, page
        assert 'href="javascript:' not in html, page


FAULTS = {
    "kind": ["", "poem"],
    "status": ["", "published"],
    "slug": ["", "a b/c", "x" * 201],
    "title": [""],
    "content": ["", "\x00"],
    "tag_names": ["x" * 256, "x" * 140_000, ",".join(map(str, range(1_001))), '"', "\x00"],
    "link_url": ["javascript:x", "https://[", "\x00"],
    "published_0": ["", "yesterday", "9999-12-31", "\x00"],
    "published_1": ["", "noon"],
    "language": ["English, please", "\x00"],
    "author_email": ["nobody", "\x00"],
    "canonical_url": ["x" * 3_000],
    "enclosures-0-href": ["", "no address", "\x00"],
    "enclosures-0-length": ["-1", "much", "9" * 40],
    "seen": ["", "\x00"],
}
faulty = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in FAULTS.items()}
)


@hypothesis.given(faults=faulty, is_new=st.booleans())
@hypothesis.example(faults={"slug": "", "language": "English, please"}, is_new=False)
@hypothesis.example(faults={"slug": "a b", "published_0": "", "title": ""}, is_new=False)
@hypothesis.example(faults=dict.fromkeys(FAULTS, ""), is_new=False)
@hypothesis.example(faults={name: values[-1] for name, values in FAULTS.items()}, is_new=False)
def test_whatever_is_wrong_with_a_form_comes_back_as_it_was_typed(
    make_entry, admin_client, faults, is_new
):
    entry = make_entry(kind="note", tags=["a"])
    Enclosure.objects.create(entry=entry, href="https://example.org/a.mp3")
    if is_new:
        faults = {name: value for name, value in faults.items() if "enclosures" not in name}
    url = ADD if is_new else reverse("admin:entries_entry_change", args=[entry.pk])
    data = form_data(admin_client.get(url)) | {"summary": "Typed & kept", "rights": "mine"} | faults
    before = Entry.objects.count(), entry.modified_at

    response = admin_client.post(url, data)

    entry.refresh_from_db()
    assert response.status_code in (200, 302)
    if response.status_code == 200:
        assert (Entry.objects.count(), entry.modified_at) == before
        assert 'class="errornote"' in response.content.decode()
        shown = form_data(response)
        for name, value in data.items():
            if name not in ("seen", "tag_names", "kind", "status"):
                assert shown.get(name, "").replace("\r\n", "\n") == value.replace("\r\n", "\n"), (
                    name
                )


def test_a_page_of_an_entry_whose_form_is_wrong_leads_to_the_stored_address(make_entry, edit):
    entry = make_entry(slug="stored")

    response = edit(entry, slug="", language="English, please")

    assert f'href="{entry.get_absolute_url()}" class="viewsitelink"' in response.content.decode()


@pytest.mark.parametrize("slug", ["", "a b/c"])
def test_a_wrong_form_of_a_tag_comes_back(make_entry, admin_client, slug):
    make_entry(tags=["a"])
    tag = Tag.objects.get()
    url = reverse("admin:entries_tag_change", args=[tag.pk])

    response = admin_client.post(
        url,
        form_data(admin_client.get(url)) | {"name": "", "slug": slug, "description": "Typed"},
    )

    assert response.status_code == 200
    assert "Typed" in response.content.decode()


def test_an_entry_with_a_hundred_and_fifty_media_can_be_saved(make_entry, edit):
    entry = make_entry()
    Enclosure.objects.bulk_create(
        Enclosure(entry=entry, href=f"https://example.org/{n}.mp3") for n in range(150)
    )

    edit(entry, title="Saved")

    assert entry.title == "Saved"


def test_a_text_of_three_megabytes_can_be_saved(make_entry, edit):
    entry = make_entry(content="<p>" + "word " * 600_000 + "</p>")

    edit(entry, title="Saved")

    assert entry.title == "Saved"


def test_tags_that_were_left_alone_are_not_judged(make_entry, edit):
    entry = make_entry(tags=[f"tag {n}" for n in range(1_100)])

    edit(entry, title="Saved")

    assert entry.title == "Saved"
    assert entry.taggings.count() == 1_100


def test_an_empty_form_may_be_asked_for_with_anything_in_it(admin_client):
    response = admin_client.get(f"{ADD}?kind=link&title=From+there&published=yesterday&slug=%00")

    assert 'value="From there"' in response.content.decode()


def test_a_form_whose_entry_is_deleted_while_it_is_made_has_no_link_to_its_page(make_entry):
    entry = make_entry()
    view_on_site = admin.site.get_model_admin(Entry).view_on_site
    assert view_on_site(entry) == entry.get_absolute_url()

    Entry.objects.all().delete()

    assert view_on_site(entry) is None
