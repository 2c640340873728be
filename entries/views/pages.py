"""The pages that an editor writes as such."""

from django.http import Http404

from entries.publishing.site import read_about

from .finished import keep_finished
from .responses import answer_page


@keep_finished()
def about(request):
    """The page about the site and its author."""
    text = read_about()
    if not text:
        raise Http404("Nothing is said about the site.")
    return answer_page(request, "entries/about.html", text=text)
