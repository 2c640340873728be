"""The original paths that an entry has besides those of its own columns."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from .path_key import path_key, plain_path_of

BATCH = 2_000  # rows
# The fields of an entry that hold the keys of its own two paths.
KEYS = ("original_key", "id_key")


class OriginalPathQuerySet(models.QuerySet["OriginalPath"]):
    def keep(self, addresses: Iterable[tuple[int, str]]) -> None:
        """Let the path in each address lead to the entry with the key beside it.

        At most one query. A front page has no such path, nor has an address that is not of the
        web.
        """
        rows = [
            OriginalPath(entry_id=pk, key=path_key(plain), address=address)
            for pk, address in addresses
            if (plain := plain_path_of(address))
        ]
        if rows:
            OriginalPath.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


class OriginalPath(models.Model):
    """A path that an imported post had upstream, or has there in another feed.

    The entry itself has the keys of the paths in its `canonical_url` and its `atom_id`. Few
    entries have others.
    """

    entry = models.ForeignKey(
        "entries.Entry", on_delete=models.CASCADE, related_name="original_paths"
    )
    key = models.BigIntegerField(help_text="As `path_key` makes it.")
    address = models.TextField()

    objects = OriginalPathQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "entry"], name="one_path_an_entry")]

    def __str__(self):
        return self.address


def further_addresses(entry: Any, addresses: Iterable[str]) -> list[str]:
    """The addresses whose paths are neither in `canonical_url` nor in `atom_id` of the entry."""
    own = {entry.canonical_url, entry.atom_id}
    others = [address for address in dict.fromkeys(addresses) if address and address not in own]
    if not others:
        return []
    paths = {plain_path_of(address) for address in own}
    return [address for address in others if plain_path_of(address) not in paths]
