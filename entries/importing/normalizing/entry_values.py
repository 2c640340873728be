"""What an entry's upstream fields amount to in ours: dated, cleaned and shaped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from urllib.parse import unquote, urlsplit

from entries.importing.cleaning.sanitizer import html_from_text, is_safe_url, sanitize_html
from entries.importing.cleaning.tracking import clean_links
from entries.importing.parsing.feed_data import EntryData, Text
from entries.importing.parsing.upstream_fields import Enclosure, Person, UpstreamFields
from entries.lib.mojibake import repair_mojibake
from entries.lib.months import month_number
from entries.lib.plaintext import visible_text
from entries.lib.slugs import MAX_TEXT_SLUG_LENGTH, make_slug

from .dates import EntryDates
from .kinds import Shape, find_shape

# To be raised when the same bytes give other values: then the next import merges them.
CLEANING_VERSION = 1
MAX_TAG_LENGTH = 255
MAX_LANGUAGE_LENGTH = 64
MAX_TYPE_LENGTH = 255
DAY_IN_PATH = re.compile(r"/(\d{4})/(\d\d?|[A-Za-z]{3})/(\d\d?)/")
SLUG = re.compile(r"[\w-]{1,200}")
SHOWS = re.compile(r"<(?:img|video|audio|iframe|picture|svg|math)\b", re.I)
# feedparser writes XHTML's <br/> so; in HTML the end tag would be a second break.
CLOSED_BREAK = re.compile(r"(<br\b[^<>]*>)</br>")


@dataclass(frozen=True)
class EntryValues:
    """The values of an entry's fields as one source states them.

    `removed` says in words what cleaning took out, `reasons` what was mended.
    """

    fields: UpstreamFields
    removed: list[str]
    reasons: list[str]


def find_values(data: EntryData) -> EntryValues:
    """Normalise what a source states about an entry. Raises nothing that foreign data can cause."""
    source = html_source(data.body)
    cleaned = sanitize_html(
        source, data.base or data.link, page=data.link, anchor=data.guid or data.link
    )
    title, garbled = repair_mojibake(data.title)
    shape = shape_of(data, source, cleaned.html, title)
    # Not in what a link entry points at: that is what it is about, as stated.
    content, marked = clean_links(shape.content)
    author, *others = data.authors or (Person(),)
    fields = UpstreamFields(
        **vars(replace(shape, content=content)),
        title="" if data.is_untitled else title,
        summary=data.summary,
        author_name=author.name or author.email,
        author_uri=safe(author.uri),
        author_email=author.email,
        people=tuple(map(fit_person, (*others, *data.contributors))),
        rights=data.rights,
        language=data.language[:MAX_LANGUAGE_LENGTH],
        canonical_url=safe(data.link),
        origin=with_safe_addresses(data.origin, "url", "site_url"),
        in_reply_to=tuple(with_safe_addresses(x, "href", "source") for x in data.in_reply_to),
        tags=tuple(dict.fromkeys(map(fit_tag, data.categories))),
        category_details={fit_tag(name): said for name, said in data.category_details.items()},
        enclosures=tuple(fit_enclosure(x) for x in data.enclosures if is_safe_url(x.href)),
    )
    removed = cleaned.removed + ([f"{marked} × tracking parameters of a link"] if marked else [])
    return EntryValues(fields, removed, mended(data, cleaned.repaired, garbled))


def html_source(body: Text) -> str:
    return CLOSED_BREAK.sub(r"\1", body.value) if body.is_html else html_from_text(body.value)


def shape_of(data: EntryData, source: str, content: str, title: str) -> Shape:
    """The kind and the fields of sanitised HTML; a link also where the format names its target."""
    shape = find_shape(
        content,
        title,
        data.categories,
        guid=data.guid,
        raw=source,
        page=data.link,
        kind=data.kind,
        target=data.target,
    )
    if shape.link_url or not is_safe_url(data.target):
        return shape
    if data.kind:
        return replace(shape, link_url=data.target)
    if shape.kind in ("article", "note"):
        return replace(shape, kind="link", link_url=data.target)
    return shape


def mended(data: EntryData, in_text: list[str], in_title: str) -> list[str]:
    """What had to be changed of what was stated, in words."""
    reasons = list(in_text)
    if in_title and in_title not in reasons:
        reasons.append(in_title.replace("its text", "its title"))
    if any(len(name) > MAX_TAG_LENGTH for name in data.categories):
        reasons.append(f"a category was longer than {MAX_TAG_LENGTH} characters and was cut")
    if data.link and not is_safe_url(data.link):
        reasons.append(f"its link {data.link[:60]!r} is no address that can be linked to")
    return reasons


def fit_tag(name: str) -> str:
    return name[:MAX_TAG_LENGTH].strip()


def fit_person(person: Person) -> Person:
    return replace(person, name=person.name or person.email, uri=safe(person.uri))


def fit_enclosure(enclosure: Enclosure) -> Enclosure:
    return replace(
        enclosure,
        type=enclosure.type[:MAX_TYPE_LENGTH],
        hreflang=enclosure.hreflang[:MAX_LANGUAGE_LENGTH],
    )


def safe(address: str) -> str:
    return address if is_safe_url(address) else ""


def with_safe_addresses(stated: Mapping[str, str], *names: str) -> dict[str, str]:
    """Without those of these values that can't be linked to."""
    return {
        name: value for name, value in stated.items() if name not in names or is_safe_url(value)
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
    slug = make_slug(title) or make_slug(visible_text(data.body.value), MAX_TEXT_SLUG_LENGTH)
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
        return date(int(year), month_number(month), int(day))
    except ValueError:
        return None
