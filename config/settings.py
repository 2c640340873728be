"""The only reader of the environment. A `.env` file at the root is read; real variables win."""

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


def whole_number(name, default, least=1):
    return values.whole_number(name, env.str(name, default=str(default)), least)


# Not by env.str, which takes a value that begins with $ for the name of another variable.
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
# How much memory finished pages may take in each process (bytes); 0 keeps none.
CACHE_PAGES_BYTES = whole_number("CACHE_PAGES_BYTES", default=64 * 1024 * 1024, least=0)

LANGUAGE_CODE = values.language(env.str("LANGUAGE_CODE", default="en-us"))
TIME_ZONE = values.time_zone(env.str("TIME_ZONE", default="UTC"))
USE_TZ = True
USE_I18N = True

# Fetching: how long (seconds) and how much (bytes, after decompression) at the most; the pause
# between the pages of one feed (seconds); and the hosts with private addresses and the ports
# beside 80 and 443 that may be asked all the same.
FETCH_TIMEOUT = whole_number("FETCH_TIMEOUT", default=30)
FETCH_MAX_BYTES = whole_number("FETCH_MAX_BYTES", default=16 * 1024 * 1024)
FETCH_PAUSE = whole_number("FETCH_PAUSE", default=1, least=0)
FETCH_ALLOW_PRIVATE = env.list("FETCH_ALLOW_PRIVATE", default=[])
FETCH_ALLOW_PORTS = values.ports("FETCH_ALLOW_PORTS", env.list("FETCH_ALLOW_PORTS", default=[]))

INSTALLED_APPS = [
    "entries",
    "taggit",
    "config.desk_site.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.health.answer_health",
    "config.not_modified.drop_content_length",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.desk.guard_desk",
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
        # The public pages and the feeds. What lies in theme/ stands in for a template of ours,
        # and can extend that one by its path from the root (templates/base.html).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "theme", BASE_DIR / "templates"],
        "OPTIONS": {"environment": "entries.publishing.jinja2.make_environment"},
    },
    {
        # The desk.
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

# Where a person is after logging in, unless a page of the desk asked for it.
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# An editor's form may hold a text as long as a feed may bring (in bytes), and some hundred media.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [path for path in [BASE_DIR / "theme" / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # With DEBUG the files are served as they lie; else their names carry a hash of their
        # content, so that they can be cached for ever.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

SECURE_TLS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_TLS else 0
# These two bind other hosts of the same domain for a long time, so the owner switches them on.
# Django's checks W005 and W021 demand them, and are silenced.
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
