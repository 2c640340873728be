"""What a page says of itself in its head: to search engines, and to those who share it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from django.conf import settings
from django.utils.safestring import SafeString

from entries.publishing.html.excerpts import excerpt, excerpt_html
from entries.publishing.rows.canonical_page import web_iri
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.site import Site

from .schema_org import entry_data, home_data, line, page_data, script_json

TITLE = 120  # characters; more of it nobody shows

IMAGE = re.compile(r"<img(?=\s)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
ATTRIBUTE = re.compile(r"\s(src|alt)=(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True, slots=True)
class Picture:
    address: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The head of a page in plain text, not yet escaped; `data` is JSON-LD for a script element.

    `canonical` is a whole address, empty only for a page that has none. `published` and what
    follows it are an entry's.
    """

    title: str
    description: str
    canonical: str
    is_noindex: bool
    data: SafeString
    type: str = "website"
    picture: Picture = Picture()
    published: str = ""
    modified: str = ""
    author: str = ""
    author_link: str = ""
    tags: tuple[str, ...] = ()


def describe_entry(row: EntryRow, site: Site, is_preview: bool = False) -> Metadata:
    """The head of an entry's own page. A preview of it stands for nothing."""
    pages = row.standing
    description = (
        excerpt(row.summary) or excerpt_html(row.content) or excerpt(f"{row.label}. {site.title}")
    )
    picture = picture_of(row)
    return Metadata(
        title=excerpt(row.label, TITLE) or excerpt(site.title),
        description=description,
        canonical="" if is_preview else pages.canonical,
        is_noindex=pages.is_noindex or is_preview,
        data=script_json(entry_data(row, site, pages, description, picture.address)),
        type="article",
        picture=picture,
        published=row.published_iso,
        modified=max(row.published, row.updated).isoformat(timespec="seconds"),
        author=excerpt(row.author_name),
        author_link=web_iri(row.author_uri),
        tags=tuple(line(tag.name) for tag in row.tags),
    )


@lru_cache(maxsize=1_000)
def describe_page(
    site: Site,
    path: str,
    title: str,
    description: str,
    is_noindex: bool = False,
    page_type: str = "",
) -> Metadata:
    """The head of any other page; title and description as HTML.

    The site's own name at the end of a title is not repeated: it is said on its own. A page
    without a path, such as that of an error, stands for nothing. What schema.org calls the
    page is a CollectionPage unless `page_type` says otherwise.
    """
    name = excerpt(line(unescape(title)).removesuffix(f" · {site.title}"), TITLE)
    description = excerpt(unescape(description)) or excerpt(site.description)
    canonical = settings.SITE_URL + path if path else ""
    is_home = path == "/"
    data = home_data(site) if is_home else page_data(site, name, description, canonical, page_type)
    return Metadata(
        title=name or excerpt(site.title, TITLE),
        description=description,
        canonical=canonical,
        is_noindex=is_noindex,
        data=script_json(data),
    )


def picture_of(row: EntryRow) -> Picture:
    """The picture that stands for an entry: an attached one, else the first in its text."""
    for attached in row.pictures:
        return Picture(web_iri(attached.href), excerpt(attached.title))
    for image in IMAGE.finditer(row.content):
        stated = {name: unescape(a or b) for name, a, b in ATTRIBUTE.findall(image.group())}
        if address := web_iri(stated.get("src", "")):
            return Picture(address, excerpt(stated.get("alt", "")))
    return Picture()
