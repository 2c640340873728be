"""Filters of the list of entries that stay usable with many sources and tags."""

from django.contrib.admin import SimpleListFilter
from django.db.models import Q

from entries.models import Change, Sighting, Source, TagName, fold

from .base import PRIMARY_KEY
from .name_input import SourceNameInput, TagNamesInput

WRITTEN_HERE = "none"
# Of more sources, one is typed instead of chosen from a list.
MAX_LISTED_SOURCES = 50


class FormFilter(SimpleListFilter):
    """A filter that is a small form instead of a list of links.

    `hidden` are the other parameters of the page, which the form sends along.
    """

    def has_output(self):
        return True

    def choices(self, changelist):
        hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            for value in values
            if name != self.parameter_name
        ]
        remove = changelist.get_query_string(remove=[self.parameter_name])
        return [{"hidden": hidden, "remove": remove, "filter": self}]


class SourceFilter(FormFilter):
    """What is of a source: of one that is chosen, or of those with the title that is typed."""

    title = "source"
    parameter_name = "source"
    template = "admin/entries/source_filter.html"
    further: tuple[tuple[str, str], ...] = ()

    def lookups(self, request, model_admin):
        if Source.objects.order_by()[MAX_LISTED_SOURCES:].exists():
            return self.further
        listed = ((str(source.pk), str(source)) for source in Source.objects.only("title", "url"))
        return [*self.further, *listed]

    @property
    def is_typed(self):
        return len(self.lookup_choices) == len(self.further) and Source.objects.exists()

    @property
    def widget(self):
        attrs = {"data-single": "", "id": "source-filter", "aria-label": "Source"}
        text = self.value() or ""
        if PRIMARY_KEY.fullmatch(text):
            text = str(Source.objects.only("title", "url").filter(pk=text).first() or text)
        elif text in dict(self.further):
            text = ""
        return SourceNameInput(attrs).render(self.parameter_name, text)

    def choices(self, changelist):
        (choice,) = super().choices(changelist)
        further = [
            (value, label, changelist.get_query_string({self.parameter_name: value}))
            for value, label in self.further
        ]
        return [choice | {"further": further}]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(source__in=find_sources(value)) if value else queryset


class EntrySourceFilter(SourceFilter):
    """Entries by the source that leads them."""

    further = ((WRITTEN_HERE, "Written here"),)

    def queryset(self, request, queryset):
        if self.value() == WRITTEN_HERE:
            return queryset.filter(source=None, imported_at=None)
        return super().queryset(request, queryset)


def find_sources(value: str) -> list[int]:
    """The primary keys of the sources with this key, or else this title or address."""
    if PRIMARY_KEY.fullmatch(value):
        return [int(value)]
    named = Source.objects.filter(Q(title__iexact=value) | Q(url=value))
    return list(named.order_by("pk").values_list("pk", flat=True)[:MAX_LISTED_SOURCES])


class TagFilter(FormFilter):
    """Entries by a tag, under any name by which the tag is known."""

    title = "tag"
    parameter_name = "tag"
    template = "admin/entries/tag_filter.html"

    def lookups(self, request, model_admin):
        return []

    @property
    def widget(self):
        attrs = {"data-single": "", "id": "tag-filter", "aria-label": "Tag"}
        return TagNamesInput(attrs).render(self.parameter_name, self.value())

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        known = TagName.objects.filter(folded=fold(self.value()))
        return queryset.filter(taggings__tag__in=known.values("tag"))


class MissingFilter(SimpleListFilter):
    """Entries that the source that leads them should still state, and does not."""

    title = "missing upstream"
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return [("yes", "Yes")]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        missing = Sighting.objects.missing()
        return queryset.filter(pk__in=missing.order_by().values("entry"))


class WaitingFilter(SimpleListFilter):
    title = "waiting changes"
    parameter_name = "waiting"

    def lookups(self, request, model_admin):
        return [("yes", "Yes")]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=Change.objects.order_by().values("entry"))
