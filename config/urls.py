"""The URLs of the site: the admin, and the public pages (`entries.urls`)."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("entries.urls")),
]

handler404 = "entries.views.not_found.not_found"
handler500 = "config.unavailable.server_error"
