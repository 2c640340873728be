"""Metadata in a page's <head>: title, description, canonical URL, OpenGraph and JSON-LD."""

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

from .schema_org import entry_data, home_data, one_line, page_data, script_json

MAX_TITLE_CHARS = 120  # search engines and sharing sites show no more

IMAGE = re.compile(r"<img(?=\s)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
ATTRIBUTE = re.compile(r"\s(src|alt)=(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True, slots=True)
class Picture:
    url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a page as plain text, not escaped. `data` is JSON-LD for a <script>.

    `canonical` is an absolute URL, or empty. `published` and the fields after it are set for an
    entry only.
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
    """The metadata of an entry's own page. A preview has no canonical URL and is noindex."""
    pages = row.canonical_page
    description = (
        excerpt(row.summary) or excerpt_html(row.content) or excerpt(f"{row.label}. {site.title}")
    )
    picture = picture_of(row)
    return Metadata(
        title=excerpt(row.label, MAX_TITLE_CHARS) or excerpt(site.title),
        description=description,
        canonical="" if is_preview else pages.url,
        is_noindex=pages.is_noindex or is_preview,
        data=script_json(entry_data(row, site, description, picture.url)),
        type="article",
        picture=picture,
        published=row.published_iso,
        modified=max(row.published, row.updated).isoformat(timespec="seconds"),
        author=excerpt(row.author_name),
        author_link=web_iri(row.author_uri),
        tags=tuple(one_line(tag.name) for tag in row.tags),
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
    """The metadata of any other page. `title` and `description` are HTML.

    The site's title at the end of `title` is dropped, because it has an element of its own. A
    page without a `path`, such as an error page, has no canonical URL. `page_type` is its type in
    schema.org, CollectionPage if it is empty.
    """
    name = excerpt(one_line(unescape(title)).removesuffix(f" · {site.title}"), MAX_TITLE_CHARS)
    description = excerpt(unescape(description)) or excerpt(site.description)
    canonical = settings.SITE_URL + path if path else ""
    is_home = path == "/"
    data = home_data(site) if is_home else page_data(site, name, description, canonical, page_type)
    return Metadata(
        title=name or excerpt(site.title, MAX_TITLE_CHARS),
        description=description,
        canonical=canonical,
        is_noindex=is_noindex,
        data=script_json(data),
    )


def picture_of(row: EntryRow) -> Picture:
    """The picture that is shown with a shared entry: an attached one, else the first in its text.

    An empty Picture if there is none.
    """
    for attached in row.pictures:
        return Picture(web_iri(attached.href), excerpt(attached.title))
    for image in IMAGE.finditer(row.content):
        attributes = {name: unescape(a or b) for name, a, b in ATTRIBUTE.findall(image.group())}
        if url := web_iri(attributes.get("src", "")):
            return Picture(url, excerpt(attributes.get("alt", "")))
    return Picture()
