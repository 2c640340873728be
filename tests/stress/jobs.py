"""What the editors do, in an order that brings those together which can hurt each other."""

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .desk import Editor
from .upstream import SEEDS

# A round of imports goes with so many edits of entries.
EDITS_PER_IMPORT = 25


class Job(NamedTuple):
    """A method of an editor, and what it is called with."""

    method: str
    arguments: tuple[Any, ...]
    options: dict[str, str]

    def do(self, editor: Editor) -> None:
        getattr(editor, self.method)(*self.arguments, **self.options)


def job(method: str, *arguments: Any, **options: str) -> Job:
    return Job(method, arguments, options)


def make_jobs(
    edits: int, entries: Sequence[int], sources: Sequence[int], tags: dict[str, int]
) -> Iterator[Job]:
    """So many edits of entries, and half as much of everything else. The same each time."""
    chance = random.Random(1)
    doomed = entries[: edits // 50]
    lasting = entries[edits // 50 :]
    for number in range(edits):
        if number % EDITS_PER_IMPORT == 0:
            yield job("let_import")
        yield edit_of(number, chance.choice(lasting))
        if number % 2:
            yield from bulk_action(number, chance.sample(lasting, 5))
        yield from seldom(number, chance.choice(sources), tags)
        if number % 50 in (13, 14, 15):
            # Deleted while it is edited and tagged.
            pk = doomed[number // 50]
            yield [
                job("edit", "title", pk, title=f"Doomed {number}"),
                job("delete", pk),
                job("act", "add_tags", "entry", [pk, *lasting[:2]], "late", tag_names="late"),
            ][number % 50 - 13]


def edit_of(number: int, pk: int) -> Job:
    if number % 4 == 0:
        return job("edit", "title", pk, title=f"Edited {number}")
    if number % 20 == 11:
        return job("edit", "tags", pk, tag_names="{}, merged-away")
    return job("edit", "tags", pk, tag_names="{}, " + new_tag(number))


def new_tag(number: int) -> str:
    """One that two entries get at once; or one of two whose slugs are the same."""
    if number // 2 % 2:
        return f"c{'+' if number % 2 else ' plus '}{number // 4}"
    return f"new-{number // 2}"


def bulk_action(number: int, pks: list[int]) -> Iterator[Job]:
    match number % 10:
        case 1:
            name = f"bulk-{number}"
            yield job("act", "add_tags", "entry", pks, name, tag_names=name)
        case 3:
            yield job("act", "publish", "entry", pks, "")
        case 5:
            name = SEEDS[number // 10 % len(SEEDS)]
            yield job("act", "remove_tags", "entry", pks, name, tag_names=name)
        case 7:
            yield job("act", "back_to_draft", "entry", pks, "")
        case 9:
            name = new_tag(number)
            yield job("act", "add_tags", "entry", pks, name, tag_names=name)


def seldom(number: int, source: int, tags: dict[str, int]) -> Iterator[Job]:
    if number == 21:
        gone = [tags["merged-away"]]
        yield job("act", "merge_tags", "tag", gone, "stays", tag_names="stays")
    if number % 50 in (33, 34):
        text = f"Described {number}"
        yield job("change", "description", "tag", tags["all"], description=text)
    if number % 50 == 44:
        text = f"Author {number}"
        yield job("change", "default_author", "source", source, default_author=text)
