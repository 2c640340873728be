"""The index of the tags."""

from django.http import Http404
from django.urls import reverse

from entries.publishing.tags import tag_index
from entries.publishing.tags.tag_index import TagGroup, asked

from .finished import keep_finished
from .responses import answer_page


@keep_finished("q", "by", "from")
def tags(request):
    """The tags by use (unless asked otherwise), by name, newly used, or with a part of a name."""
    words, by, start = (asked(request.GET.get(name, "")) for name in ("q", "by", "from"))
    if words:
        shown = found_by(words)
    elif by == "name":
        shown = by_name(start)
    elif by == "new":
        shown = {"groups": tag_index.newly_used()}
    elif by in ("", "use"):
        shown = {"groups": ungrouped(tag_index.by_use())}
    else:
        raise Http404("No such order of tags.")
    return answer_page(
        request,
        "entries/tags.html",
        words=words,
        by="" if words else by or "use",
        canonical=reverse("entries:tags"),
        is_noindex=bool(words or by or start),
        **shown,
    )


def found_by(words):
    """The tags with this in their names; where there are none, those that were perhaps meant."""
    found = tag_index.find(words)
    return {"groups": ungrouped(found), "alike": [] if found else tag_index.alike(words)}


def by_name(start):
    """A page of the tags by name, and the letters to go on from where one page is not all."""
    page = tag_index.by_name(start)
    letters = tag_index.initials() if start or page.goes_on else []
    return {"groups": page.groups, "goes_on": page.goes_on, "letters": letters}


def ungrouped(tags):
    return [TagGroup("", tags)] if tags else []
