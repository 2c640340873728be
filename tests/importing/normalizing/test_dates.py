from datetime import UTC, datetime

import pytest

from entries.importing.normalizing.dates import parse_date
from entries.models import Entry, Sighting
from tests.importing.atom import entry, feed

NOW = datetime(2024, 6, 1, tzinfo=UTC)
NOON = datetime(2016, 6, 29, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2016, 6, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-06-29T12:00:00Z", NOON),
        ("2016-06-29t12:00:00z", NOON),
        ("2016-06-29T12:00:00+00:00", NOON),
        ("2016-06-29T12:00:00-00:00", NOON),
        ("2016-06-29T14:00:00+02:00", NOON),
        ("2016-06-29T17:30:00+0530", NOON),
        ("2016-06-29T05:00:00-07", NOON),
        ("2016-06-29T12:00:00.000Z", NOON),
        ("2016-06-29T12:00:00,25Z", NOON.replace(microsecond=250_000)),
        ("2016-06-29T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
        ("2016-06-29T11:59:60Z", NOON.replace(hour=11, minute=59, second=59)),
        ("2016-06-29T12:00Z", NOON),
        ("2016-06-29 12:00:00", NOON),
        ("2016-06-29 12:00:00 UTC", NOON),
        ("  2016-06-29T12:00:00Z\n", NOON),
        ("2016-06-29", MIDNIGHT),
        ("2016-6-29", MIDNIGHT),
        ("2016/6/29", MIDNIGHT),
        ("2016.06.29", MIDNIGHT),
        ("Wed, 29 Jun 2016 12:00:00 GMT", NOON),
        ("Wed, 29 Jun 2016 14:00:00 +0200", NOON),
        ("29 Jun 2016 12:00 GMT", NOON),
        ("Wed, 29 June 2016 12:00:00 GMT", NOON),
        ("Fri, 29 Jun 2016 12:00:00 GMT", NOON),
        ("Wed, 29 Jun 2016 08:00:00 EDT", NOON),
        ("Wed, 29 Jun 2016 05:00:00 PDT", NOON),
        ("Wed, 29 Jun 2016 12:00:00", NOON),
        ("Wed, 29 Jun 16 12:00:00 GMT", NOON),
        ("29 Jun 16 12:00 +0000", NOON),
        ("Thu, 01 Jan 98 00:00:00 GMT", datetime(1998, 1, 1, tzinfo=UTC)),
        ("Wed Jun 29 12:00:00 2016", NOON),
        ("1593424800", datetime(2020, 6, 29, 10, 0, tzinfo=UTC)),
        ("2024-06-02T00:00:00Z", datetime(2024, 6, 2, tzinfo=UTC)),
    ],
)
def test_a_date_is_read(text, moment):
    assert parse_date(text, None, NOW) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1593",
        "1593-06-29T12:00:00Z",
        "Wed, 29 Jun 1593 12:00:00 GMT",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2016-13-01T00:00:00Z",
        "2016-02-30",
        "2016-06-29T25:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "2116-06-29T12:00:00Z",
        "29/06/16",
        "06/29/16",
        "16-06-29",
        "29.06.16",
        "99999999999999999999",
        "9999999999",
        "Wed, 31 Jun 2016 12:00:00 GMT",
        "Wed, 29 Jun 2016 12:00:00 +9999",
        "Jun",
        "２０１６-06-29x",
        "2016-06-29T12:00:00+99:99",
    ],
)
def test_what_can_not_be_believed_is_no_date(text):
    assert parse_date(text, None, NOW) is None


def test_a_form_that_only_feedparser_knows_counts_when_the_year_agrees():
    text = "2016년 06월 29일  오후 09:00:00"

    assert parse_date(text, (2016, 6, 29, 12, 0, 0, 2, 181, 0), NOW) == NOON
    assert parse_date("2016-11 or so", (2006, 11, 1, 0, 0, 0, 0, 0, 0), NOW) is None


@pytest.mark.parametrize(
    ("published", "updated", "expected", "rule"),
    [
        ("2016-06-29T12:00:00Z", None, (NOON, NOON), "published"),
        (None, "2016-06-29T12:00:00Z", (NOON, NOON), "updated"),
        ("1593424800x", "2016-06-29T12:00:00Z", (NOON, NOON), "updated"),
        ("2016-06-29", "2016-06-29T12:00:00Z", (MIDNIGHT, NOON), "published"),
        ("2016-06-29T12:00:00Z", "rubbish", (NOON, NOON), "published"),
    ],
)
def test_an_entry_says_where_its_date_is_from(read_entry, published, updated, expected, rule):
    post = read_entry(published=published, updated=updated)

    assert (post.published, post.updated) == expected
    assert Sighting.objects.get().dated_by == rule


def test_a_dublin_core_date_dates_an_entry_of_rss(read):
    read(
        b'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title>'
        b"<link>https://blog.example/</link><item><title>x</title>"
        b"<dc:date>2016-06-29T12:00:00Z</dc:date></item></channel></rss>"
    )

    assert Entry.objects.get().published == NOON


def test_a_future_entry_waits_for_its_time(read, time_machine):
    time_machine.move_to("2024-03-01T00:00:00Z")
    read(feed(entry(1, published="2024-03-09T12:00:00Z")))
    assert not Entry.objects.live().exists()

    time_machine.move_to("2024-03-09T12:00:01Z")

    assert Entry.objects.live().exists()


def test_a_date_that_can_not_be_believed_is_named_in_the_reasons(read):
    report = read(feed(entry(1, published="29/06/16", updated=None)))

    assert "its published date '29/06/16' can't be believed" in report.entries[0].reasons
