"""Paths at which the site has no page, and where they lead."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.utils import timezone

from .path_key import plain_link

MAX_PATH_LENGTH = 500  # characters


class OldAddressQuerySet(models.QuerySet["OldAddress"]):
    def keep(self, paths: Iterable[str], reason: str, *, over: bool = True, **to: Any) -> None:
        """Let these paths of the site lead to an `entry` or a `tag`. One query.

        A path that already leads somewhere is changed only if `over`.
        """
        self.store((OldAddress(path=plain_link(path), reason=reason, **to) for path in paths), over)

    def store(self, rows: Iterable["OldAddress"], over: bool) -> None:
        """Store these rows. One whose path already leads somewhere is stored only if `over`."""
        rows = {row.path: row for row in rows}.values()
        if over:
            OldAddress.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["path"],
                update_fields=["entry", "tag", "target", "reason", "added_at"],
            )
        else:
            OldAddress.objects.bulk_create(rows, ignore_conflicts=True)

    def pass_on_tags(self, tags: Iterable[models.Model], into: models.Model) -> None:
        """Let the addresses of these tags, and those that lead to them, lead to another tag.

        Two queries.
        """
        tags = list(tags)
        self.filter(tag__in=tags).update(tag=into)
        self.keep(
            [tag.get_absolute_url() for tag in tags],  # type: ignore[attr-defined]
            OldAddress.Reason.MERGED,
            tag=into,
        )


class OldAddress(models.Model):
    """A path at which this site has no page, and where it leads.

    It leads to the present address of an entry or a tag, or to a `target`: a path of this site.
    A page of the site wins over an old address.
    """

    class Reason(models.TextChoices):
        HAD = "had", "had this address before"
        MERGED = "merged", "took in what had this address"
        SET = "set", "was set by an editor"

    path = models.CharField(
        max_length=MAX_PATH_LENGTH, unique=True, help_text="As `plain_path` writes it."
    )
    entry = models.ForeignKey(
        "entries.Entry", on_delete=models.CASCADE, null=True, related_name="old_addresses"
    )
    tag = models.ForeignKey(
        "entries.Tag", on_delete=models.CASCADE, null=True, related_name="old_addresses"
    )
    target = models.CharField(max_length=MAX_PATH_LENGTH, blank=True)
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.SET)
    added_at = models.DateTimeField("since", default=timezone.now)

    objects = OldAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "old addresses"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(entry=None, tag=None) & ~models.Q(target="")
                | models.Q(entry__isnull=False, tag=None, target="")
                | models.Q(entry=None, tag__isnull=False, target=""),
                name="one_destination",
            )
        ]

    def __str__(self):
        return self.path

    @property
    def destination(self) -> str:
        """The path to which it leads."""
        to = self.entry or self.tag
        return to.get_absolute_url() if to else self.target


@contextmanager
def keeping_address(row: Any) -> Iterator[Any]:
    """Let the present address of an entry or a tag lead to its new one, which is stored within.

    Yields the stored row, or None. One query, or three if the address changes. An address that the
    public never saw replaces no path that already leads somewhere.
    """
    model = type(row)
    before = model.objects.filter(pk=row.pk).first() if row.pk else None
    yield before
    path = row.get_absolute_url()
    if before is None or before.get_absolute_url() == path:
        return
    to = {model._meta.model_name: row}
    OldAddress.objects.filter(path=plain_link(path), **to).delete()
    OldAddress.objects.keep(
        [before.get_absolute_url()], OldAddress.Reason.HAD, over=before.is_public, **to
    )


@contextmanager
def keeping_addresses(entries: models.QuerySet[Any]) -> Iterator[None]:
    """Like `keeping_address`, for several entries. Two queries, or six if addresses change."""
    before = {entry.pk: entry for entry in entries.only("day", "slug", "status", "published")}
    yield
    moved = [
        (entry, before[entry.pk])
        for entry in entries.only("day", "slug")
        if entry.get_absolute_url() != before[entry.pk].get_absolute_url()
    ]
    if not moved:
        return
    new = {plain_link(entry.get_absolute_url()): entry.pk for entry, _ in moved}
    leading = OldAddress.objects.filter(path__in=new).values_list("pk", "path", "entry_id")
    back = [pk for pk, path, entry_pk in leading if new[path] == entry_pk]
    OldAddress.objects.filter(pk__in=back).delete()
    for was_public in (True, False):
        OldAddress.objects.store(
            [
                OldAddress(
                    path=plain_link(was.get_absolute_url()),
                    reason=OldAddress.Reason.HAD,
                    entry=entry,
                )
                for entry, was in moved
                if was.is_public == was_public
            ],
            over=was_public,
        )
