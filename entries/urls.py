"""The URLs of the public site: pages, feeds, the sitemap and icons."""

from django.urls import path, re_path, register_converter

from entries.publishing.feeds import atom, json_feed
from entries.views.not_found import redirect_old_queries

from .url_converters import (
    DayConverter,
    KindConverter,
    MonthConverter,
    SlugConverter,
    YearConverter,
)
from .views import archive, entry, favicon, feeds, lists, pages, short_links, sitemap, sources, tags
from .views.search import opensearch, search

register_converter(YearConverter, "year")
register_converter(MonthConverter, "month")
register_converter(DayConverter, "day")
register_converter(KindConverter, "kinds")
register_converter(SlugConverter, "slugs")

app_name = "entries"

urlpatterns = [
    path("", redirect_old_queries(lists.home), name="home"),
    re_path(r"^e/(?P<name>[0-9A-Za-z]{1,12})/?$", short_links.short, name="short"),
    path("<kinds:kind>/", lists.kind, name="kind"),
    path("<year:year>/", archive.year, name="year"),
    path("<year:year>/<month:month>/", archive.month, name="month"),
    path("<year:year>/<month:month>/<day:day>/", archive.day, name="day"),
    path("<year:year>/<month:month>/<day:day>/<slugs:slug>/", entry.entry, name="entry"),
    path("archive/", archive.archive, name="archive"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<slugs:slug>.atom", feeds.tag, {"format": atom}, name="feed_tag"),
    path("tags/<slugs:slug>.json", feeds.tag, {"format": json_feed}, name="json_tag"),
    path("tags/<slugs:slug>/", lists.tag, name="tag"),
    path("sources/", sources.sources, name="sources"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("atom/<slugs:name>/", feeds.kind, {"format": atom}, name="feed_kind"),
    path("json/<slugs:name>/", feeds.kind, {"format": json_feed}, name="json_kind"),
    path("sources/<int:pk>.atom", feeds.source, {"format": atom}, name="feed_source"),
    path("sources/<int:pk>.json", feeds.source, {"format": json_feed}, name="json_source"),
    path("search.atom", feeds.search, {"format": atom}, name="feed_search"),
    path("search.json", feeds.search, {"format": json_feed}, name="json_search"),
    path("about/", pages.about, name="about"),
    path("search/", search, name="search"),
    path("opensearch.xml", opensearch, name="opensearch"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-lists.xml", sitemap.sitemap_lists, name="sitemap_lists"),
    path("sitemap-<year:year>-<month:month>.xml", sitemap.sitemap_month, name="sitemap_month"),
    path(
        "sitemap-<year:year>-<month:month>-<day:day>.xml", sitemap.sitemap_day, name="sitemap_day"
    ),
    path("robots.txt", sitemap.robots, name="robots"),
    path("favicon.ico", favicon.favicon, name="favicon"),
    re_path(
        r"^(?P<name>favicon-[0-9a-f]{16}\.(?:svg|png|ico))$",
        favicon.own_favicon,
        name="own_favicon",
    ),
]
