"""Views of pages written in the site's settings: the page about the site."""

from django.http import Http404

from entries.publishing.site import read_about

from .finished import keep_finished
from .responses import render_page


@keep_finished()
def about(request):
    """The page about the site and its author. Raises Http404 if it has no text."""
    text = read_about()
    if not text:
        raise Http404("The page about the site has no text.")
    return render_page(request, "entries/about.html", text=text)
