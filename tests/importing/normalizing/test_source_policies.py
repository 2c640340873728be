"""The policies of a source apply to every post that is imported from it."""

import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from entries.curating.filtered_posts import import_filtered_posts
from entries.curating.reclean import reclean
from entries.importing.importer import Options, import_feed
from entries.models import Entry, FeedEnvelope, FilteredPost, ImportLine, Sighting, Source
from tests.importing.atom import entry, feed


@pytest.fixture
def source(db, feed_server):
    return Source.objects.create(url=feed_server.url)


@pytest.fixture
def fetch(source, feed_server):
    """Import a feed of these entries with these policies."""

    def fetch(*entries, dry_run=False, **policies):
        feed_server.data = feed(*entries)
        source.refresh_from_db()
        Source.objects.filter(pk=source.pk).update(**policies)
        source.refresh_from_db()
        return import_feed(source, Options(dry_run=dry_run))

    return fetch


def titles():
    return sorted(Entry.objects.values_list("title", flat=True))


def tags(title="Post 1"):
    post = Entry.objects.get(title=title)
    return [tagging.term or tagging.tag.name for tagging in post.taggings.order_by("pk")]


FILTERS = [
    ("block title: sponsored", {"title": "A Sponsored post"}, {"title": "A post"}),
    ("block title: ad*", {"title": "Ad: buy this"}, {"title": "Why ads?"}),
    ("block title: [ad]", {"title": "[Ad] buy this"}, {"title": "a, d"}),
    ("block title: why?", {"title": "Why? Because"}, {"title": "Whys"}),
    ("block tag: ads", {"categories": "x|Ads"}, {"categories": "x|adsorption"}),
    ("block tag: ad*", {"categories": "x|Ads"}, {"categories": "x"}),
    ("block author: Mal*", {"by": "Mallory"}, {"by": "Ada"}),
    ("block kind: note", {"title": ""}, {"title": "An article"}),
    ("allow tag: python\nallow tag: django", {"categories": "php"}, {"categories": "Django"}),
    ("allow title: python", {"title": "PHP"}, {"title": "Python 3"}),
    ("allow author: Ada", {"by": "Mallory"}, {"by": "ada"}),
    ("allow kind: article", {"title": ""}, {"title": "An article"}),
    ("allow tag: py*\nblock tag: pypy", {"categories": "python|pypy"}, {"categories": "python"}),
    ("allow tag: a\nallow title: b", {"categories": "a", "title": "c"},
     {"categories": "a", "title": "b"}),
]  # fmt: skip


def stated(number, by="", **values):
    extra = f"<author><name>{by}</name></author>" if by else ""
    return entry(number, extra=extra, **values)


@pytest.mark.parametrize(("filters", "out", "in_"), FILTERS, ids=[row[0] for row in FILTERS])
def test_a_filter_leaves_out_what_it_names(fetch, filters, out, in_):
    report = fetch(stated(1, **out), stated(2, **in_), filters=filters)

    assert [line.action for line in report.entries] == ["skipped", "created"]
    assert "left out by the filter" in report.entries[0].reasons[0]
    left_out = FilteredPost.objects.get()
    assert left_out.filtered_by in filters.replace("\n", ", ")
    line = ImportLine.objects.get(action="skipped")
    assert line.filtered_by == left_out.filtered_by


def test_what_a_filter_left_out_is_said_once(fetch, dump):
    posts = [entry(1, title="Sponsored"), entry(2)]
    fetch(*posts, filters="block title: sponsored")
    before = dump("Source")

    report = fetch(*posts)

    assert (report.skipped, report.unchanged) == (1, 1)
    assert dump("Source") == before


def test_a_filtered_post_that_is_revised_stays_out_and_is_kept_as_it_is_now(fetch):
    fetch(entry(1, "<p>Old.</p>", title="Sponsored"), filters="block title: sponsored")

    fetch(entry(1, "<p>New.</p>", title="Sponsored"))

    assert FilteredPost.objects.get().base["content"] == "<p>New.</p>"
    assert not Entry.objects.exists()


def test_a_post_that_is_here_is_not_filtered_any_more(fetch):
    fetch(entry(1))

    fetch(entry(1, title="Sponsored"), filters="block title: sponsored")

    assert titles() == ["Sponsored"]


