from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from entries.models import Entry, ImportRun, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepare(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path

    def run(**options):
        out = StringIO()
        call_command("prepare", stdout=out, stderr=out, **options)
        return out.getvalue()

    return run


def test_the_first_time_there_are_a_sample_and_an_account_that_works(prepare):
    said = prepare()

    assert set(Entry.objects.live().values_list("kind", flat=True)) == set(Entry.Kind.values)
    password = said.split("password")[1].split()[0]
    assert authenticate(username="admin", password=password).is_superuser


def test_a_second_time_changes_nothing_and_shows_no_password(prepare):
    prepare()
    Entry.objects.all().delete()
    runs = ImportRun.objects.count()

    said = prepare()

    assert "password" not in said
    assert not Entry.objects.exists()
    assert ImportRun.objects.count() == runs


def test_a_feed_of_ones_own_takes_the_place_of_the_sample(prepare, tmp_path):
    feed = tmp_path / "mine.xml"
    feed.write_text(
        "<rss version='2.0'><channel><title>Mine</title><item><title>One</title>"
        "<guid>https://mine.example/1</guid></item></channel></rss>"
    )

    prepare(feed=str(feed))

    assert [source.title for source in Source.objects.all()] == ["Mine"]


def test_a_feed_that_fails_is_told_and_the_site_is_ready_all_the_same(prepare):
    said = prepare(feed="/there/is/no/such.xml")

    assert "/there/is/no/such.xml: there is no such file" in said
    assert "The site is at http://testserver/" in said
    assert said.rstrip().endswith("`import_feed` can import it while the site is running.")
    assert "password" in said
    assert not Entry.objects.exists()


def test_nobody_is_asked_for_the_sample(prepare):
    prepare()

    assert Source.objects.count() == 1
    assert not Source.objects.due().exists()
