"""The reader's door: every public page, as a document that can be asked for conditionally."""

import logging
from datetime import date

from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from .models import Entry, OldAddress, Tag
from .models.entry import MONTHS, entry_path
from .publishing import archive as archives
from .publishing import feeds, sitemaps, taxonomy
from .publishing.listing import read_rows
from .publishing.paging import (
    BadCursorError,
    Cursor,
    days_page,
    entries_page,
    neighbours,
    tags_page,
)
from .publishing.periods import Period
from .publishing.rows import tag_path
from .publishing.validators import answer

logger = logging.getLogger(__name__)


@require_safe
def home(request):
    """The newest entries of all kinds."""
    page = entries_page(Entry.objects.all(), cursor_of(request))
    return answer_list(request, "entries/home.html", page, tags=taxonomy.common_tags())


@require_safe
def kind(request, kind):
    """The entries of one kind."""
    page = entries_page(Entry.objects.filter(kind=kind), cursor_of(request))
    return answer_list(request, "entries/kind.html", page, kind=kind.value, plural=f"{kind}s")


@require_safe
def archive(request):
    """The years with their months."""
    return answer_page(request, "entries/archive.html", years=archives.years())


@require_safe
def year(request, year):
    """The months of a year with their numbers of entries."""
    period = Period(year)
    years = archives.years(period.first, period.last)
    if not years:
        raise Http404("A year without entries.")
    before, after = archives.around(period)
    return answer_page(request, "entries/year.html", year=years[0], before=before, after=after)


@require_safe
def month(request, year, month):
    """The entries of a month, the last day first."""
    period = Period(year, MONTHS.index(month) + 1)
    counts = archives.count_by_day(period.first, period.last)
    days = [(Period.of_day(day), counts[day]) for day in counts]
    return answer_period(request, period, days=days, count=counts.total())


@require_safe
def day(request, year, month, day):
    """The entries of a day."""
    period = Period(year, MONTHS.index(month) + 1, day)
    return answer_period(request, period)


@require_safe
def tags(request):
    """All tags with their numbers of entries."""
    found = taxonomy.all_tags()
    return answer_page(request, "entries/tags.html", groups=taxonomy.by_initial(found))


@require_safe
def tag(request, slug):
    """The entries with a tag, or with each of several; another name of a tag redirects to it."""
    asked = slug.split("+")
    if len(asked) > taxonomy.TAGS_AT_ONCE:
        raise Http404("Too many tags at once.")
    try:
        found = taxonomy.find_tags(asked)
    except Tag.DoesNotExist as error:
        raise Http404("No such tag.") from error
    slugs = list(dict.fromkeys(tag.slug for tag in found))
    if slugs != asked:
        return redirect("entries:tag", "+".join(slugs))
    page = tags_page(found, cursor_of(request))
    if not page.rows:
        raise Http404("No entry has all these tags.")
    return answer_list(
        request,
        "entries/tag.html",
        page,
        tags=[(tag.name, tag.slug, tag.description, tag.count) for tag in found],
        name=" and ".join(tag.name for tag in found),
        canonical=tag_path("+".join(sorted(slugs))),
    )


@require_safe
def entry(request, year, month, day, slug):
    """An entry, also by an old address of it; to staff, a preview of one that is not public."""
    try:
        address = {"day": date(year, MONTHS.index(month) + 1, day), "slug": slug}
    except ValueError as error:
        raise Http404("No such day.") from error
    pk = Entry.objects.live().filter(**address).values_list("pk", flat=True).first()
    if pk is None:
        moved = (
            OldAddress.objects.filter(path=entry_path(**address)).select_related("entry").first()
        )
        if moved and moved.entry.is_public:
            return redirect(moved.entry, permanent=True)
        return preview(request, address)
    row = read_rows([pk])[0]
    older, newer = neighbours(row)
    return answer_page(
        request,
        "entries/entry.html",
        entry=row,
        older=older,
        newer=newer,
        canonical=row.path if row.canonical_here else row.original_link,
        is_noindex=row.is_noindex,
    )


def preview(request, address):
    """An entry that is not public, for staff only and for no cache. Raises Http404."""
    # Who asks comes first: to the public a draft and nothing at all must look the same.
    if not (request.user.is_active and request.user.is_staff):
        raise Http404("No such entry.")
    pk = Entry.objects.filter(**address).values_list("pk", flat=True).first()
    if pk is None:
        raise Http404("No such entry.")
    context = {"entry": read_rows([pk])[0], "is_preview": True, "is_noindex": True}
    response = HttpResponse(render_to_string("entries/entry.html", context))
    add_never_cache_headers(response)
    return response


