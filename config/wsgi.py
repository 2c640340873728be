"""The WSGI application: Django, behind the layer that sends finished pages from memory."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# gunicorn ends if a worker exits with this status, instead of starting it again.
STATUS_WORKER_BOOT_ERROR = 3

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(STATUS_WORKER_BOOT_ERROR)

# With DEBUG no page is kept, so that a changed template shows at once.
if settings.CACHE_PAGES_BYTES and not settings.DEBUG:
    # The models can't be imported before get_wsgi_application().
    from config.finished_pages import FinishedPages

    application = FinishedPages(application, settings.CACHE_PAGES_BYTES)  # type: ignore[assignment]
