"""Turns an `EntryData` into the values of our fields: HTML cleaned, kind found, lengths cut."""

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

# Raise this when the same bytes give other values now: the next import then merges them.
CLEANING_VERSION = 1
MAX_TAG_LENGTH = 255
MAX_LANGUAGE_LENGTH = 64
MAX_TYPE_LENGTH = 255
DAY_IN_PATH = re.compile(r"/(\d{4})/(\d\d?|[A-Za-z]{3})/(\d\d?)/")
SLUG = re.compile(r"[\w-]{1,200}")
VISIBLE_MEDIA = re.compile(r"<(?:img|video|audio|iframe|picture|svg|math)\b", re.I)
# feedparser writes XHTML's <br/> as <br></br>. In HTML the end tag is a second line break.
CLOSED_BREAK = re.compile(r"(<br\b[^<>]*>)</br>")


@dataclass(frozen=True)
class EntryValues:
    """The values of an entry's fields in one source.

    `removed` describes what cleaning removed, `reasons` what was repaired, in words.
    """

    fields: UpstreamFields
    removed: list[str]
    reasons: list[str]


def find_values(data: EntryData) -> EntryValues:
    """Returns the normalised values of an entry. Foreign data must not make it raise."""
    source = html_source(data.body)
    cleaned = sanitize_html(
        source, data.base or data.link, page=data.link, anchor=data.guid or data.link
    )
    title, title_repair = repair_mojibake(data.title)
    shape = shape_of(data, source, cleaned.html, title)
    # Only in the text: `link_url` is the subject of a link entry, and stays as stated.
    content, cleared = clean_links(shape.content)
    author, *others = data.authors or (Person(),)
    fields = UpstreamFields(
        **vars(replace(shape, content=content)),
        title="" if data.is_untitled else title,
        summary=data.summary,
        author_name=author.name or author.email,
        author_uri=safe_url(author.uri),
        author_email=author.email,
        people=tuple(map(fit_person, (*others, *data.contributors))),
        rights=data.rights,
        language=data.language[:MAX_LANGUAGE_LENGTH],
        canonical_url=safe_url(data.link),
        origin=with_safe_urls(data.origin, "url", "site_url"),
        in_reply_to=tuple(with_safe_urls(x, "href", "source") for x in data.in_reply_to),
        tags=tuple(dict.fromkeys(map(fit_tag, data.categories))),
        category_details={fit_tag(name): said for name, said in data.category_details.items()},
        enclosures=tuple(fit_enclosure(x) for x in data.enclosures if is_safe_url(x.href)),
    )
    removed = cleaned.removed + ([f"{cleared} × tracking parameters of a link"] if cleared else [])
    return EntryValues(fields, removed, repair_reasons(data, cleaned.repaired, title_repair))


def html_source(body: Text) -> str:
    return CLOSED_BREAK.sub(r"\1", body.value) if body.is_html else html_from_text(body.value)


def shape_of(data: EntryData, source: str, content: str, title: str) -> Shape:
    """Returns the kind and its fields; where the format names a link target, it is a link too."""
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


def repair_reasons(data: EntryData, in_text: list[str], in_title: str) -> list[str]:
    """Describes, in words, what was repaired or cut."""
    reasons = list(in_text)
    if in_title and in_title not in reasons:
        reasons.append(in_title.replace("its text", "its title"))
    if any(len(name) > MAX_TAG_LENGTH for name in data.categories):
        reasons.append(f"a category was longer than {MAX_TAG_LENGTH} characters and was cut")
    if data.link and not is_safe_url(data.link):
        reasons.append(f"its link {data.link[:60]!r} is not a URL that can be linked to")
    return reasons


def fit_tag(name: str) -> str:
    return name[:MAX_TAG_LENGTH].strip()


def fit_person(person: Person) -> Person:
    return replace(person, name=person.name or person.email, uri=safe_url(person.uri))


def fit_enclosure(enclosure: Enclosure) -> Enclosure:
    return replace(
        enclosure,
        type=enclosure.type[:MAX_TYPE_LENGTH],
        hreflang=enclosure.hreflang[:MAX_LANGUAGE_LENGTH],
    )


def safe_url(url: str) -> str:
    return url if is_safe_url(url) else ""


def with_safe_urls(stated: Mapping[str, str], *names: str) -> dict[str, str]:
    """Returns the values without the named ones that are not URLs safe to link to."""
    return {
        name: value for name, value in stated.items() if name not in names or is_safe_url(value)
    }


def is_empty(data: EntryData) -> bool:
    """True for an entry without id, link, title, text, pictures and enclosures."""
    if data.guid or data.link or data.title or data.enclosures:
        return False
    return not (visible_text(data.body.value) or VISIBLE_MEDIA.search(data.body.value))


def find_day_and_slug(data: EntryData, dates: EntryDates, site_zone: tzinfo) -> tuple[date, str]:
    """Returns the day and the wanted slug for a new entry's permalink.

    The day is the one in the path of the original page, if it is within a day of the publication
    date (time zones differ); otherwise the publication day in the site's time zone. The slug is
    the one that the feed states, else the last part of that path, else made from the title or
    the text.
    """
    path = unquote(path_of(data.link or data.guid))
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


def path_of(url: str) -> str:
    try:
        parts = urlsplit(url)
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
