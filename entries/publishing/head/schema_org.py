"""What a page says in the words of schema.org, as JSON-LD."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from entries.lib.characters import strip_controls
from entries.lib.languages import language_tag
from entries.models import Entry
from entries.publishing.html.excerpts import excerpt, excerpt_html
from entries.publishing.rows.canonical_page import Standing, web_iri
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.site import Site

Thing = dict[str, Any]

HEADLINE = 110  # characters, as search engines have it
QUOTED = 1_000  # characters of a quotation

# As Django's json_script escapes: nothing of this can end the script, or begin markup in it. The
# two separators end a line in JavaScript, not in JSON.
ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def script_json(thing: Thing) -> SafeString:
    """The thing as JSON that a script element can hold, whatever text stands in it."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 - nothing is left that ends a script


def home_data(site: Site) -> Thing:
    """The site, with how it is searched, and the weblog that it is."""
    website = the_site(site) | {
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
    blog = stated(
        {
            "@type": "Blog",
            "@id": f"{home()}#blog",
            "name": line(site.title),
            "url": home(),
            "description": line(site.description or site.tagline),
            "inLanguage": settings.LANGUAGE_CODE,
            "isPartOf": {"@id": website["@id"]},
            "author": site_author(site),
        }
    )
    return {"@context": "https://schema.org", "@graph": [website, blog]}


def page_data(site: Site, name: str, description: str, canonical: str, page_type: str) -> Thing:
    """Any other page."""
    return stated(
        {
            "@context": "https://schema.org",
            "@type": page_type or "CollectionPage",
            "name": line(name),
            "description": description,
            "url": canonical,
            "inLanguage": settings.LANGUAGE_CODE,
            "isPartOf": the_site(site),
        }
    )


def entry_data(
    row: EntryRow, site: Site, pages: Standing, description: str, image: str = ""
) -> Thing:
    """An entry: a posting, with what it is about, quotes and comes from."""
    posting = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "identifier": line(row.atom_id),
        "headline": excerpt(row.label, HEADLINE) or line(site.title),
        "description": description,
        "url": pages.here,
        "mainEntityOfPage": pages.canonical,
        "datePublished": row.published_iso,
        "dateModified": max(row.published, row.updated).isoformat(timespec="seconds"),
        "inLanguage": language(row),
        "author": authors(row, site),
        "contributor": [person(one.label, one.uri) for one in row.contributors],
        "publisher": publisher(site),
        "isPartOf": {"@type": "Blog", "@id": f"{home()}#blog", "name": line(site.title)},
        "isBasedOn": pages.based_on,
        "sameAs": pages.formerly,
        "image": image,
        "keywords": [line(tag.name) for tag in row.tags],
        "copyrightNotice": excerpt(row.rights),
        "citation": cited(row),
        "hasPart": quotation(row),
        "associatedMedia": [
            stated(
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
    return stated(posting)


def cited(row: EntryRow) -> Thing:
    """The page that a link entry points at."""
    if row.kind != Entry.Kind.LINK or not row.link:
        return {}
    return stated(
        {"@type": "WebPage", "url": web_iri(row.link), "name": excerpt(row.title, HEADLINE)}
    )


def quotation(row: EntryRow) -> Thing:
    """The passage of a quotation entry, who said it and where."""
    if row.kind != Entry.Kind.QUOTATION:
        return {}
    speaker = person(row.quoted_name) if row.quoted_name else {}
    return stated(
        {
            "@type": "Quotation",
            "text": excerpt_html(row.content, QUOTED),
            "creator": speaker,
            "spokenByCharacter": speaker,
            "isBasedOn": web_iri(row.quoted_url),
        }
    )


def authors(row: EntryRow, site: Site) -> list[Thing]:
    """Who wrote the entry, else whose feed it is from, else whose site this is."""
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


def person(name: str, address: str = "") -> Thing:
    return stated({"@type": "Person", "name": excerpt(name), "url": web_iri(address)})


def organisation(name: str, address: str = "") -> Thing:
    return stated({"@type": "Organization", "name": excerpt(name), "url": web_iri(address)})


def site_author(site: Site) -> Thing:
    """Whose site this is, with the other addresses of whoever that is."""
    if not site.author_name:
        return {}
    elsewhere = [address for address in map(web_iri, site.me) if address]
    return person(site.author_name, site.author_link) | stated({"sameAs": elsewhere})


def publisher(site: Site) -> Thing:
    return organisation(site.title, home())


def the_site(site: Site) -> Thing:
    return stated(
        {
            "@type": "WebSite",
            "@id": f"{home()}#site",
            "name": line(site.title),
            "url": home(),
            "description": line(site.tagline),
        }
    )


def language(row: EntryRow) -> str:
    return language_tag(row.language) or settings.LANGUAGE_CODE


def home() -> str:
    return f"{settings.SITE_URL}/"


def stated(thing: Thing) -> Thing:
    """The thing without what nothing is known of."""
    return {name: value for name, value in thing.items() if value}


def line(text: str) -> str:
    return " ".join(strip_controls(text).split())
