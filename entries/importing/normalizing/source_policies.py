"""A source's policies (filters, category rules, added tags, defaults), applied to its posts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from entries.models import Source
from entries.models.source_rules import Filter, category_rules_in, filters_in, lines_of

from .entry_values import EntryValues
from .item import Item

# Policies to which a command adds lines. It replaces the value of all others.
LIST_FIELDS = ("filters", "category_rules", "added_tags")


class Policies:
    """The policies of one source."""

    def __init__(self, source: Source):
        self.filters = filters_in(source.filters)
        self.category_rules = category_rules_in(source.category_rules)
        self.added_tags = lines_of(source.added_tags)
        self.author = source.default_author
        self.language = source.default_language

    def apply(self, values: EntryValues) -> EntryValues:
        """Returns the values with the tags and defaults of the policies applied."""
        stated = values.fields
        fields = replace(
            stated,
            tags=tuple(self.tags(stated.tags)),
            author_name=stated.author_name or self.author,
            language=stated.language or self.language,
        )
        return replace(values, fields=fields)

    def tags(self, categories: Iterable[str]) -> list[str]:
        """Returns the tags for an entry with these categories, each once."""
        tags = []
        for category in categories:
            rule = next((rule for rule in self.category_rules if rule.hits(category)), None)
            tags.append(rule.name if rule else category)
        return list(dict.fromkeys(name for name in [*tags, *self.added_tags] if name))

    def find_filter(self, item: Item) -> str:
        """Returns the filter that keeps a post out, in words, or "" if none does.

        Filters by kind apply once the item has been cleaned.
        """
        if not self.filters:
            return ""
        for field, values in FILTERED_VALUES.items():
            filters = [rule for rule in self.filters if rule.field == field]
            if not filters or (field == "kind" and item.values is None):
                continue
            stated = values(item)
            if hit := first_block(filters, stated) or unmet_allow(filters, stated):
                return hit
        return ""


def kind_of(item: Item) -> list[str]:
    return [item.values.fields.kind] if isinstance(item.values, EntryValues) else []


FILTERED_VALUES: Mapping[str, Callable[[Item], list[str]]] = {
    "title": lambda item: [item.data.title],
    "tag": lambda item: list(item.data.categories),
    "author": lambda item: [person.name for person in item.data.authors],
    "kind": kind_of,
}


def first_block(filters: list[Filter], stated: list[str]) -> str:
    blocks = (rule for rule in filters if rule.verdict == "block")
    return next((str(rule) for rule in blocks if any(map(rule.hits, stated))), "")


def unmet_allow(filters: list[Filter], stated: list[str]) -> str:
    allows = [rule for rule in filters if rule.verdict == "allow"]
    if any(rule.hits(value) for rule in allows for value in stated):
        return ""
    return ", ".join(map(str, allows))


def set_policies(source: Source, wanted: Mapping[str, str], *, save: bool) -> None:
    """Set policy fields of a source. Fields in LIST_FIELDS get further lines."""
    for name, value in wanted.items():
        if name in LIST_FIELDS:
            lines = [*lines_of(getattr(source, name)), *lines_of(value)]
            value = "\n".join(dict.fromkeys(lines))
        setattr(source, name, value)
    if save and wanted:
        source.save(update_fields=list(wanted))
