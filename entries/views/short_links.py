"""Short addresses."""

from django.http import Http404
from django.views.decorators.http import require_safe

from entries.publishing.entry_page.short_links import find_short

from .not_found import lead_to


@require_safe
def short(request, name):
    """Lead to a live entry."""
    path = find_short(name)
    if not path:
        raise Http404("No such entry.")
    return lead_to(path)
