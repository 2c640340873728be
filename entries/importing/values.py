"""What an entry's upstream fields amount to in ours: dated, cleaned and shaped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import unquote, urlsplit

from entries.slugs import MAX_WORDS_SLUG, make_slug

from .dates import EntryDates
from .feeddata import EntryData
from .markup import html_from_text, is_safe_address, sanitize_html
from .mojibake import repair_mojibake
from .shape import find_shape
from .text import visible_text
from .tracking import clear_links
from .upstream import Person

# To be raised when the same bytes give other values: then the next import merges them.
CLEANING_VERSION = 1
MAX_TAG_LENGTH = 255
MAX_LANGUAGE_LENGTH = 64
MAX_TYPE_LENGTH = 255
MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAY_IN_PATH = re.compile(r"/(\d{4})/(\d\d?|[A-Za-z]{3})/(\d\d?)/")
SLUG = re.compile(r"[\w-]{1,200}")
SHOWS = re.compile(r"<(?:img|video|audio|iframe|picture|svg|math)\b", re.I)
# feedparser writes XHTML's <br/> so; in HTML the end tag would be a second break.
CLOSED_BREAK = re.compile(r"(<br\b[^<>]*>)</br>")


@dataclass(frozen=True)
class EntryValues:
    """The values of an entry's fields as one source states them.

    `merged` has a value for each name in `merge.MERGED`, in JSON's types: tags as names
    in order, enclosures as `Enclosure.STATED` lists them, people as [role, name, address,
    e-mail]. `removed` says in words what
    cleaning took out, `reasons` what was mended.
    """

    merged: dict[str, Any]
    removed: list[str]
    reasons: list[str]


def find_values(data: EntryData) -> EntryValues:
    """Normalise what a source states about an entry. Raises nothing that foreign data can cause."""
    reasons: list[str] = []
    body = data.body
    source = CLOSED_BREAK.sub(r"\1", body.value) if body.is_html else html_from_text(body.value)
    cleaned = sanitize_html(
        source, data.base or data.link, page=data.link, anchor=data.guid or data.link
    )
    reasons += cleaned.mended
    title, garbled = repair_mojibake(data.title)
    if garbled and garbled not in reasons:
        reasons.append(garbled.replace("its text", "its title"))
    shape = find_shape(
        cleaned.html,
        title,
        data.categories,
        guid=data.guid,
        raw=source,
        page=data.link,
        kind=data.kind,
        target=data.target,
    )
    if data.is_untitled:
        title = ""
    # Not in what a link entry points at: that is what it is about, as stated.
    content, marked = clear_links(shape.content)
    shape = replace(shape, content=content)
    removed = cleaned.removed + ([f"{marked} × tracking parameters of a link"] if marked else [])
    if not shape.link_url and is_safe_address(data.target):
        is_link = not data.kind and shape.kind in ("article", "note")
        if is_link or data.kind:
            shape = replace(shape, kind="link" if is_link else shape.kind, link_url=data.target)
    tags = [name[:MAX_TAG_LENGTH].strip() for name in data.categories]
    if any(len(name) > MAX_TAG_LENGTH for name in data.categories):
        reasons.append(f"a category was longer than {MAX_TAG_LENGTH} characters and was cut")
    link = data.link
    if link and not is_safe_address(link):
        reasons.append(f"its link {link[:60]!r} is no address that can be linked to")
        link = ""
    author, *others = data.authors or (Person(),)
    merged = {
        "kind": shape.kind,
        "title": title,
        "content": shape.content,
        "summary": data.summary,
        "author_name": author.name or author.email,
        "author_uri": safe(author.uri),
        "author_email": author.email,
        "people": [stated_person(person) for person in (*others, *data.contributors)],
        "rights": data.rights,
        "language": data.language[:MAX_LANGUAGE_LENGTH],
        "canonical_url": link,
        "link_url": shape.link_url,
        "via_url": shape.via_url,
        "via_title": shape.via_title,
        "quoted_source": shape.quoted_source,
        "quoted_url": shape.quoted_url,
        "quoted_context": shape.quoted_context,
        "origin": with_safe_addresses(data.origin, "url", "site_url"),
        "in_reply_to": [with_safe_addresses(reply, "href", "source") for reply in data.in_reply_to],
        "tags_line": shape.tags_line,
        "tags": list(dict.fromkeys(tags)),
        "enclosures": [
            [
                *(one.href, one.type[:MAX_TYPE_LENGTH], one.length, one.title),
                *(one.hreflang[:MAX_LANGUAGE_LENGTH], one.role),
            ]
            for one in data.enclosures
            if is_safe_address(one.href)
        ],
        "category_details": {
            term[:MAX_TAG_LENGTH].strip(): details
            for term, details in data.category_details.items()
        },
    }
    return EntryValues(merged, removed, reasons)


def safe(address: str) -> str:
    return address if is_safe_address(address) else ""


def stated_person(person: Person) -> list[str]:
    return [person.role, person.name or person.email, safe(person.uri), person.email]


def with_safe_addresses(stated: Mapping[str, str], *names: str) -> dict[str, str]:
    """Without those of these values that can't be linked to."""
    return {
        name: value for name, value in stated.items() if name not in names or is_safe_address(value)
    }


def is_empty(data: EntryData) -> bool:
    """True for an entry that says, shows and plays nothing at all."""
    if data.guid or data.link or data.title or data.enclosures:
        return False
    return not (visible_text(data.body.value) or SHOWS.search(data.body.value))


def find_address(data: EntryData, dates: EntryDates, site_zone: tzinfo) -> tuple[date, str]:
    """The day and the wished slug of a new entry's address here.

    Both are those of the origin's path, where it has them and its day can be the day of
    publication somewhere on earth; else the day in the site's time zone, and a slug that the
    feed states, or one made from the last part of the path, the title or the text.
    """
    path = unquote(urlsplit_path(data.link or data.guid))
    day = dates.published.astimezone(site_zone).date()
    stated = day_in_path(path)
    if stated and abs(stated - dates.published.date()) <= timedelta(days=1):
        day = stated
    last = path.rstrip("/").rpartition("/")[2]
    last = re.sub(r"\.(html?|php|aspx?|md)$", "", last, flags=re.I)
    if SLUG.fullmatch(unquote(data.slug)):
        return day, unquote(data.slug)
    if SLUG.fullmatch(last) and not last.isdecimal() and last.lower() != "index":
        return day, last
    title = "" if data.is_untitled else data.title
    slug = make_slug(title) or make_slug(visible_text(data.body.value), MAX_WORDS_SLUG)
    return day, slug or "entry"


def urlsplit_path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path if parts.scheme in ("http", "https") else ""


def day_in_path(path: str) -> date | None:
    match = DAY_IN_PATH.search(path)
    if not match:
        return None
    year, month, day = match.groups()
    try:
        number = int(month) if month.isdecimal() else MONTH_NAMES.index(month.lower()) + 1
        return date(int(year), number, int(day))
    except ValueError:
        return None


def as_base(merged: dict[str, Any], dates: EntryDates) -> dict[str, Any]:
    """What a sighting remembers of upstream: the merged values, and its dates for the record."""
    return merged | {
        "published": dates.published.isoformat(),
        "updated": dates.updated.isoformat(),
    }


def moment(base: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(base[name])
