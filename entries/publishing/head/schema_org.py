"""Structured data of a page as JSON-LD, in the vocabulary of https://schema.org."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from entries.lib.characters import strip_controls
from entries.lib.languages import language_tag
from entries.models import Entry
from entries.publishing.html.excerpts import excerpt, excerpt_html
from entries.publishing.rows.canonical_page import web_iri
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.site import Site

Thing = dict[str, Any]

MAX_HEADLINE_CHARS = 110  # search engines cut a longer one
MAX_QUOTATION_CHARS = 1_000

# Django's json_script escapes the same: no text can then end the script or begin markup in it.
# The two separators end a line in JavaScript, though not in JSON.
ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def script_json(thing: Thing) -> SafeString:
    """Serialise to JSON that is safe in a <script> element, for any text in `thing`."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 - nothing is left that ends a script


def home_data(site: Site) -> Thing:
    """The home page: a WebSite with its search, and a Blog."""
    website = website_of(site) | {
        "inLanguage": settings.LANGUAGE_CODE,
        "publisher": publisher(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{settings.SITE_URL}/search/?q={{words}}",
            },
            "query-input": "required name=words",
        },
    }
    blog = without_empty(
        {
            "@type": "Blog",
            "@id": f"{home_url()}#blog",
            "name": one_line(site.title),
            "url": home_url(),
            "description": one_line(site.description or site.tagline),
            "inLanguage": settings.LANGUAGE_CODE,
            "isPartOf": {"@id": website["@id"]},
            "author": site_author(site),
        }
    )
    return {"@context": "https://schema.org", "@graph": [website, blog]}


def page_data(site: Site, name: str, description: str, canonical: str, page_type: str) -> Thing:
    """A page other than the home page and an entry's page."""
    return without_empty(
        {
            "@context": "https://schema.org",
            "@type": page_type or "CollectionPage",
            "name": one_line(name),
            "description": description,
            "url": canonical,
            "inLanguage": settings.LANGUAGE_CODE,
            "isPartOf": website_of(site),
        }
    )


def entry_data(row: EntryRow, site: Site, description: str, image: str = "") -> Thing:
    """A BlogPosting for an entry's page. `image` is the URL of a picture, or empty."""
    pages = row.canonical_page
    posting = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "identifier": one_line(row.atom_id),
        "headline": excerpt(row.label, MAX_HEADLINE_CHARS) or one_line(site.title),
        "description": description,
        "url": pages.here,
        "mainEntityOfPage": pages.url,
        "datePublished": row.published_iso,
        "dateModified": max(row.published, row.updated).isoformat(timespec="seconds"),
        "inLanguage": language(row),
        "author": authors(row, site),
        "contributor": [person(one.label, one.uri) for one in row.contributors],
        "publisher": publisher(site),
        "isPartOf": {"@type": "Blog", "@id": f"{home_url()}#blog", "name": one_line(site.title)},
        "isBasedOn": pages.based_on,
        "sameAs": pages.formerly,
        "image": image,
        "keywords": [one_line(tag.name) for tag in row.tags],
        "copyrightNotice": excerpt(row.rights),
        "citation": cited(row),
        "hasPart": quotation(row),
        "associatedMedia": [
            without_empty(
                {
                    "@type": "MediaObject",
                    "contentUrl": web_iri(file.href),
                    "encodingFormat": file.type,
                }
            )
            for file in row.files
            if file.link
        ],
    }
    return without_empty(posting)


def cited(row: EntryRow) -> Thing:
    """The page that a link entry points at."""
    if row.kind != Entry.Kind.LINK or not row.link:
        return {}
    return without_empty(
        {
            "@type": "WebPage",
            "url": web_iri(row.link),
            "name": excerpt(row.title, MAX_HEADLINE_CHARS),
        }
    )


def quotation(row: EntryRow) -> Thing:
    """The quoted passage of a quotation entry, with its speaker and page."""
    if row.kind != Entry.Kind.QUOTATION:
        return {}
    speaker = person(row.quoted_name) if row.quoted_name else {}
    return without_empty(
        {
            "@type": "Quotation",
            "text": excerpt_html(row.content, MAX_QUOTATION_CHARS),
            "creator": speaker,
            "spokenByCharacter": speaker,
            "isBasedOn": web_iri(row.quoted_url),
        }
    )


def authors(row: EntryRow, site: Site) -> list[Thing]:
    """The authors of an entry; if none are known, the source's author, or the site's."""
    named = [person(row.author_name, row.author_uri)] if row.author_name.strip() else []
    named += [person(one.label, one.uri) for one in row.further_authors if one.label]
    if named:
        return named
    source = row.source
    if source and source.author_name.strip():
        return [person(source.author_name, source.author_uri)]
    if source:
        return [organisation(source.name, source.site_url)]
    return [site_author(site) or publisher(site)]


def person(name: str, url: str = "") -> Thing:
    return without_empty({"@type": "Person", "name": excerpt(name), "url": web_iri(url)})


def organisation(name: str, url: str = "") -> Thing:
    return without_empty({"@type": "Organization", "name": excerpt(name), "url": web_iri(url)})


def site_author(site: Site) -> Thing:
    """The site's author with the URLs of their other profiles; empty if no name is set."""
    if not site.author_name:
        return {}
    elsewhere = [url for url in map(web_iri, site.me) if url]
    return person(site.author_name, site.author_link) | without_empty({"sameAs": elsewhere})


def publisher(site: Site) -> Thing:
    return organisation(site.title, home_url())


def website_of(site: Site) -> Thing:
    return without_empty(
        {
            "@type": "WebSite",
            "@id": f"{home_url()}#site",
            "name": one_line(site.title),
            "url": home_url(),
            "description": one_line(site.tagline),
        }
    )


def language(row: EntryRow) -> str:
    return language_tag(row.language) or settings.LANGUAGE_CODE


def home_url() -> str:
    return f"{settings.SITE_URL}/"


def without_empty(thing: Thing) -> Thing:
    """The thing without its empty values."""
    return {name: value for name, value in thing.items() if value}


def one_line(text: str) -> str:
    return " ".join(strip_controls(text).split())
