"""Views of the lists of entries: the home page, a kind, a tag."""

from django.http import Http404
from django.shortcuts import redirect

from entries.models import Entry, Tag
from entries.publishing.entry_lists import kind_list, tags_list
from entries.publishing.rows.keyset_pages import read_page, tags_page
from entries.publishing.rows.part_rows import tag_path
from entries.publishing.tags import public_tags, related_tags
from entries.publishing.tags.use_chart import draw_use

from .finished import keep_finished
from .responses import cursor_of, render_list


@keep_finished("before", "after", are_all=True)
def home(request):
    """The newest entries of all kinds."""
    page = read_page(Entry.objects.live(), cursor_of(request))
    return render_list(request, "entries/home.html", page, tags=public_tags.common_tags())


@keep_finished("before", "after")
def kind(request, kind):
    """The entries of one kind."""
    page = read_page(Entry.objects.live().filter(kind=kind), cursor_of(request))
    feeds = kind_list(kind).links()
    context = {"kind": kind.value, "plural": f"{kind}s", "feeds": feeds}
    return render_list(request, "entries/kind.html", page, **context)


@keep_finished("before", "after")
def tag(request, slug):
    """The entries with a tag, or with all of several. Another name of a tag redirects."""
    found = tags_asked(slug)
    slugs = [tag.slug for tag in found]
    if "+".join(slugs) != slug:
        return redirect("entries:tag", "+".join(slugs))
    page = tags_page(found, cursor_of(request))
    if not page.rows:
        raise Http404("No entry has all these tags.")
    return render_list(
        request,
        "entries/tag.html",
        page,
        tags=[(tag.name, tag.slug, tag.description, tag.count) for tag in found],
        name=" and ".join(tag.name for tag in found),
        canonical=tag_path("+".join(sorted(slugs))),
        feeds=tags_list(found).links(),
        **({} if page.cursor else first_page_context(found)),
    )


def tags_asked(slug):
    """The tags in a path such as gil+python, each once.

    Raises Http404 for an unknown tag, or for more than MAX_COMBINED_TAGS.
    """
    asked = slug.split("+")
    if len(asked) > public_tags.MAX_COMBINED_TAGS:
        raise Http404("Too many tags at once.")
    try:
        found = public_tags.find_tags(asked)
    except Tag.DoesNotExist as error:
        raise Http404("No such tag.") from error
    return list({tag.pk: tag for tag in found}.values())


def first_page_context(tags):
    """The context for the first page of tags: related tags, and a chart of a single tag's use.

    For several tags, also the lists without one of them.
    """
    if len(tags) == 1:
        chart = draw_use(tags[0].name, related_tags.uses_by_month(tags[0]))
        return {"related": related_tags.related_tags(tags), "chart": chart}
    slugs = [tag.slug for tag in tags]
    can_combine = len(tags) < public_tags.MAX_COMBINED_TAGS
    return {
        "related": related_tags.related_tags(tags) if can_combine else [],
        "without": [
            (tag.name, tag_path("+".join(slug for slug in slugs if slug != tag.slug)))
            for tag in tags
        ],
    }
