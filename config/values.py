"""Functions that turn the text of a setting into its value.

Each raises ImproperlyConfigured with a sentence that names the setting. Values that may contain a
password are not shown.
"""

import io
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

import environ
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

ENV_LINE = re.compile(r"(export )?[A-Za-z_0-9]+=.*")
TRUE, FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
MAX_PORT = 65535

# Limits of the cache within the process. When it is full, the least recently used go. A cached
# address is a digest and a time; cached counts are some hundred numbers.
MAX_CACHED_ADDRESSES = 10_000
MAX_CACHED_COUNTS = 5_000

DATABASE_FORMS = "sqlite:////srv/feedstead.sqlite3 or postgres://user:password@host/name"
CACHE_FORMS = "redis://127.0.0.1:6379/0, or left out for a cache within the process"
REDIS_SCHEMES = ("redis", "rediss", "valkey", "valkeys")
INSTALL_SCALE = "which needs a further package: pip install -r requirements-scale.txt"


def read_env_file(path: Path) -> None:
    """Read a `.env` file into the environment. Variables that are already set keep their values."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not in UTF-8"
        raise ImproperlyConfigured(f"{path} can't be read: {reason}") from error
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#") and not ENV_LINE.fullmatch(text):
            raise ImproperlyConfigured(
                f"{path}, line {number}, is not understood: write NAME=value, without spaces "
                "around the equals sign, or begin the line with # for a comment"
            )
    kept = [line.strip() for line in lines if not line.strip().startswith("#")]
    environ.Env.read_env(io.StringIO("\n".join(kept)))


def site_url(value: str) -> str:
    parts = split_url(value)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path.strip("/")
        or any([parts.query, parts.fragment, "@" in parts.netloc])
    ):
        raise ImproperlyConfigured(
            f"SITE_URL is {value!r}: it must be the URL of the site's front page, "
            "such as https://example.org"
        )
    return value.rstrip("/")


def split_url(value: str) -> SplitResult | None:
    """The parts of a URL. None if it has white space, or an invalid host or port."""
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts


def database(url: str) -> dict:
    """The value of settings.DATABASES["default"]. Creates the folder of a SQLite file."""
    parts = urlsplit(url) if url == "sqlite://:memory:" else split_url(url)
    if parts is None:
        raise ImproperlyConfigured(f"DATABASE_URL is no URL: it must look like {DATABASE_FORMS}")
    if parts.scheme not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL has the unknown scheme {parts.scheme!r}: it must look like "
            f"{DATABASE_FORMS}"
        )
    if parts.scheme == "sqlite" and parts.netloc not in ("", ":memory:"):
        raise ImproperlyConfigured(
            "DATABASE_URL has too few slashes: an absolute path has four, such as "
            "sqlite:////srv/feedstead.sqlite3, one relative to the project three"
        )
    try:
        config = environ.Env.db_url_config(url)
    except (ValueError, LookupError) as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL is not understood: it must look like {DATABASE_FORMS}"
        ) from error
    if parts.scheme == "sqlite":
        sqlite(config)
    else:
        postgresql(config)
    # Each thread keeps its connection: opening one costs as much as a whole request.
    config["CONN_MAX_AGE"] = 60  # seconds
    return config


def sqlite(config: dict) -> None:
    config["ENGINE"] = "config.sqlite"
    config["OPTIONS"] = {
        # In WAL mode readers don't wait for the writer. IMMEDIATE transactions take the write
        # lock when they begin: a second writer waits up to 20 s and never fails halfway.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        **config.get("OPTIONS", {}),
    }
    if config["NAME"] == ":memory:":
        return
    folder = Path(config["NAME"]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL: the folder {folder} can't be made: {error.strerror}"
        ) from error


def postgresql(config: dict) -> None:
    options = config.setdefault("OPTIONS", {})
    if not config["NAME"] and "service" not in options:
        raise ImproperlyConfigured(
            f"DATABASE_URL names no database: it must look like {DATABASE_FORMS}"
        )
    if not find_spec("psycopg"):
        raise ImproperlyConfigured(f"DATABASE_URL asks for PostgreSQL, {INSTALL_SCALE}")
    options.setdefault("connect_timeout", 10)  # seconds
    config["CONN_HEALTH_CHECKS"] = True


def caches(url: str, prefix: str) -> dict:
    """The value of settings.CACHES. `prefix` keeps sites apart that share a server.

    `default` holds counts, which are slow to compute. `addresses` holds the time of the last
    change of each requested URL: a crawler can fill it, but drops nothing from `default`.
    """
    parts = split_url(url)
    if parts is None:
        raise ImproperlyConfigured(f"CACHE_URL is no URL: it must look like {CACHE_FORMS}")
    if parts.scheme == "locmemcache":
        backend = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        return {
            "default": backend | {"OPTIONS": {"MAX_ENTRIES": MAX_CACHED_COUNTS}},
            "addresses": backend
            | {"LOCATION": "addresses", "OPTIONS": {"MAX_ENTRIES": MAX_CACHED_ADDRESSES}},
        }
    if parts.scheme not in REDIS_SCHEMES or not (parts.hostname or parts.path.strip("/")):
        raise ImproperlyConfigured(
            f"CACHE_URL names no cache that the site can use: it must look like {CACHE_FORMS}"
        )
    if not find_spec("redis"):
        raise ImproperlyConfigured(f"CACHE_URL asks for Redis, {INSTALL_SCALE}")
    # The client knows Valkey, which speaks the same protocol, by Redis's name.
    url = url.replace("valkey", "redis", 1)
    config = environ.Env.cache_url_config(url, backend="config.cache.RedisCache")
    options = config.get("OPTIONS", {})
    config["OPTIONS"] = {name.lower(): value for name, value in options.items()}
    config.setdefault("KEY_PREFIX", prefix)
    return {"default": config, "addresses": config}


def language(code: str) -> str:
    """A language code that Django knows, or knows without the country."""
    base = code.lower().partition("-")[0]
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", code) or not any(
        known in LANG_INFO for known in (code.lower(), base)
    ):
        raise ImproperlyConfigured(
            f"LANGUAGE_CODE is {code!r}: it must be the code of a language such as en-us, de or "
            "pt-br, without a charset"
        )
    return code


def time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ImproperlyConfigured(
            f"TIME_ZONE is {name!r}: it must be a name such as Europe/Berlin or UTC"
        )
    return name


def flag(name: str, value: str) -> bool:
    value = value.strip().lower()
    if value not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} must be true or false")
    return value in TRUE


def whole_number(name: str, value: str, minimum: int = 1) -> int:
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be {minimum} or more")
    return number


def ports(name: str, values: list[str]) -> list[int]:
    if not all(value.strip().isdecimal() and 0 < int(value) <= MAX_PORT for value in values):
        raise ImproperlyConfigured(
            f"{name} must be port numbers from 1 to {MAX_PORT}, with commas, such as 8080,8443"
        )
    return [int(value) for value in values]
