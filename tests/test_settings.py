"""Settings from the environment: the values they take, and the messages about wrong ones."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import values

ROOT = Path(__file__).parent.parent
NEEDED = {
    "SECRET_KEY": "long-enough-and-random-" * 4,
    "DATABASE_URL": "sqlite://:memory:",
    "DEBUG": "false",
}


@pytest.fixture
def read_settings(monkeypatch):
    """Read the settings again, in an environment with only these variables."""

    def read(**variables):
        for name in [name for name in os.environ if name not in ("PATH", "HOME")]:
            monkeypatch.delenv(name)
        for name, value in (NEEDED | variables).items():
            monkeypatch.setenv(name, value)
        return SimpleNamespace(**runpy.run_path(str(ROOT / "config" / "settings.py")))

    return read


WRONG = [
    ("SECRET_KEY", "", "SECRET_KEY is not set"),
    ("SECRET_KEY", "  ", "SECRET_KEY is not set"),
    ("DEBUG", "perhaps", "DEBUG must be true or false"),
    ("SITE_URL", "", "SITE_URL is ''"),
    ("SITE_URL", "example.org", "SITE_URL is 'example.org'"),
    ("SITE_URL", "https://example.org/blog", "SITE_URL is"),
    ("SITE_URL", "https://example.org/?a=b", "SITE_URL is"),
    ("SITE_URL", "https://joe@example.org", "SITE_URL is"),
    ("SITE_URL", "ftp://example.org", "SITE_URL is"),
    ("SITE_URL", "http://[", "SITE_URL is 'http://['"),
    ("SITE_URL", "http://example.org:port", "SITE_URL is"),
    ("SITE_URL", "http://example .org", "SITE_URL is 'http://example .org'"),
    ("SITE_URL", "http://example.org\n", "SITE_URL is"),
    ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE is 'Mars/Olympus'"),
    ("TIME_ZONE", "", "TIME_ZONE is ''"),
    ("LANGUAGE_CODE", "klingon", "LANGUAGE_CODE is 'klingon'"),
    ("LANGUAGE_CODE", "xx-yy", "LANGUAGE_CODE is 'xx-yy'"),
    ("LANGUAGE_CODE", "de_DE.UTF-8", "LANGUAGE_CODE is 'de_DE.UTF-8'"),
    ("LANGUAGE_CODE", "", "LANGUAGE_CODE is ''"),
    ("DATABASE_URL", "nonsense", "DATABASE_URL has the unknown scheme ''"),
    ("DATABASE_URL", "oracle9://x", "DATABASE_URL has the unknown scheme 'oracle9'"),
    ("DATABASE_URL", "sqlite://data/site.sqlite3", "DATABASE_URL has too few slashes"),
    ("DATABASE_URL", "sqlite:////proc/nothing/site.sqlite3", "DATABASE_URL: the folder /proc"),
    ("DATABASE_URL", "postgres://host", "DATABASE_URL names no database"),
    ("DATABASE_URL", "postgres://joe:sesame@host:port/name", "DATABASE_URL is no URL"),
    ("DATABASE_URL", "postgres://[/name", "DATABASE_URL is no URL"),
    ("CACHE_URL", "nonsense", "CACHE_URL names no cache"),
    ("CACHE_URL", "redis://", "CACHE_URL names no cache"),
    ("CACHE_URL", "redis://:sesame@host:port/0", "CACHE_URL is no URL"),
    ("CACHE_URL", "memcache://127.0.0.1:11211", "CACHE_URL names no cache"),
    ("HSTS_PRELOAD", "some", "HSTS_PRELOAD must be true or false"),
    ("HSTS_INCLUDE_SUBDOMAINS", "", "HSTS_INCLUDE_SUBDOMAINS must be true or false"),
    ("FETCH_TIMEOUT", "soon", "FETCH_TIMEOUT must be a whole number"),
    ("FETCH_MAX_BYTES", "0", "FETCH_MAX_BYTES must be 1 or more"),
    ("FETCH_PAUSE", "-1", "FETCH_PAUSE must be 0 or more"),
    ("FETCH_ALLOW_PORTS", "x", "FETCH_ALLOW_PORTS must be port numbers"),
    ("FETCH_ALLOW_PORTS", "8080,65536", "FETCH_ALLOW_PORTS must be port numbers"),
    ("FETCH_ALLOW_PORTS", "8080;8081", "FETCH_ALLOW_PORTS must be port numbers"),
]


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_value_is_refused_with_a_sentence_that_names_it(read_settings, name, value, said):
    with pytest.raises(ImproperlyConfigured) as caught:
        read_settings(**{name: value})

    assert str(caught.value).startswith(said)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SITE_URL", "https://example.org/", "https://example.org"),
        ("SITE_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("SITE_URL", "https://bücher.example", "https://bücher.example"),
        ("LANGUAGE_CODE", "de-at", "de-at"),
        ("LANGUAGE_CODE", "pt-BR", "pt-BR"),
        ("LANGUAGE_CODE", "zh-hans", "zh-hans"),
        ("FETCH_ALLOW_PORTS", "8080, 8443", [8080, 8443]),
        (
            "SECRET_KEY",
            "$begins-like-the-name-of-a-variable",
            "$begins-like-the-name-of-a-variable",
        ),
        ("ALLOWED_HOSTS", "a.example,b.example", ["a.example", "b.example"]),
        ("ALLOWED_HOSTS", "", ["127.0.0.1", "localhost", "[::1]"]),
    ],
)
def test_a_right_value_is_taken(read_settings, name, value, read):
    assert getattr(read_settings(**{name: value}), name) == read


@pytest.mark.parametrize(
    ("package", "name", "value"),
    [
        ("psycopg", "DATABASE_URL", "postgres://joe@db.example/site"),
        ("redis", "CACHE_URL", "redis://cache.example/0"),
    ],
)
def test_a_package_that_is_not_installed_is_named_with_the_setting(
    read_settings, monkeypatch, package, name, value
):
    monkeypatch.setattr(values, "find_spec", lambda name: None if name == package else True)

    with pytest.raises(ImproperlyConfigured, match=f"{name} .*requirements-scale.txt"):
        read_settings(**{name: value})


def test_a_command_says_a_wrong_setting_without_a_traceback():
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | NEEDED | {"FETCH_ALLOW_PORTS": "x"},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert result.stderr.startswith("FETCH_ALLOW_PORTS must be port numbers")
    assert len(result.stderr.splitlines()) == 1


@pytest.fixture
def read_env_file(tmp_path, monkeypatch):
    """The environment after reading a `.env` file of these bytes into an empty one."""

    def read(data):
        monkeypatch.setattr(values.environ.Env, "ENVIRON", added := {})
        (tmp_path / ".env").write_bytes(data)
        values.read_env_file(tmp_path / ".env")
        return added

    return read


def test_an_env_file_is_read(read_env_file):
    data = "\ufeff# mine\n\n  # indented\nexport A=1\r\nB='two words'\nC=x=y # z\n  D=\n".encode()

    assert read_env_file(data) == {"A": "1", "B": "two words", "C": "x=y # z", "D": ""}


@pytest.mark.parametrize("line", ["SECRET_KEY = sesame", "sesame", "KEY: sesame", "set A=sesame"])
def test_a_line_of_an_env_file_that_can_not_be_read_is_named_and_not_shown(read_env_file, line):
    with pytest.raises(ImproperlyConfigured) as caught:
        read_env_file(f"# first\nA=1\n{line}\n".encode())

    assert ".env, line 3, is not understood" in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_an_env_file_in_another_encoding_is_said_to_be_that(read_env_file):
    with pytest.raises(ImproperlyConfigured, match="it is not in UTF-8"):
        read_env_file("SITE_TITLE=Föhn\n".encode("latin-1"))


def test_an_env_file_that_is_a_folder_is_said_to_be_that(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="can't be read: Is a directory"):
        values.read_env_file(tmp_path)


@pytest.mark.parametrize(("url", "secure"), [("https://example.org", True), ("http://a.b", False)])
def test_security_follows_the_scheme_of_the_site(read_settings, url, secure):
    settings = read_settings(SITE_URL=url)

    assert settings.SECURE_SSL_REDIRECT is secure
    assert settings.SESSION_COOKIE_SECURE is secure
    assert settings.CSRF_COOKIE_SECURE is secure
    assert bool(settings.SECURE_HSTS_SECONDS) is secure


def test_hsts_speaks_for_subdomains_and_preload_lists_only_when_told_to(read_settings):
    usual = read_settings(SITE_URL="https://example.org")
    chosen = read_settings(
        SITE_URL="https://example.org", HSTS_INCLUDE_SUBDOMAINS="true", HSTS_PRELOAD="true"
    )

    assert (usual.SECURE_HSTS_INCLUDE_SUBDOMAINS, usual.SECURE_HSTS_PRELOAD) == (False, False)
    assert (chosen.SECURE_HSTS_INCLUDE_SUBDOMAINS, chosen.SECURE_HSTS_PRELOAD) == (True, True)


def test_hosts_are_those_of_the_site_unless_named(read_settings):
    assert read_settings(SITE_URL="https://example.org").ALLOWED_HOSTS == ["example.org"]
    assert "localhost" in read_settings().ALLOWED_HOSTS


def test_check_deploy_has_no_complaint_in_production():
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"], "SITE_URL": "https://example.org"} | NEEDED,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
