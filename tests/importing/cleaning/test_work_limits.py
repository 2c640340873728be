"""Input of up to 512 kB takes little time and memory to clean, and sane input loses nothing."""

import subprocess
import sys

import pytest
from django.conf import settings

from entries.importing.cleaning.sanitizer import TOO_MUCH, sanitize_html
from entries.importing.cleaning.work_limits import MAX_USEFUL_DEPTH, depth, fits_parser
from entries.lib.plaintext import visible_text

from .bombs import BOMBS


@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_bomb_takes_more_than_its_time_and_memory():
    done = subprocess.run(
        [sys.executable, "-m", "tests.importing.cleaning.bombs"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines() == list(BOMBS), done.stderr[-500:]
    assert done.returncode == 0


def test_20_000_flat_paragraphs_are_kept():
    source = "<p>Some text here.</p>" * 20_000

    cleaned = sanitize_html(source)

    assert cleaned.html.count("<p>Some text here.</p>") == 20_000
    assert TOO_MUCH not in cleaned.removed


def test_too_deep_nesting_is_shown_as_plain_text_and_reported():
    source = "<div>" * 50_000 + "<p>One &lt;b&gt;.</p>Two<br>lines.<script>no</script>"

    cleaned = sanitize_html(source)

    assert cleaned.html == "<p>One &lt;b&gt;.</p>\n<p>Two<br>\nlines.</p>"
    assert cleaned.removed == [TOO_MUCH]
    assert sanitize_html(cleaned.html).html == cleaned.html


def test_nesting_just_over_the_limit_is_plain_text_as_well():
    source = "<div>" * (MAX_USEFUL_DEPTH + 1) + "x"

    cleaned = sanitize_html(source)

    assert cleaned.html == "<p>x</p>"
    assert cleaned.removed == [TOO_MUCH]


SLOPPY = {
    "list items": "<ul>" + "<li>one <b>two</b>" * 3_000 + "</ul>",
    "definitions": "<dl>" + "<dt>one<dd>two" * 3_000 + "</dl>",
    "cells": "<table>" + ("<tr>" + "<td>x" * 5) * 2_000 + "</table>",
    "whole tables": "<table><tbody><tr><td>x</td></tr></tbody></table>" * 3_000,
    "paragraphs": "<p>one <i>two</i>" * 3_000,
    "formatting around blocks": "<b><p>x</b></p>" * 500,
    "misnested": "<b><i>x</b></i>" * 3_000,
    "breaks": "x<br></br>" * 3_000,
    "unknown elements": "<o:p>x</o:p>" * 3_000,
    "scripts": "<script>document.write('<p>')</script><p>x</p>" * 500,
    "drawings": "<svg><g><path d='M0 0'/></g></svg><p>x</p>" * 500,
    "highlighted code": "<pre>" + "<span class=pl-k>if</span> x &lt; 1\n" * 5_000 + "</pre>",
    "options": "<select>" + "<option>x" * 500 + "</select><p>x</p>",
    "a page": "<html><head><title>x</title></head><body>" + "<p>x</p>" * 500 + "</body></html>",
}


@pytest.mark.parametrize("name", SLOPPY)
def test_sloppy_html_of_some_length_is_read_as_html(name):
    assert fits_parser(SLOPPY[name])


def test_depth_counts_open_elements():
    assert depth("<p>x<br></p><div><p><b>x</b></p></div>", 10) == 3
    assert depth("<p>" * 20, 10) == 11


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("a <b>b</b> <!-- c --> d <p title='>'>e", "a b d '>e"),
        ("1 < 2 <p>x</p> and 3 <4", "1 < 2 x and 3 <4"),
        ("x <b>y</b> and <a href='https://…", "x y and"),
        ("x <em", "x"),
        ("x <!- open", "x"),
        ("x<script>if (1 < 2) y()</script> z", "x z"),
        ("x<STYLE>p {}</style > z<script>y", "x z"),
        ("x <!-- open <p>", "x"),
    ],
)
def test_visible_text_takes_tags_and_comments_out(source, seen):
    assert visible_text(source) == seen