@pytest.mark.parametrize("how", ["the filter is gone", "the post fits now"])
def test_a_post_that_no_filter_hits_any_more_comes_in(fetch, how):
    fetch(entry(1, title="Sponsored"), entry(2), filters="block title: sponsored")

    if how == "the filter is gone":
        report = fetch(entry(1, title="Sponsored"), entry(2), filters="")
    else:
        report = fetch(entry(1, title="A gift"), entry(2))

    assert report.created == 1
    assert Entry.objects.count() == Sighting.objects.count() == 2
    assert not FilteredPost.objects.exists()


def test_the_filters_of_one_source_are_not_those_of_another(fetch, read):
    fetch(entry(1, title="Sponsored"), filters="block title: sponsored")

    report = read(feed(entry(1, title="Sponsored")), url="https://other.example/feed")

    assert report.created == 1
    assert fetch(entry(1, title="Sponsored")).skipped == 1


def test_an_editor_finds_what_was_left_out_and_imports_it_after_all(fetch, admin_client, source):
    fetch(entry(1, title="Sponsored"), entry(2), filters="block title: sponsored")
    url = reverse("admin:entries_filteredpost_changelist")
    page = admin_client.get(reverse("admin:entries_source_change", args=[source.pk]))
    assert f'{url}?source={source.pk}">1 post<' in page.content.decode()
    post = FilteredPost.objects.get()
    assert "block title: sponsored" in admin_client.get(url).content.decode()

    admin_client.post(url, {"action": "import_after_all", "_selected_action": [post.pk]})

    assert titles() == ["Post 2", "Sponsored"]
    assert not FilteredPost.objects.exists()
    report = fetch(entry(1, title="Sponsored, again"), entry(2))
    assert (report.updated, report.unchanged) == (1, 1)


def test_what_is_let_in_without_a_date_is_dated_by_when_it_was_seen_first(
    fetch, admin_client, time_machine
):
    time_machine.move_to("2024-05-01T10:00:00Z", tick=False)
    undated = entry(1, title="Ad", published=None, updated=None)
    fetch(undated, filters="block title: ad")
    seen = FilteredPost.objects.get().first_seen_at
    envelope = FeedEnvelope.objects.get()
    before = zlib.decompress(envelope.before).replace(b"2024-03-09T12:00:00Z", b"")
    FeedEnvelope.objects.update(before=zlib.compress(before))
    time_machine.move_to("2024-06-01T10:00:00Z", tick=False)

    admin_client.post(
        reverse("admin:entries_filteredpost_changelist"),
        {"action": "import_after_all", "_selected_action": [FilteredPost.objects.get().pk]},
    )

    assert Entry.objects.get().published == seen


def test_ten_are_let_in_by_as_many_queries_as_one(fetch, django_assert_max_num_queries):
    def queries(number, first):
        posts = [entry(first + n, title=f"Ad {first + n}") for n in range(number)]
        fetch(*posts, filters="block title: ad")
        with django_assert_max_num_queries(60) as captured:
            assert import_filtered_posts(FilteredPost.objects.all()) == number
        return len(captured)

    assert queries(1, 1) == queries(10, 100)
    assert Entry.objects.count() == 11


def test_a_dry_run_leaves_nothing_out_for_good(fetch):
    report = fetch(entry(1, title="Ad"), filters="block title: ad", dry_run=True)

    assert report.skipped == 1
    assert not FilteredPost.objects.exists()


def test_categories_are_mapped_ignored_and_added(fetch):
    rules = "Py* → Python\nUncategorized → ignore\nweb -> Web things"
    terms = "Py3|Uncategorized|other|web|python"

    fetch(entry(1, categories=terms), category_rules=rules, added_tags="planet")

    assert tags() == ["Python", "other", "Web things", "planet"]


def test_changed_category_rules_reach_old_entries_when_all_is_cleaned_again(fetch, source):
    fetch(entry(1, categories="py3|x"))
    source.category_rules, source.added_tags = "py3 → Python", "planet"
    source.save()

    reclean()

    assert tags() == ["Python", "x", "planet"]
    source.refresh_from_db()
    assert fetch(entry(1, categories="py3|x|y")).updated == 1
    assert tags() == ["Python", "x", "y", "planet"]


def test_tags_that_an_editor_changed_stay_whatever_the_rules(fetch):
    fetch(entry(1, categories="a"), added_tags="planet")
    Entry.objects.get().set_tags(["mine"])

    fetch(entry(1, title="New", categories="a"))

    assert tags("New") == ["mine"]


