"""Themes: files in the theme folder replace the site's own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist, engines

ROOT = Path(__file__).parents[2]
ASK = """
import django
from pathlib import Path
django.setup()
from django.test import Client
ask = Client(headers={"host": "127.0.0.1"}).get
first = ask("/")
print(first.content.decode())
for name in ["entries/site.css", "mine.css"]:
    print(b"".join(ask(f"/static/{name}")).decode())
Path("theme/base.html").write_text("Another theme")
again = ask("/", headers={"if-none-match": first["ETag"]})
print(again.status_code, again.content.decode())
"""


@pytest.fixture
def ask(new_database, tmp_path):
    """The pages of a separate site whose theme has these files."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    for name in ("entries", "templates"):
        (tmp_path / name).symlink_to(ROOT / name)

    def run(files):
        for name, text in files.items():
            file = tmp_path / "theme" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "for this test only",
            "DATABASE_URL": f"sqlite:///{new_database()}",
            "DEBUG": "true",
        }
        asked = subprocess.run(
            [sys.executable, "-c", ASK],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert asked.returncode == 0, asked.stderr
        return asked.stdout

    return run


def example(language):
    """The example in this language from docs/theming.md."""
    text = (ROOT / "docs" / "theming.md").read_text()
    return re.search(rf"```{language}\n(.*?)```", text, re.S)[1]


def test_the_theme_of_the_documentation_works(ask):
    said = ask({"base.html": example("jinja"), "static/mine.css": example("css")})

    assert '<link rel="stylesheet" href="/static/mine.css">' in said
    assert '<main id="main"' in said
    assert re.search(r"Runs on Feedstead.</p>\s*<p>Set in Georgia", said)
    assert "--paper: light-dark(#fbf9f4" in said
    assert "--paper: light-dark(#ffffff" in said


def test_a_file_in_the_theme_stands_in_for_the_one_of_its_name(ask):
    said = ask({"base.html": "One theme", "static/entries/site.css": "a { all: unset }"})

    assert "One theme" in said
    assert "a { all: unset }" in said
    assert "200 Another theme" in said


@pytest.mark.parametrize("name", [".env", "manage.py", "config/settings.py", "templates/../.env"])
def test_no_other_file_of_the_project_is_a_template(name):
    with pytest.raises(TemplateDoesNotExist):
        engines["jinja2"].get_template(name)


def test_the_documentation_names_every_template_that_there_is():
    text = (ROOT / "docs" / "theming.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    named = set(re.findall(r"`([\w/]+\.(?:html|xml|txt))`", "\n".join(rows)))

    folder = ROOT / "templates"
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*.*")}
    parts = {name for name in files if name.startswith("entries/parts/")}

    assert named - parts == files - parts
