"""Functions that render a template for a view, with validators and a Content-Security-Policy."""

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render

from entries.publishing.conditional import conditional
from entries.publishing.rows.keyset_pages import BadCursorError, Cursor
from entries.publishing.site import read_site

# Entries may show pictures, sound and frames from anywhere. The sanitiser decides which hosts may
# be framed. The site has no scripts and fonts of its own, but a theme may.
POLICY = (
    "script-src 'self'; font-src 'self'; img-src http: https: data:; media-src http: https:; "
    "frame-src https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def render_list(request, template, page, **context):
    """Render a page of a list. Redirects to the list's own URL if going back has reached its start.

    Raises Http404 if there are no entries after the cursor.
    """
    cursor = page.cursor
    if cursor and cursor.back and not page.newer:
        return HttpResponseRedirect(request.path)
    if cursor and not page.rows:
        raise Http404("No entries that old.")
    context = {"page": page, "by_day": page.days, "is_noindex": bool(cursor)} | context
    if cursor:
        name = "after" if cursor.back else "before"
        path = context.get("canonical", request.path)
        context["canonical"] = f"{path}?{name}={request.GET[name]}"
    return render_page(request, template, **context)


def render_page(request, template, **context):
    """Render an HTML page with the site's title, navigation and so on, or answer 304."""
    context = {"canonical": request.path} | site_context(request) | context
    return add_policy(render_document(request, template, **context), context["site"])


def render_unconditionally(request, template, status=200, **context):
    """Render an HTML page without ETag, Last-Modified and Cache-Control: errors and previews."""
    context = site_context(request) | context
    return add_policy(render(request, template, context, status=status), context["site"])


def render_document(request, template, content_type=None, **context):
    """Render a template with this context alone, or answer 304."""
    return conditional(request, render(request, template, context, content_type))


def site_context(request):
    """The context of every HTML page."""
    return {"path": request.path, "site": read_site()}


def add_policy(response, site):
    """Add the Content-Security-Policy. It allows no styles but the site's own."""
    style = f"'self' {site.style_source}".strip()
    response["Content-Security-Policy"] = (
        f"default-src 'none'; connect-src 'self'; style-src {style}; {POLICY}"
    )
    return response


def render_sitemap(request, template, locations):
    content_type = "application/xml; charset=utf-8"
    return render_document(request, template, content_type, locations=locations)


def cursor_of(request, *, by_day=False):
    """The cursor in the query string, or None. Raises Http404 for an invalid one."""
    try:
        return Cursor.from_query(request.GET, by_day=by_day)
    except BadCursorError as error:
        raise Http404("No such place in the list.") from error
