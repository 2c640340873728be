"""The only reader of the environment. A `.env` file at the root is read; real variables win."""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def required(name, advice):
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {advice}")
    return value


def site_url(value):
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"SITE_URL is {value!r}: it must be the address of the site's front page, "
            "such as https://example.org"
        )
    return value.rstrip("/")


def database(url):
    scheme = urlsplit(url).scheme
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL has the unknown scheme {scheme!r}: it must look like "
            "sqlite:////srv/feedstead.sqlite3 or postgres://user:password@host/name"
        )
    config = env.db_url_config(url)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["ENGINE"] = "config.sqlite"
        config["OPTIONS"] = {
            # Readers don't wait for the writer, and a transaction that will write says so at
            # its start: two writers queue up (20 s) and neither fails halfway.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            **config.get("OPTIONS", {}),
        }
        if config["NAME"] != ":memory:":
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    else:
        config["CONN_HEALTH_CHECKS"] = True
    # Each thread keeps its connection: to open one costs as much as to answer.
    config["CONN_MAX_AGE"] = 60
    return config


def flag(name, default):
    value = env.str(name, default=str(default)).strip().lower()
    if value not in ("true", "1", "yes", "on", "false", "0", "no", "off"):
        raise ImproperlyConfigured(f"{name} must be true or false")
    return value in ("true", "1", "yes", "on")


def whole_number(name, default, least=1):
    try:
        value = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more")
    return value


SECRET_KEY = required(
    "SECRET_KEY",
    "put a long random value into the environment or into .env (`make run` writes one for you).",
)
DEBUG = flag("DEBUG", default=False)

SITE_URL = site_url(env.str("SITE_URL", default="http://127.0.0.1:8000"))
SITE_TITLE = env.str("SITE_TITLE", default="Feedstead")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
SITE_HOST = urlsplit(SITE_URL).hostname
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=LOOPBACK if SITE_HOST in LOOPBACK else [SITE_HOST]
)

DATABASES = {
    "default": database(
        env.str("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'data' / 'feedstead.sqlite3'}")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-us")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(
        f"TIME_ZONE is {TIME_ZONE!r}: it must be a name such as Europe/Berlin or UTC"
    )
USE_TZ = True
USE_I18N = True

# Fetching: how long (seconds) and how much (bytes, after decompression) at the most; the pause
# between the pages of one feed (seconds); and the hosts with private addresses and the ports
# beside 80 and 443 that may be asked all the same.
FETCH_TIMEOUT = whole_number("FETCH_TIMEOUT", default=30)
FETCH_MAX_BYTES = whole_number("FETCH_MAX_BYTES", default=16 * 1024 * 1024)
FETCH_PAUSE = whole_number("FETCH_PAUSE", default=1, least=0)
FETCH_ALLOW_PRIVATE = env.list("FETCH_ALLOW_PRIVATE", default=[])
FETCH_ALLOW_PORTS = env.list("FETCH_ALLOW_PORTS", cast=int, default=[])

INSTALLED_APPS = [
    "entries",
    "taggit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.health.answer_health",
    "config.not_modified.drop_content_length",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "config.desk.DeskSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.desk.DeskAccounts",
    "config.desk.DeskMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        # The public pages and the feeds. What lies in theme/ stands in for a template of ours,
        # and can extend that one by its path from the root: templates/base.html.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "theme", BASE_DIR / "templates", BASE_DIR],
        "OPTIONS": {"environment": "entries.publishing.environment.make_environment"},
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
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_TLS
SECURE_HSTS_PRELOAD = SECURE_TLS
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
