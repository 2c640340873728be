"""The site's icon."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from entries.publishing.site import read_favicon, read_site

# Its address carries a hash of it.
FOR_EVER = "public, max-age=31536000, immutable"
# A drawing may hold scripts: opened by itself, it runs none and asks for nothing.
DRAWING_ONLY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@require_safe
def favicon(request):
    """For those who ask for it by its old name and did not read the page."""
    return redirect(read_site().favicon_path)


@require_safe
def own_favicon(request, name):
    """The icon that was set; from the address of an earlier one to that of today's."""
    found = read_favicon(name)
    if not found:
        return favicon(request)
    response = HttpResponse(found.content, found.type)
    response["Cache-Control"] = FOR_EVER
    response["Content-Security-Policy"] = DRAWING_ONLY
    response["X-Content-Type-Options"] = "nosniff"
    return response
