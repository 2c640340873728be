"""Views of the site's icon."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from entries.publishing.site import read_favicon, read_site

# The icon's path contains a hash of it.
FOR_EVER = "public, max-age=31536000, immutable"
# An SVG may contain scripts. If it is opened by itself, it must not run or load anything.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@require_safe
def favicon(request):
    """Redirect /favicon.ico, which clients request without reading a page."""
    return redirect(read_site().favicon_path)


@require_safe
def own_favicon(request, name):
    """The icon that an editor uploaded. The path of an earlier icon redirects to the current."""
    found = read_favicon(name)
    if not found:
        return favicon(request)
    response = HttpResponse(found.content, found.type)
    response["Cache-Control"] = FOR_EVER
    response["Content-Security-Policy"] = SVG_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