@require_safe
def atom_kind(request, name):
    """The Atom feed of one kind, or of everything."""
    kind = name.removesuffix("s") if name != "everything" else ""
    if kind and (kind not in Entry.Kind.values or kind == name):
        raise Http404("No such feed.")
    entries = Entry.objects.filter(kind=kind) if kind else Entry.objects.all()
    page = entries_page(entries, cursor_of(request), feeds.PAGE_SIZE)
    return answer_feed(request, page, feeds.kind_head, kind)


@require_safe
def atom_tag(request, slug):
    """The Atom feed of a tag; another name of the tag redirects to it."""
    try:
        (tag,) = taxonomy.find_tags([slug])
    except Tag.DoesNotExist as error:
        raise Http404("No such tag.") from error
    if tag.slug != slug:
        return redirect("entries:feed_tag", tag.slug)
    page = tags_page([tag], cursor_of(request), feeds.PAGE_SIZE)
    return answer_feed(request, page, feeds.tag_head, tag)


@require_safe
def sitemap(request):
    """The index of the sitemap's parts."""
    return answer_sitemap(request, "entries/sitemap_index.xml", sitemaps.parts())


@require_safe
def sitemap_lists(request):
    """The part with the pages that list."""
    return answer_sitemap(request, "entries/sitemap.xml", sitemaps.lists())


@require_safe
def sitemap_month(request, year, month):
    """The part with a month's entries."""
    period = Period(year, MONTHS.index(month) + 1)
    locations = sitemaps.entries(period)
    if not locations:
        raise Http404("A month without entries.")
    return answer_sitemap(request, "entries/sitemap.xml", locations)


@require_safe
def robots(request):
    context = {"admin": reverse("admin:index"), "sitemap": reverse("entries:sitemap")}
    return answer_page(request, "entries/robots.txt", "text/plain; charset=utf-8", **context)


@require_safe
def favicon(request):
    """For those who ask for it by its old name and did not read the page."""
    return redirect(static("entries/favicon.svg"))


@require_safe
def healthz(request):
    """`ok` when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        logger.exception("healthz")
        sentence = "The database does not answer.\n"
        response = HttpResponse(sentence, content_type="text/plain", status=503)
    else:
        response = HttpResponse("ok", content_type="text/plain")
    add_never_cache_headers(response)
    return response


def answer_period(request, period, **shown):
    """The page of a month or a day. Raises Http404 when it is none or has no entries."""
    try:
        first, last = period.first, period.last
    except ValueError as error:
        raise Http404("No such day.") from error
    page = days_page(first, last, cursor_of(request, by_day=True))
    if not page.rows:
        raise Http404("No entries then.")
    before, after = archives.around(period)
    return answer_list(
        request,
        "entries/period.html",
        page,
        period=period,
        before=before,
        after=after,
        **shown,
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
    return answer_page(request, template, page=page, is_noindex=bool(cursor), **shown)


def answer_page(request, template, content_type=None, **shown):
    """The template rendered with what it shows, or 304."""
    shown = {"canonical": request.path, "path": request.path} | shown

    def render():
        return HttpResponse(render_to_string(template, shown), content_type=content_type)

    return answer(request, (template, shown), render)


def answer_feed(request, page, make_head, about):
    """A page of a feed, or 304. Raises Http404 for a page behind the last one."""
    if page.cursor and not page.rows:
        raise Http404("Nothing that old.")
    query = request.META.get("QUERY_STRING", "") if page.cursor else ""
    head = make_head(about, query=f"?{query}" if query else "", older=page.older, newer=page.newer)

    def render():
        return HttpResponse(feeds.atom_document(head, page.rows), feeds.CONTENT_TYPE)

    return answer(request, (head, page.rows), render)


def answer_sitemap(request, template, locations):
    return answer_page(request, template, "application/xml; charset=utf-8", locations=locations)


def cursor_of(request, *, by_day=False):
    """The place at which a list is to go on. Raises Http404 for what is none of ours."""
    try:
        return Cursor.from_query(request.GET, by_day=by_day)
    except BadCursorError as error:
        raise Http404("No such place in the list.") from error
