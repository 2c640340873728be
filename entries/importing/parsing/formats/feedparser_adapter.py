"""Adapter for Atom, RSS and RDF: feedparser's dictionaries to FeedData and EntryData."""

from collections.abc import Callable, Iterable, Iterator

from entries.importing.parsing.feed_data import (
    EntryData,
    Envelope,
    FeedContext,
    FeedData,
    StatedDate,
    Text,
    fullest_text,
    person_of,
    plain_summary,
    unique_people,
)
from entries.importing.parsing.upstream_fields import Person
from entries.lib.characters import strip_controls
from entries.lib.kind_links import KIND_OF_TYPE, TYPE_OF_KIND, UNTITLED
from entries.lib.plaintext import squeeze
from entries.lib.urls import absolute_url

from .enclosures import (
    Attached,
    Enclosure,
    Medium,
    content_elsewhere,
    find_enclosures,
    is_page,
    whole_number,
)
from .feedparser_fields import FEED, Raw, take

Absolute = Callable[[str], str]


def feed_data(found: Raw, version: str, url: str, pictures: tuple[str, ...]) -> FeedData:
    """The FeedData for feedparser's `feed` dictionary; `version` is its name of the format."""
    feed = take(found, FEED)
    links = feed.get("links") or []

    def link(rel: str) -> str:
        address = next((x["href"] for x in links if x.get("rel") == rel and x.get("href")), "")
        return absolute_url(url, strip_controls(address))

    site_url = link("alternate")
    image = feed.get("image") or {}
    return FeedData(
        title=text_of(feed.get("title_detail")).plain,
        subtitle=text_of(feed.get("subtitle_detail")).plain,
        site_url=site_url,
        self_url=link("self"),
        feed_id=squeeze(feed.get("id") or ""),
        rights=text_of(feed.get("rights_detail")).plain,
        icon=squeeze(feed.get("icon") or feed.get("logo") or image.get("href") or ""),
        context=FeedContext(
            authors=unique_people(people(feed, "authors")),
            language=squeeze(feed.get("language") or ""),
            base=base_of(version, url, site_url),
            updated=feed.get("updated") or "",
            pictures_of_all=pictures,
        ),
        next_page=link("prev-archive") or link("next"),
    )


def base_of(version: str, url: str, site_url: str) -> str:
    """The base of relative URLs without xml:base.

    In Atom it is the document's URL (RFC 4287, 2). RSS does not define it; its feeds are often on
    another host than the site, and their authors mean the site.
    """
    from_web = url if url.startswith(("http://", "https://")) else ""
    return (site_url or from_web) if version.startswith("rss") else (from_web or site_url)


def entry_data(
    record: Raw,
    context: FeedContext,
    *,
    left_out: str = "",
    received: bytes = b"",
    envelope: Envelope | None = None,
) -> EntryData:
    """The EntryData of a record from `feedparser_fields.entry_record` or `Export.as_record`.

    Also reads the records that earlier versions of this program have stored. Some of these were
    made from JSON Feed, with `external_url` and `kind`.
    """
    contents = [text_of(content) for content in record.get("content") or []]
    summary = stated_text(record, "summary")
    body = fullest_text(contents, summary)
    base = absolute_url(context.base, body.base) or context.base

    def absolute(address: str) -> str:
        address = strip_controls(str(address)).strip()
        return absolute_url(base, address) or address

    guid = (record.get("id") or "").strip()
    link = original_page(record, guid, absolute)
    kind = stated_kind(record)
    authors = authors_of(record, context)
    tags = list(tags_of(record))
    return EntryData(
        guid=guid,
        title=stated_text(record, "title").plain,
        link=link,
        target=target_of(record, kind, link, absolute),
        kind=kind,
        is_untitled=any(one.get("title") == UNTITLED for one in links(record, "type")),
        is_draft=bool(record.get("draft")),
        slug=squeeze(record.get("slug") or ""),
        body=body,
        summary=plain_summary(summary, body),
        base=base,
        authors=authors,
        contributors=unique_people(people(record, "contributors", "contributor")),
        rights=stated_text(record, "rights").plain,
        language=language_of(record, body, context),
        categories=tuple(dict.fromkeys(term for term, _, _ in tags)),
        category_details=details_of(tags),
        enclosures=find_enclosures(
            attached_to(record, absolute),
            body.value,
            absolute,
            authors=[person.name for person in authors],
            of_all=context.pictures_of_all,
        ),
        origin=origin_of(record.get("source") or {}, absolute),
        in_reply_to=tuple(replies_of(record)),
        published=date_of(record, "published"),
        updated=date_of(record, "updated"),
        created=date_of(record, "created"),
        context=context,
        left_out=left_out,
        received=received,
        envelope=envelope,
        stated_media=tuple(stated_media(record)),
    )


def text_of(record: Raw | None) -> Text:
    record = record or {}
    notes = (strip_controls(record.get(key) or "") for key in ("type", "base", "language"))
    return Text(record.get("value") or "", *notes)


def stated_text(record: Raw, name: str) -> Text:
    # The detail may be that of an extension's element of the same name.
    detail = record.get(f"{name}_detail") or {}
    return text_of(detail | {"value": record[name]} if name in record else detail)


