"""A site to look at, in Debian's Chromium."""

import os
from datetime import UTC, datetime, timedelta

import pytest

# Playwright's own loop runs in this thread, in which Django else refuses to ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

RICH = """
<p>A paragraph with <code>code</code>, <kbd>Ctrl</kbd>, a <a href="https://example.org/">link</a>
and averyveryveryveryveryveryveryveryveryveryveryverylongwordthatmustbreaksomewhere.</p>
<h3>A heading</h3>
<blockquote><p>A passage.</p></blockquote>
<table><thead><tr><th>A wide table</th><th>that does not fit</th><th>on any telephone</th>
<th>unbreakablesecondlastheading</th><th>unbreakablelastheading</th></tr></thead>
<tbody><tr><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td></tr></tbody></table>
<figure><img src="/static/entries/favicon.svg" width="1600" height="900" alt="Three lines">
<figcaption>A figure.</figcaption></figure>
<details><summary>More</summary><p>Unfolded.</p></details>
<dl><dt>Term</dt><dd>Meaning.</dd></dl><hr>
<pre><span class="pl-c"># a comment</span>
<span class="pl-k">def</span> <span class="pl-en">f</span>(<span class="pl-v">x</span>):
<span class="pl-s"><span class="pl-pds">"</span>text<span class="pl-cce">\\n</span></span>
<span class="pl-c1">1</span>
<span class="pl-smi">y</span> <span class="pl-ent">ent</span> <span class="pl-mb">bold</span>
<span class="pl-mi1">+ added</span>
<span class="pl-md">- deleted, and so long that it scrolls within itself on a telephone</span>
</pre>
"""


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": "/usr/bin/chromium",
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture
def site(make_entry, live_server):
    """The address of a site with entries of every kind, with all that can stand in them."""
    noon = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
    long = "".join(f"<p>{'Some words of a long text. ' * 8}</p>" for _ in range(9))
    for number in range(23):
        make_entry(kind="note", title="", published=noon - timedelta(days=number), tags=["Python"])
    make_entry(title="The article", slug="article", content=long, published=noon, tags=["Python"])
    make_entry(title="Rich", slug="rich", content=RICH, published=noon, tags=["Python", "rich"])
    make_entry(
        kind="link",
        title="The link",
        slug="link",
        content="<p>Worth reading.</p>",
        link_url="https://www.example.org/page",
        via_url="https://example.com/",
        via_title="Somebody",
        canonical_url="https://example.net/link",
        author_name="Ada",
        published=noon,
        tags=["Python"],
    ).enclosures.create(href="https://example.org/a.mp3", type="audio/mpeg", length=12345)
    make_entry(
        kind="quotation",
        title="",
        slug="quotation",
        content="<p>What was said.</p><p>And then.</p>",
        quoted_source="Grace",
        quoted_url="https://example.org/said",
        quoted_context="in a talk",
        published=noon,
        tags=["Python"],
    )
    return live_server.url
