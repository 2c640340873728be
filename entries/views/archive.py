"""Views of the archive: years, months and days."""

from django.http import Http404

from entries.lib.months import MONTHS
from entries.publishing.archive import counts as archives
from entries.publishing.archive.month_tables import month_table, year_tables
from entries.publishing.rows.keyset_pages import days_page
from entries.publishing.rows.periods import Period

from .finished import keep_finished
from .responses import cursor_of, render_list, render_page


@keep_finished()
def archive(request):
    """All years with their months."""
    return render_page(request, "entries/archive.html", years=archives.years())


@keep_finished()
def year(request, year):
    """The calendar of a year. Days are shaded by their numbers of entries."""
    period = Period(year)
    counts = archives.count_by_day(period.first, period.last)
    if not counts:
        raise Http404("A year without entries.")
    before, after = archives.adjacent_periods(period)
    return render_page(
        request,
        "entries/year.html",
        period=period,
        months=year_tables(year, counts),
        count=counts.total(),
        before=before,
        after=after,
    )


@keep_finished("before", "after")
def month(request, year, month):
    """The entries of a month, the last day first, under its calendar."""
    period = Period(year, MONTHS.index(month) + 1)
    counts = archives.count_by_day(period.first, period.last)
    table = month_table(period, counts)
    return render_period(request, period, month=table, count=table.count)


@keep_finished("before", "after")
def day(request, year, month, day):
    """The entries of a day."""
    period = Period(year, MONTHS.index(month) + 1, day)
    return render_period(request, period)


def render_period(request, period, **context):
    """Render a month or a day. Raises Http404 if it does not exist or has no entries."""
    try:
        first, last = period.first, period.last
    except ValueError as error:
        raise Http404("No such day.") from error
    page = days_page(first, last, cursor_of(request, by_day=True))
    if not page.rows:
        raise Http404("No entries then.")
    before, after = archives.adjacent_periods(period)
    return render_list(
        request,
        "entries/period.html",
        page,
        period=period,
        before=before,
        after=after,
        **context,
    )
