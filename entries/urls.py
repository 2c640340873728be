from django.http import HttpResponse
from django.urls import path
app_name = "entries"
urlpatterns = [path("<int:year>/<str:month>/<int:day>/<str:slug>/", lambda r, **k: HttpResponse(), name="entry"), path("tags/<str:slug>/", lambda r, **k: HttpResponse(), name="tag")]
