"""The view of short links."""

from django.http import Http404
from django.views.decorators.http import require_safe

from entries.publishing.entry_page.short_links import find_short

from .not_found import redirect_within_site


@require_safe
def short(request, name):
    """Redirect to a live entry. Raises Http404 if there is none."""
    path = find_short(name)
    if not path:
        raise Http404("No such entry.")
    return redirect_within_site(path)
