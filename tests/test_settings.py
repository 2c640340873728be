"""What the environment may say, and what is said about it when it is wrong."""

import os
import subprocess
import sys

import pytest

NEEDED = {
    "SECRET_KEY": "long-enough-and-random-" * 4,
    "DATABASE_URL": "sqlite://:memory:",
    "DEBUG": "false",
}


def run_python(code, **variables):
    """Run code with the settings loaded, in a process that has only these variables."""
    environment = {"PATH": os.environ["PATH"]} | variables
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings\n{code}"],
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SITE_URL", "example.org", "SITE_URL is 'example.org'"),
        ("SITE_URL", "https://example.org/blog", "SITE_URL is"),
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE is 'Mars/Olympus'"),
        ("DEBUG", "perhaps", "DEBUG must be true or false"),
        ("DATABASE_URL", "oracle9://x", "DATABASE_URL has the unknown scheme 'oracle9'"),
        ("FETCH_TIMEOUT", "soon", "FETCH_TIMEOUT must be a whole number"),
        ("FETCH_MAX_BYTES", "0", "FETCH_MAX_BYTES must be 1 or more"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence_that_names_it(name, value, said):
    result = run_python("", **NEEDED | {name: value})

    assert result.returncode != 0
    assert said in result.stderr.splitlines()[-1]


def test_without_a_secret_the_site_does_not_start(tmp_path):
    result = run_python("", **NEEDED | {"SECRET_KEY": ""})

    assert result.returncode != 0
    assert "SECRET_KEY is not set" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(("url", "secure"), [("https://example.org", True), ("http://a.b", False)])
def test_security_follows_the_scheme_of_the_site(url, secure):
    shown = "print(settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, "
    shown += "settings.CSRF_COOKIE_SECURE, bool(settings.SECURE_HSTS_SECONDS))"

    result = run_python(shown, **NEEDED | {"SITE_URL": url})

    assert result.stdout.split() == [str(secure)] * 4


def test_hosts_are_those_of_the_site_unless_named():
    shown = "print(*settings.ALLOWED_HOSTS)"

    site = run_python(shown, **NEEDED | {"SITE_URL": "https://example.org"})
    named = run_python(shown, **NEEDED | {"ALLOWED_HOSTS": "a.example,b.example"})
    local = run_python(shown, **NEEDED)

    assert site.stdout.split() == ["example.org"]
    assert named.stdout.split() == ["a.example", "b.example"]
    assert "localhost" in local.stdout.split()


def test_check_deploy_has_no_complaint_in_production():
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"], "SITE_URL": "https://example.org"} | NEEDED,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr
