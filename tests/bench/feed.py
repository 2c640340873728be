"""A feed of any number of entries, the same each time, in the shapes of the sample."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

SITE = "https://bench.example"
URL = f"{SITE}/feed/"
NEWEST = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=37)
COMMON_TAG = "weblog"

HEAD = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-gb"><title>Bench</title>\
<link href="{SITE}/" rel="alternate"/><link href="{URL}" rel="self"/><id>{SITE}/</id>\
<updated>{NEWEST.isoformat()}</updated><author><name>A. Bencher</name></author>"""
VOCABULARY = """
a and archive as at before book but by cache clock comes day each entry every feed field first for
from garden goes good has hedge house in into is it keeps kept last letter line link list long
made map more name never new nobody not note of old on one only or other page paper part place
post reader river road rule same server since site small so some stone table tag text than that
the their then there thing this time to two under version was weather week were what when where
which while who whole wind window with word work year
"""
WORDS = VOCABULARY.split()
CODE = (
    '<pre><span class="pl-k">def</span> <span class="pl-en">next_page</span>(<span class="pl-s1">'
    'rows</span>, <span class="pl-s1">place</span>):\n    <span class="pl-k">return</span> [row '
    '<span class="pl-k">for</span> row <span class="pl-k">in</span> rows <span class="pl-k">if'
    "</span> row.place &lt; place]</pre>"
)


def write_feed(path: Path, entries: int) -> None:
    """Write an Atom feed with so many entries, of about 1.5 kB each, the newest first."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for entry in make_entries(entries):
            file.write(entry)
        file.write("</feed>\n")


def make_entries(number: int) -> Iterator[str]:
    dice = random.Random(5005)
    for n in range(number):
        published = NEWEST - n * STEP
        kind = dice.choices([link, quotation, article, note], [60, 15, 15, 10])[0]
        title, body = kind(dice, n)
        yield entry(dice, n, published, title, body)


def entry(dice: random.Random, n: int, published: datetime, title: str, body: str) -> str:
    address = f"{SITE}/{published:%Y/%b}/{published.day}/{words(dice, 2).replace(' ', '-')}-{n}/"
    tags = [COMMON_TAG] if n % 3 == 0 else []
    tags += dict.fromkeys(f"{dice.choice(WORDS)}-{int(dice.paretovariate(1))}" for _ in range(3))
    line = ", ".join(f'<a href="{SITE}/tags/{tag}">{tag}</a>' for tag in tags)
    moment = published.isoformat()
    summary = f"\n    {body}\n\n    <p>Tags: {line}</p>\n\n"
    categories = "".join(f'<category term="{tag}"/>' for tag in tags)
    return (
        f'<entry><title>{escape(title)}</title><link href="{address}#atom-all" rel="alternate"/>'
        f"<published>{moment}</published><updated>{moment}</updated><id>{address}#atom-all</id>"
        f'<summary type="html">{escape(summary)}</summary>{categories}</entry>'
    )


def link(dice: random.Random, n: int) -> tuple[str, str]:
    """A heading link, a body that lacks its first <p> and its last </p>, perhaps a via line."""
    title = words(dice, 5).capitalize()
    heading = f'<p><strong><a href="https://example.org/{n}">{title}</a></strong></p>'
    body = f"{sentences(dice, 4)}</p>\n<p>{sentences(dice, 2)}"
    via = f'\n\n<p><small></small>Via <a href="https://example.net/{n}">@someone</a></small></p>'
    return title, f"{heading}\n{body}{via if n % 3 == 0 else '</p>'}"


def quotation(dice: random.Random, n: int) -> tuple[str, str]:
    name = words(dice, 2).title()
    address = f"https://example.org/said/{n}"
    passage = f"<p>{sentences(dice, 3)}</p>\n<p>{sentences(dice, 2)}</p>"
    cite = f'<p class="cite">&mdash; <a href="{address}">{name}</a>, {words(dice, 3)}</p>'
    return f"Quoting {name}", f'<blockquote cite="{address}">{passage}</blockquote>\n{cite}'


def article(dice: random.Random, n: int) -> tuple[str, str]:
    parts = [f"<p>{sentences(dice, 3)}</p>", f"<h2>{words(dice, 3)}</h2>", CODE]
    return words(dice, 6).capitalize(), "\n\n".join([*parts, f"<p>{sentences(dice, 3)}</p>"])


def note(dice: random.Random, n: int) -> tuple[str, str]:
    return "", f"<p>{sentences(dice, 4)}</p>\n<p>{sentences(dice, 2)}</p>"


def sentences(dice: random.Random, number: int) -> str:
    """Prose with an emphasis, a link, a curly quote and a dash in it here and there."""
    made = []
    for _ in range(number):
        middle = words(dice, 4)
        middle = dice.choice(
            [
                middle,
                f"<em>{middle}</em>",
                f'<a href="https://example.com/{dice.randrange(10**6)}">{middle}</a>',
                f"“{middle}”",
                f"<code>{middle}</code> &mdash;",
            ]
        )
        made.append(f"{words(dice, 6).capitalize()} {middle} {words(dice, 8)}.")
    return " ".join(made)


def words(dice: random.Random, number: int) -> str:
    return " ".join(dice.choices(WORDS, k=number))
