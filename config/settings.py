"""Django's settings, and the only reader of the environment.

A `.env` file at the root of the project is read too. Variables of the environment win over it.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config import values

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
values.read_env_file(BASE_DIR / ".env")


def flag(name, default):
    return values.flag(name, env.str(name, default=str(default)))


def whole_number(name, default, minimum=1):
    return values.whole_number(name, env.str(name, default=str(default)), minimum)


# env.str would take a value that begins with $ for the name of another variable.
SECRET_KEY = env.ENVIRON.get("SECRET_KEY", "").strip()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: put a long random value into the environment or into .env "
        "(`make run` writes one for you)."
    )
DEBUG = flag("DEBUG", default=False)

SITE_URL = values.site_url(env.str("SITE_URL", default="http://127.0.0.1:8000"))
SITE_TITLE = env.str("SITE_TITLE", default="Feedstead")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
SITE_HOST = urlsplit(SITE_URL).hostname
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or (
    LOOPBACK if SITE_HOST in LOOPBACK else [SITE_HOST]
)

DATABASES = {
    "default": values.database(
        env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'data' / 'feedstead.sqlite3'}")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = values.caches(
    env.str("CACHE_URL", default="") or "locmemcache://", prefix=f"feedstead:{SITE_URL}"
)
# Memory for finished pages in each process, in bytes. 0 switches them off.
CACHE_PAGES_BYTES = whole_number("CACHE_PAGES_BYTES", default=64 * 1024 * 1024, minimum=0)

LANGUAGE_CODE = values.language(env.str("LANGUAGE_CODE", default="en-us"))
TIME_ZONE = values.time_zone(env.str("TIME_ZONE", default="UTC"))
USE_TZ = True
USE_I18N = True

# Fetching of feeds. A fetch takes at most FETCH_TIMEOUT seconds and reads at most FETCH_MAX_BYTES
# after decompression. FETCH_PAUSE seconds pass between the pages of one feed.
FETCH_TIMEOUT = whole_number("FETCH_TIMEOUT", default=30)
FETCH_MAX_BYTES = whole_number("FETCH_MAX_BYTES", default=16 * 1024 * 1024)
FETCH_PAUSE = whole_number("FETCH_PAUSE", default=1, minimum=0)
# Exceptions from the guard: hosts with private addresses, and ports other than 80 and 443.
FETCH_ALLOW_PRIVATE = env.list("FETCH_ALLOW_PRIVATE", default=[])
FETCH_ALLOW_PORTS = values.ports("FETCH_ALLOW_PORTS", env.list("FETCH_ALLOW_PORTS", default=[]))

INSTALLED_APPS = [
    "entries",
    "taggit",
    "config.admin_site.FeedsteadAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.middleware.answer_health_checks",
    "config.middleware.drop_content_length_of_304",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.guard_admin",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.unavailable.UnavailableMiddleware",
    "entries.views.not_found.redirect_old_addresses",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        # The public pages and the feeds. A template in theme/ replaces ours of the same name, and
        # can extend it by its path from the root of the project (templates/base.html).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "theme", BASE_DIR / "templates"],
        "OPTIONS": {"environment": "entries.publishing.jinja2.make_environment"},
    },
    {
        # The admin.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# An editor goes to the index after logging in, unless another page of the admin asked for it.
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# The form of an entry may hold a text as long as a feed's (bytes), and some hundred enclosures.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [path for path in [BASE_DIR / "theme" / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # With DEBUG the files keep their names. Otherwise their names contain a hash of the
        # content, so that browsers can cache them for ever.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

SECURE_TLS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_TLS else 0
# These two affect other hosts of the same domain for a long time: the site's owner decides.
# Django's checks W005 and W021 demand them and are silenced.
SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = flag("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = SECURE_TLS
CSRF_COOKIE_SECURE = SECURE_TLS
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
