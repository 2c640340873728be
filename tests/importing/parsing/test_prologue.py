"""The prologue of a feed is replaced by a short one that keeps its meaning."""

import pytest

from entries.importing.parsing.parser import parse_feed
from entries.importing.parsing.prologue import UTF_8, rewritten

RSS = b"<rss version='2.0'><channel><title>%s</title><item><guid>1</guid></item></channel></rss>"


def title(prologue: bytes, text: bytes = b"t") -> str:
    return parse_feed(prologue + RSS % text).feed.title


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"<?xml version='1.0'?>",
        b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?><?xml-stylesheet href='a>b'?>",
        b"<!-- a > b <rss> --><?a?><!-- c -->",
        b"<!DOCTYPE rss PUBLIC '-//x>//' \"y'\" [<!-- ]> ' --><!ELEMENT a (b)>]  >",
        b"\n\nText of a server <",
    ],
)
def test_the_feed_follows_a_declaration_of_our_own(before):
    document = rewritten(before + RSS)

    assert document.startswith(UTF_8)
    assert document.endswith(RSS)
    assert b"\n<rss" in document


def test_a_document_without_an_element_is_empty():
    assert rewritten(b"<?xml version='1.0'?><!-- x --> 1 < 2") == b""


@pytest.mark.parametrize(
    "entity",
    [b'<!ENTITY who "Ada">', b"<!ENTITY who\n'Ada' >", b'<!ENTITY who "&#65;"><!ELEMENT b ANY>'],
)
def test_an_entity_that_is_a_text_is_kept(entity):
    assert title(b"<!DOCTYPE rss [%s]>" % entity, b"by &who;") in ("by Ada", "by A")


@pytest.mark.parametrize(
    "entities",
    [
        b'<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">',
        b'<!ENTITY b SYSTEM "file:///etc/passwd">',
        b'<!ENTITY %% b "x">',
        b'<!ENTITY b "%s">' % (b"x" * 900),
    ],
)
def test_an_entity_that_could_grow_is_removed(entities):
    text = title(b"<!DOCTYPE rss [%s]>" % entities.replace(b"%%", b"%"), b"&b;" * 2_000)

    assert text.startswith("&b;")


def test_lines_are_counted_as_in_the_document_that_came():
    parsed = parse_feed(b"<?xml version='1.0'?>\n<!--\n\n-->\n" + RSS % b"&x;")

    list(parsed.entries)

    assert "(line 5: undefined entity)" in parsed.feed.warnings[0]


def test_netscapes_document_type_is_known():
    doctype = b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "x">'

    assert b"<!DOCTYPE netscape>" in rewritten(doctype + RSS)
