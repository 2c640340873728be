"""Filters of the admin's lists by source, tag, waiting changes, and entries missing upstream."""

from django.contrib.admin import SimpleListFilter
from django.db.models import Q

from entries.models import Sighting, Source, TagName, UpstreamChange, fold

from .base import PRIMARY_KEY
from .name_input import SourceNameInput, TagNamesInput

WRITTEN_HERE = "none"
# With more sources, the filter is a text field instead of a list of choices.
MAX_SOURCE_CHOICES = 50


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
    """Rows of one source: a list of choices, or with many sources a field for title or URL."""

    title = "source"
    parameter_name = "source"
    template = "admin/entries/source_filter.html"
    extra_choices: tuple[tuple[str, str], ...] = ()

    def lookups(self, request, model_admin):
        if Source.objects.order_by()[MAX_SOURCE_CHOICES:].exists():
            return self.extra_choices
        listed = ((str(source.pk), str(source)) for source in Source.objects.only("title", "url"))
        return [*self.extra_choices, *listed]

    @property
    def is_typed(self):
        return len(self.lookup_choices) == len(self.extra_choices) and Source.objects.exists()

    @property
    def widget(self):
        attrs = {"data-single": "", "id": "source-filter", "aria-label": "Source"}
        text = self.value() or ""
        if PRIMARY_KEY.fullmatch(text):
            text = str(Source.objects.only("title", "url").filter(pk=text).first() or text)
        elif text in dict(self.extra_choices):
            text = ""
        return SourceNameInput(attrs).render(self.parameter_name, text)

    def choices(self, changelist):
        (choice,) = super().choices(changelist)
        extra_choices = [
            (value, label, changelist.get_query_string({self.parameter_name: value}))
            for value, label in self.extra_choices
        ]
        return [choice | {"extra_choices": extra_choices}]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(source__in=find_sources(value)) if value else queryset


class EntrySourceFilter(SourceFilter):
    """Entries by their leading source."""

    extra_choices = ((WRITTEN_HERE, "Written here"),)

    def queryset(self, request, queryset):
        if self.value() == WRITTEN_HERE:
            return queryset.filter(source=None, imported_at=None)
        return super().queryset(request, queryset)


def find_sources(value: str) -> list[int]:
    """Primary keys of sources: the value itself if it is a key, else those of this title or URL.

    Returns at most MAX_SOURCE_CHOICES.
    """
    if PRIMARY_KEY.fullmatch(value):
        return [int(value)]
    named = Source.objects.filter(Q(title__iexact=value) | Q(url=value))
    return list(named.order_by("pk").values_list("pk", flat=True)[:MAX_SOURCE_CHOICES])


class TagFilter(FormFilter):
    """Entries with a tag, by any of its names."""

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
    """Entries that their leading source should still contain, but does not."""

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
        return queryset.filter(pk__in=UpstreamChange.objects.order_by().values("entry"))