def test_author_and_language_fill_in_what_is_not_stated(fetch, source, feed_server):
    feed_server.data = feed(entry(1), entry(2, extra="<author><name>Bo</name></author>"))
    feed_server.data = feed_server.data.replace(b"<author><name>Ada Fern</name></author>", b"")
    feed_server.data = feed_server.data.replace(b' xml:lang="en-gb"', b"")
    source.default_author, source.default_language = "The planet", "de"
    source.save()

    import_feed(source)

    stated = dict(Entry.objects.values_list("title", "author_name"))
    assert stated == {"Post 1": "The planet", "Post 2": "Bo"}
    assert set(Entry.objects.values_list("language", flat=True)) == {"de"}


def test_what_the_feed_states_counts_before_the_defaults(fetch):
    fetch(entry(1), default_author="The planet", default_language="de")

    post = Entry.objects.get()
    assert (post.author_name, post.language) == ("Ada Fern", "en-gb")


def test_noindex_keeps_the_pages_of_a_source_from_search_engines(fetch, client):
    fetch(entry(1), canonical="noindex")
    post = Entry.objects.get()

    page = client.get(post.get_absolute_url()).content.decode()
    sitemap = client.get("/sitemap-2024-Mar.xml").content.decode()

    assert '<meta name="robots" content="noindex">' in page
    assert post.get_absolute_url() not in sitemap
    assert "/2024/Mar/" in sitemap


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("filters", "block sponsored"),
        ("filters", "hide title: x"),
        ("filters", "block title:"),
        ("category_rules", "Python"),
        ("category_rules", "→ Python"),
        ("category_rules", "a → b → c"),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_a_rule_that_can_not_be_read_is_refused_with_its_reason(name, line):
    source = Source(url="https://x.example/", **{name: line})

    with pytest.raises(ValidationError) as error:
        source.clean_fields()

    assert list(error.value.message_dict) == [name]


def test_import_feed_gives_a_source_its_policies(feed_server, db, capsys):
    feed_server.data = feed(entry(1, title="Ad"), entry(2, categories="py3"))
    options = {
        "block": ["title: ad"], "category": ["py3 -> Python"], "add_tag": ["planet"],
        "author": "The planet", "language": "de", "zone": "Europe/Vienna", "canonical": "self",
        "new_entries": "draft",
    }  # fmt: skip

    call_command("import_feed", feed_server.url, **options)
    call_command("import_feed", feed_server.url, block=["kind: note"])

    source = Source.objects.get()
    assert source.filters == "block title: ad\nblock kind: note"
    assert source.category_rules == "py3 -> Python"
    assert (source.default_author, source.default_language) == ("The planet", "de")
    assert (source.time_zone, source.canonical) == ("Europe/Vienna", "self")
    assert Entry.objects.get().status == "draft"
    assert tags("Post 2") == ["Python", "planet"]


def test_a_dry_run_keeps_no_policies(feed_server, source, capsys):
    feed_server.data = feed(entry(1, title="Ad"))

    call_command("import_feed", feed_server.url, block=["title: ad"], dry_run=True)

    assert "skipped: Ad – left out by the filter block title: ad" in capsys.readouterr().out
    source.refresh_from_db()
    assert source.filters == ""


def test_add_source_gives_a_source_its_policies(feed_server, db, capsys):
    call_command("add_source", feed_server.url, allow=["tag: py*"], new_entries="draft")

    source = Source.objects.get()
    assert (source.filters, source.new_entries) == ("allow tag: py*", "draft")


@pytest.mark.parametrize("option", [{"block": ["ads"]}, {"zone": "Mars"}, {"category": ["x"]}])
def test_a_command_refuses_a_policy_that_can_not_be_read(db, option):
    with pytest.raises(CommandError) as error:
        call_command("add_source", "https://x.example/", **option)

    assert error.value.returncode == 2
    assert not Source.objects.exists()


def test_an_editor_writes_the_policies_of_a_source(admin_client, source):
    url = reverse("admin:entries_source_change", args=[source.pk])
    page = admin_client.get(url)
    data = {"new_entries": "live", "canonical": "noindex", "filters": "block tag: x"}
    data["seen"] = page.context["adminform"].form.initial["seen"]

    wrong = admin_client.post(url, data | {"filters": "nonsense"})
    admin_client.post(url, data)

    assert "is no filter" in wrong.content.decode()
    source.refresh_from_db()
    assert (source.canonical, source.filters) == ("noindex", "block tag: x")
