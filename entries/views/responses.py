"""How a view answers: a document that can be asked for conditionally."""

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render

from entries.publishing.conditional import conditional
from entries.publishing.rows.keyset_pages import BadCursorError, Cursor
from entries.publishing.site import read_site

# Entries may show pictures, sound and frames from anywhere; what may frame is decided at the gate.
# Scripts and fonts are a theme's: the site has none.
LOADED = (
    "script-src 'self'; font-src 'self'; img-src http: https: data:; media-src http: https:; "
    "frame-src https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def answer_list(request, template, page, **shown):
    """A page of a list, or the list's first page when going back has reached it.

    Raises Http404 for a place behind which there is nothing.
    """
    cursor = page.cursor
    if cursor and cursor.back and not page.newer:
        return HttpResponseRedirect(request.path)
    if cursor and not page.rows:
        raise Http404("Nothing that old.")
    shown = {"page": page, "by_day": page.days, "is_noindex": bool(cursor)} | shown
    if cursor:
        name = "after" if cursor.back else "before"
        shown["canonical"] = f"{shown.get('canonical', request.path)}?{name}={request.GET[name]}"
    return answer_page(request, template, **shown)


def answer_page(request, template, **shown):
    """The template rendered with what it shows of the site, or 304."""
    shown = {"canonical": request.path} | shown_everywhere(request) | shown
    return guarded(answer_document(request, template, **shown), shown["site"])


def make_page(request, template, status=200, **shown):
    """The template rendered for this one request, with no word on how long it holds."""
    shown = shown_everywhere(request) | shown
    return guarded(render(request, template, shown, status=status), shown["site"])


def answer_document(request, template, content_type=None, **shown):
    """The template rendered with what it shows and nothing else, or 304."""
    return conditional(request, render(request, template, shown, content_type))


def shown_everywhere(request):
    return {"path": request.path, "site": read_site()}


def guarded(response, site):
    """The response, saying what a browser may load for it: no style but the site's own."""
    style = f"'self' {site.style_source}".strip()
    response["Content-Security-Policy"] = (
        f"default-src 'none'; connect-src 'self'; style-src {style}; {LOADED}"
    )
    return response


def answer_sitemap(request, template, locations):
    content_type = "application/xml; charset=utf-8"
    return answer_document(request, template, content_type, locations=locations)


def cursor_of(request, *, by_day=False):
    """The place at which a list is to go on. Raises Http404 for what is none of ours."""
    try:
        return Cursor.from_query(request.GET, by_day=by_day)
    except BadCursorError as error:
        raise Http404("No such place in the list.") from error