def people(record: Raw, name: str, role: str = "author") -> Iterator[Person]:
    for stated in record.get(name) or []:
        name, uri, email = (stated.get(key) or "" for key in ("name", "href", "email"))
        yield person_of(name, uri, email, role)


def authors_of(record: Raw, context: FeedContext) -> tuple[Person, ...]:
    """The entry's own authors, else those of its atom:source, else those of the feed."""
    for stated in (record, record.get("source") or {}):
        if found := unique_people(people(stated, "authors")):
            return found
    return unique_people(context.authors)


def links(record: Raw, rel: str) -> Iterator[Raw]:
    return (link for link in record.get("links") or [] if link.get("rel") == rel)


def hrefs(record: Raw, rel: str) -> Iterator[str]:
    return (link["href"] for link in links(record, rel) if link.get("href"))


def original_page(record: Raw, guid: str, absolute: Absolute) -> str:
    """The URL of the original page: the first alternate link, else feedparser's `link`."""
    for link in record.get("links") or []:
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return absolute(link["href"])
    stated = record.get("link") or ""
    if not stated or stated == guid:
        # feedparser uses the id as the link if there is no other: content by `src` is better.
        for content in record.get("content") or []:
            if (source := content.get("src")) and is_page(source, content.get("type") or ""):
                return absolute(source)
    return absolute(stated) if stated else ""


def stated_kind(record: Raw) -> str:
    if record.get("kind") in TYPE_OF_KIND:
        return record["kind"]
    types = hrefs(record, "type")
    return next((KIND_OF_TYPE[type_] for type_ in types if type_ in KIND_OF_TYPE), "")


def target_of(record: Raw, kind: str, link: str, absolute: Absolute) -> str:
    """The URL that a link entry points at; empty if it is the entry's own page.

    Atom's first related link is used only if a kind is stated, since such links have many uses.
    """
    external = record.get("external_url")
    if not external and kind:
        external = next(hrefs(record, "related"), "")
    target = absolute(external) if external else ""
    return "" if target == link else target


def language_of(record: Raw, body: Text, context: FeedContext) -> str:
    title = text_of(record.get("title_detail")).language
    stated = (squeeze(record.get("language") or ""), body.language, title, context.language)
    return next((tag for tag in stated if tag), "")


def tags_of(record: Raw) -> Iterator[tuple[str, str, str]]:
    """Term, scheme and label of each category."""
    for tag in record.get("tags") or []:
        label = squeeze(tag.get("label") or "")
        if term := squeeze(tag.get("term") or "") or label:
            yield term, squeeze(tag.get("scheme") or ""), label


def details_of(tags: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    details: dict[str, list[str]] = {}
    for term, scheme, label in tags:
        if scheme or label not in ("", term):
            details.setdefault(term, [scheme, "" if label == term else label])
    return details


def attached_to(record: Raw, absolute: Absolute) -> Attached:
    linked = [
        Enclosure(
            absolute(link["href"]),
            squeeze(link.get("type") or ""),
            whole_number(link.get("length")),
            squeeze(link.get("title") or ""),
            squeeze(link.get("hreflang") or ""),
        )
        for link in links(record, "enclosure")
        if link.get("href")
    ]
    for content in record.get("content") or []:
        source, stated = content.get("src") or "", content.get("type") or ""
        if source and not is_page(source, stated):
            linked.append(content_elsewhere(absolute(source), stated))
    media = [
        Medium(
            stated.get("url") or "",
            stated.get("type") or "",
            stated.get("medium") or "",
            whole_number(stated.get("filesize")),
            whole_number(stated.get("width")),
            stated.get("title") or "",
            stated.get("description") or "",
        )
        for stated in record.get("media_content") or []
    ]
    pictures = [stated.get("url") or "" for stated in record.get("media_thumbnail") or []]
    pictures.append((record.get("image") or {}).get("href") or "")
    return Attached(tuple(linked), tuple(media), tuple(pictures))


def stated_media(record: Raw) -> Iterator[str]:
    for link in links(record, "enclosure"):
        yield str(link.get("href"))
    for content in record.get("media_content") or []:
        yield str(content.get("url"))


def origin_of(source: Raw, absolute: Absolute) -> dict[str, str]:
    found = {link.get("rel"): link.get("href") for link in source.get("links") or []}
    title = text_of(source.get("title_detail")).plain
    # Records stored by earlier versions may have a person's page here.
    of_person = source.get("authors") or source.get("contributors")
    href = "" if of_person else source.get("href")
    stated = {
        "id": squeeze(source.get("id") or ""),
        "title": title or squeeze(source.get("title") or ""),
        "url": absolute(found.get("self") or href or ""),
        "site_url": absolute(found.get("alternate") or ""),
    }
    return {name: value for name, value in stated.items() if value}


def replies_of(record: Raw) -> Iterator[dict[str, str]]:
    for stated in record.get("in_reply_to") or []:
        reply = {name: squeeze(stated.get(name) or "") for name in ("ref", "href", "type")}
        reply["source"] = squeeze(stated.get("source") or "")
        if reply["ref"] or reply["href"]:
            yield {name: value for name, value in reply.items() if value}


def date_of(record: Raw, name: str) -> StatedDate | None:
    if name not in record:
        return None
    parsed = record.get(f"{name}_parsed")
    return StatedDate(record[name], tuple(parsed[:6]) if parsed else None)
