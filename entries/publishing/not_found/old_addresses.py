"""Where what had another address is now: in one table what the site knows, else by original paths.

An original path is that of an imported entry's original page, or of an id that is an address of
the web, those that it has had before and those in other feeds included. So whatever answered
under it, on another host, is found under it here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from entries.models import Entry, OldAddress, OriginalPath, Source, Tag
from entries.models.old_address import MAX_PATH_LENGTH
from entries.models.path_key import FRONT, path_key, plain_link, plain_path, plain_path_of
from entries.publishing.rows.entry_links import EntryLink, read_links
from entries.publishing.rows.part_rows import tag_path
from entries.publishing.tags.public_tags import TAGS_AT_ONCE

# How many entries with one original path are looked at, and how many of them are offered.
LOOKED_AT = 20
OFFERED = 5

OF_TAGS = re.compile(r"(?P<slugs>[^/?]+?)(?P<ending>\.atom|\.json)?")


@dataclass(frozen=True, slots=True)
class Moved:
    """The path at which it is, where that is sure; else what it may be, if there is anything."""

    path: str = ""
    candidates: list[EntryLink] = field(default_factory=list)


def find_moved(path: str, query: str = "") -> Moved:
    """Where what had this path (decoded) and query is now. At most five queries.

    A query that nothing is known of does not count. Only what the public may see is found.
    """
    asked = list(dict.fromkeys([plain_path(path, query), plain_path(path)]))
    asked = [plain for plain in asked if plain != FRONT]
    if not asked:
        return Moved()
    moved = _by_table(asked) or _by_original(asked)
    # What leads to itself is no answer, whatever the reason that it was not found there.
    return Moved() if moved.path and plain_link(moved.path) in asked else moved


def _by_table(asked: list[str]) -> Moved | None:
    tagged = _tagged(asked[-1])
    slugs = {_plain_tag(slug): slug for slug in tagged["slugs"].split("+")} if tagged else {}
    if len(slugs) > TAGS_AT_ONCE:
        slugs = {}
    rows = OldAddress.objects.filter(path__in=_askable([*asked, *slugs])).order_by()
    found = {row.path: row for row in rows}
    tags = _public_tags([row.tag_id for row in found.values() if row.tag_id])
    entries = read_links(row.entry_id for row in found.values() if row.entry_id)
    for row in (found[plain] for plain in asked if plain in found):
        if row.target:
            return Moved(row.target)
        if row.tag_id in tags:
            return Moved(tag_path(tags[row.tag_id]))
        if row.entry_id in entries:
            return Moved(entries[row.entry_id].path)
    renamed = {plain: tags[row.tag_id] for plain, row in found.items() if row.tag_id in tags}
    if tagged and not renamed.keys().isdisjoint(slugs):
        now = [renamed.get(plain, slug) for plain, slug in slugs.items()]
        page = tag_path("+".join(dict.fromkeys(now)))
        return Moved(page.rstrip("/") + tagged["ending"] if tagged["ending"] else page)
    return None


def _public_tags(pks: list[int]) -> dict[int, str]:
    """The slugs of those tags that the public may see, by primary key. At most one query."""
    return dict(Tag.objects.public().filter(pk__in=pks).values_list("pk", "slug")) if pks else {}


def _tagged(plain: str) -> re.Match[str] | None:
    """The tags in the path of a page of tags, or of its feed."""
    root = reverse("entries:tags")
    return OF_TAGS.fullmatch(plain.removeprefix(root)) if plain.startswith(root) else None


def _plain_tag(slug: str) -> str:
    return plain_path(f"{reverse('entries:tags')}{slug}")


def _askable(paths: Iterable[str]) -> list[str]:
    """Those that can be in the table. PostgreSQL can't even be asked for NUL."""
    return [path for path in paths if len(path) <= MAX_PATH_LENGTH and "\x00" not in path]


def _by_original(asked: list[str]) -> Moved:
    keys = [path_key(plain) for plain in asked]
    # What was merged into another, and that into a third. Further is not looked for.
    by_columns = (
        Entry.objects.filter(Q(original_key__in=keys) | Q(id_key__in=keys))
        .order_by()
        .annotate(
            now=Coalesce("merged_away__into__merged_away__into", "merged_away__into", F("pk")),
            had=Value(False),
        )
        .values_list("now", "had", "canonical_url", "atom_id", "source__canonical")
    )
    by_table = (
        OriginalPath.objects.filter(key__in=keys)
        .order_by()
        .annotate(
            now=Coalesce(
                "entry__merged_away__into__merged_away__into",
                "entry__merged_away__into",
                "entry",
            ),
            had=Value(True),
            none=Value(""),
        )
        .values_list("now", "had", "address", "none", "entry__source__canonical")
    )
    rows = by_columns.union(by_table, all=True)[:LOOKED_AT]
    # A path that a post has now is its own, whoever had it before.
    found: dict[tuple[str, bool], dict[int, bool]] = {
        (plain, had): {} for plain in asked for had in (False, True)
    }
    for pk, had, *addresses, canonical in rows:
        is_here = canonical in (None, Source.Canonical.SELF)
        for plain in {plain_path_of(address) for address in addresses} & {*asked}:
            entries = found[plain, had]
            entries[pk] = is_here or entries.get(pk, False)
    links = read_links({pk for entries in found.values() for pk in entries})
    for entries in found.values():
        live = [pk for pk in entries if pk in links]
        # Whoever has moved in here comes before those who are only gathered from.
        first = [pk for pk in live if entries[pk]] or live
        if len(first) == 1:
            return Moved(links[first[0]].path)
        if first:
            offered = sorted((links[pk] for pk in first), key=lambda link: link.day, reverse=True)
            return Moved(candidates=offered[:OFFERED])
    return Moved()
