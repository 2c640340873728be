import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# gunicorn takes it for a worker that will never start, and ends.
STATUS_NO_WORKER = 3

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(STATUS_NO_WORKER)

# With DEBUG a template that was changed shows at once.
if settings.CACHE_PAGES_BYTES and not settings.DEBUG:
    # The models can't be imported before all applications are loaded.
    from config.finished_pages import FinishedPages

    application = FinishedPages(application, settings.CACHE_PAGES_BYTES)  # type: ignore[assignment]
