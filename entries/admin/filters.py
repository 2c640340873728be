"""Filters of the list of entries that stay usable with many sources and tags."""

from django.contrib.admin import SimpleListFilter

from entries.models import Change, Sighting, Source, TagName, fold

from .names import TagNamesInput

WRITTEN_HERE = "none"


class FormFilter(SimpleListFilter):
    """A filter that is a small form instead of a list of links.

    `hidden` are the other parameters of the page, which the form sends along.
    """

    def has_output(self):
        return True

    def is_known(self, value):
        return value in dict(self.lookup_choices)

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
    """Entries by the source that leads them."""

    title = "source"
    parameter_name = "source"
    template = "admin/entries/source_filter.html"

    def lookups(self, request, model_admin):
        return [
            (WRITTEN_HERE, "Written here"),
            *((str(source.pk), str(source)) for source in Source.objects.only("title", "url")),
        ]

    def queryset(self, request, queryset):
        value = self.value()
        if not value:
            return queryset
        if value == WRITTEN_HERE:
            return queryset.filter(source=None, imported_at=None)
        if not self.is_known(value):
            return queryset.none()
        return queryset.filter(source=int(value))


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
