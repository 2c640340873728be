"""Mutated documents of every format: read or refused in words, and never half stored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entries.importing.errors import FeedError
from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import ImportRun
from tests.importing.files import NAMES, feed_file

PIECES = [
    *(b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b">", b"&", b"&#xD800;", b"&#99999999999;"),
    *(b"]]>", b"<![CDATA[", b"<!--", b"-->", b"</item>", b"<item>", b"</entry>", b"<entry>"),
    *(b'"', b"{", b"}", b"[", b"null", b"1e999", b'"\\ud800"', b"<?xml", b"<!DOCTYPE x [", b"%"),
    *(b'<media:content url="x">', b"</media:content>", b"<author>", b"</author>", b"<source>"),
    *(b'<thr:in-reply-to ref="x"/>', b"<wp:author>", b"<wp:post_type>attachment</wp:post_type>"),
    *(b"<a:b xmlns:a='", b"xml:base='http://['", b"mode='base64'", b"<content src='x'/>"),
]
CUT = st.tuples(st.floats(0, 1), st.floats(0, 0.2), st.sampled_from(PIECES) | st.binary(max_size=9))


@st.composite
def documents(draw):
    data = feed_file(draw(st.sampled_from(NAMES)))
    for place, length, piece in draw(st.lists(CUT, min_size=1, max_size=5)):
        start = int(place * len(data))
        data = data[:start] + piece + data[start + int(length * draw(st.booleans()) * len(data)) :]
    return data


@pytest.mark.django_db
@settings(max_examples=5 * settings.default.max_examples)
@given(data=documents())
def test_mutated_documents_are_read_or_refused_in_words(data):
    before = ImportRun.objects.count()

    refused, report = attempt(data)

    if refused:
        assert refused.reason
        assert ImportRun.objects.count() == before
    else:
        run = ImportRun.objects.order_by("pk").last()
        assert run.status == ImportRun.Status.IMPORTED
        assert run.created == report.created


def attempt(data):
    try:
        return None, import_document(Fetched("fuzz", data, url="https://fuzz.example/feed"))
    except FeedError as error:
        return error, None
