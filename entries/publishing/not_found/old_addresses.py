"""Old addresses: the new path of an entry or tag that once had another path.

Looked up in OldAddress first, then by original path. An original path is the path of an imported
entry's original page, or of its id if that is a URL. Earlier ones, and those in other feeds, count
too. A path that worked on the author's old host therefore leads to the entry here.
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
from entries.publishing.tags.public_tags import MAX_COMBINED_TAGS

MAX_READ_ENTRIES = 20  # with one original path
MAX_CANDIDATES = 5

OF_TAGS = re.compile(r"(?P<slugs>[^/?]+?)(?P<ending>\.atom|\.json)?")


@dataclass(frozen=True, slots=True)
class NewAddress:
    """The new path if only one is possible, else the entries that may be meant. Empty if none."""

    path: str = ""
    candidates: list[EntryLink] = field(default_factory=list)


def find_new_address(path: str, query: str = "") -> NewAddress:
    """Find the new address for an old path (decoded) and query string. At most five queries.

    An unknown query string is ignored. Finds only what the public may see.
    """
    asked = list(dict.fromkeys([plain_path(path, query), plain_path(path)]))
    asked = [plain for plain in asked if plain != FRONT]
    if not asked:
        return NewAddress()
    new = _find_in_table(asked) or _find_by_original(asked)
    # A path must not redirect to itself, for whatever reason there is no page at it.
    return NewAddress() if new.path and plain_link(new.path) in asked else new


def _find_in_table(asked: list[str]) -> NewAddress | None:
    tagged = _tagged(asked[-1])
    slugs = {_plain_tag(slug): slug for slug in tagged["slugs"].split("+")} if tagged else {}
    if len(slugs) > MAX_COMBINED_TAGS:
        slugs = {}
    rows = OldAddress.objects.filter(path__in=_askable([*asked, *slugs])).order_by()
    found = {row.path: row for row in rows}
    tags = _public_tags([row.tag_id for row in found.values() if row.tag_id])
    entries = read_links(row.entry_id for row in found.values() if row.entry_id)
    for row in (found[plain] for plain in asked if plain in found):
        if row.target:
            return NewAddress(row.target)
        if row.tag_id in tags:
            return NewAddress(tag_path(tags[row.tag_id]))
        if row.entry_id in entries:
            return NewAddress(entries[row.entry_id].path)
    renamed = {plain: tags[row.tag_id] for plain, row in found.items() if row.tag_id in tags}
    if tagged and not renamed.keys().isdisjoint(slugs):
        now = [renamed.get(plain, slug) for plain, slug in slugs.items()]
        page = tag_path("+".join(dict.fromkeys(now)))
        return NewAddress(page.rstrip("/") + tagged["ending"] if tagged["ending"] else page)
    return None


def _public_tags(pks: list[int]) -> dict[int, str]:
    """The slugs of those tags that the public may see, by primary key. At most one query."""
    return dict(Tag.objects.public().filter(pk__in=pks).values_list("pk", "slug")) if pks else {}


def _tagged(plain: str) -> re.Match[str] | None:
    """The slugs and the ending in the path of a tag page or of its feed."""
    root = reverse("entries:tags")
    return OF_TAGS.fullmatch(plain.removeprefix(root)) if plain.startswith(root) else None


def _plain_tag(slug: str) -> str:
    return plain_path(f"{reverse('entries:tags')}{slug}")


def _askable(paths: Iterable[str]) -> list[str]:
    """The paths that can be in the table. PostgreSQL raises an error for a NUL in a query."""
    return [path for path in paths if len(path) <= MAX_PATH_LENGTH and "\x00" not in path]


def _find_by_original(asked: list[str]) -> NewAddress:
    keys = [path_key(plain) for plain in asked]
    # Follows an entry that was merged into a second, and that into a third, but no further.
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
    rows = by_columns.union(by_table, all=True)[:MAX_READ_ENTRIES]
    # An entry that has the path now comes before one that `had` it.
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
        # Entries of authors who have moved to this site come before all others.
        first = [pk for pk in live if entries[pk]] or live
        if len(first) == 1:
            return NewAddress(links[first[0]].path)
        if first:
            newest = sorted((links[pk] for pk in first), key=lambda link: link.day, reverse=True)
            return NewAddress(candidates=newest[:MAX_CANDIDATES])
    return NewAddress()
