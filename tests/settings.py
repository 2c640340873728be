"""The settings under test: complete by themselves, whatever .env and the environment say."""

import os

os.environ |= {
    "SECRET_KEY": "for the tests only, and long enough for the checks of Django itself",
    "DEBUG": "false",
    "SITE_URL": "http://testserver",
    "SITE_TITLE": "Test stead",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "TIME_ZONE": "UTC",
    "LANGUAGE_CODE": "en-us",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", "sqlite://:memory:"),
    "CACHE_URL": os.environ.get("TEST_CACHE_URL", "locmemcache://"),
    "FETCH_ALLOW_PRIVATE": "127.0.0.1,localhost",
    "FETCH_TIMEOUT": "30",
    "FETCH_MAX_BYTES": "1000000",
}

from config.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"] == "config.sqlite":  # noqa: F405
    # pytest-django knows only Django's own backend to be one that needs no file.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
if DATABASES["default"]["ENGINE"].endswith("postgresql"):  # noqa: F405
    # No test outlives a crash of the server.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"  # noqa: F405
# Any directory that is there: nothing is collected for the tests.
STATIC_ROOT = BASE_DIR / "entries" / "static"  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
