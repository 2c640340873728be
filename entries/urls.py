from django.urls import path, register_converter

from . import views
from .addresses import DayConverter, KindConverter, MonthConverter, SlugConverter, YearConverter

register_converter(YearConverter, "year")
register_converter(MonthConverter, "month")
register_converter(DayConverter, "day")
register_converter(KindConverter, "kinds")
register_converter(SlugConverter, "slugs")

app_name = "entries"

urlpatterns = [
    path("", views.home, name="home"),
    path("<kinds:kind>/", views.kind, name="kind"),
    path("<year:year>/", views.year, name="year"),
    path("<year:year>/<month:month>/", views.month, name="month"),
    path("<year:year>/<month:month>/<day:day>/", views.day, name="day"),
    path("<year:year>/<month:month>/<day:day>/<slugs:slug>/", views.entry, name="entry"),
    path("archive/", views.archive, name="archive"),
    path("tags/", views.tags, name="tags"),
    path("tags/<slugs:slug>.atom", views.atom_tag, name="feed_tag"),
    path("tags/<slugs:slug>/", views.tag, name="tag"),
    path("atom/<str:name>/", views.atom_kind, name="feed_kind"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemap-lists.xml", views.sitemap_lists, name="sitemap_lists"),
    path("sitemap-<year:year>-<month:month>.xml", views.sitemap_month, name="sitemap_month"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
]
