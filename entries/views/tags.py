"""The view of the index of tags."""

from django.http import Http404
from django.urls import reverse

from entries.publishing.tags import tag_index
from entries.publishing.tags.tag_index import TagGroup, fold_query

from .finished import keep_finished
from .responses import render_page


@keep_finished("q", "by", "from")
def tags(request):
    """The tags by use (the default), by name, newly used, or with a part of a name (`?q=`)."""
    words, by, start = (fold_query(request.GET.get(name, "")) for name in ("q", "by", "from"))
    if words:
        context = found_by(words)
    elif by == "name":
        context = by_name(start)
    elif by == "new":
        context = {"groups": tag_index.newly_used()}
    elif by in ("", "use"):
        context = {"groups": ungrouped(tag_index.by_use())}
    else:
        raise Http404("No such order of tags.")
    return render_page(
        request,
        "entries/tags.html",
        words=words,
        by="" if words else by or "use",
        canonical=reverse("entries:tags"),
        is_noindex=bool(words or by or start),
        **context,
    )


def found_by(words):
    """The context for tags with these words in their names, or for similar ones if none have."""
    found = tag_index.find(words)
    return {"groups": ungrouped(found), "alike": [] if found else tag_index.alike(words)}


def by_name(start):
    """The context for a page of tags by name. First letters are shown if there are more pages."""
    page = tag_index.by_name(start)
    letters = tag_index.initials() if start or page.goes_on else []
    return {"groups": page.groups, "goes_on": page.goes_on, "letters": letters}


def ungrouped(tags):
    return [TagGroup("", tags)] if tags else []
