"""Views of the sources: all of them, and the entries of one."""

from django.http import Http404

from entries.models import Entry, Source
from entries.publishing import source_credits as credits
from entries.publishing.entry_lists import source_list
from entries.publishing.rows.keyset_pages import read_page

from .finished import keep_finished
from .responses import cursor_of, render_list, render_page


@keep_finished("page")
def sources(request):
    """A page of the sources with live entries, by name."""
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdecimal() and 0 < len(number) < 6 and int(number)):
        raise Http404("No such page.")
    found, goes_on = credits.sources_page(int(number))
    if not found and number != "1":
        raise Http404("No such page.")
    return render_page(
        request,
        "entries/sources.html",
        sources=found,
        number=int(number),
        goes_on=goes_on,
        canonical=request.path + (f"?page={int(number)}" if int(number) > 1 else ""),
        is_noindex=int(number) > 1,
    )


@keep_finished("before", "after")
def source(request, pk):
    """The entries of one source, with its credit. Raises Http404 if none are live."""
    try:
        credit = credits.credit(pk)
    except Source.DoesNotExist as error:
        raise Http404("No such source.") from error
    page = read_page(Entry.objects.live().filter(source=pk), cursor_of(request))
    context = {"source": credit, "canonical": credit.path, "feeds": source_list(credit).links()}
    return render_list(request, "entries/source.html", page, **context)
