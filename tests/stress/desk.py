"""Editors at the desk, by HTTP, and what they were told was done."""

import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import lxml.html
import urllib3

from .importers import Importers

# To save one form: imports and bulk actions save the entry, too, about every second time.
MAX_ATTEMPTS = 20
REFUSED = b"was saved elsewhere"
TOKEN = "t" * 32  # of CSRF: the cookie and the form have to agree, and nothing else


@dataclass
class Done:
    """One change that the site has acknowledged, and when it was asked for and answered."""

    what: str
    entries: list[int]
    value: str
    begin: float
    end: float


@dataclass
class Record:
    """All that was acknowledged, and all that should not have happened."""

    done: list[Done] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, entries: list[int], value: str, begin: float) -> None:
        with self.lock:
            self.done.append(Done(what, entries, value, begin, time.monotonic()))

    def trouble(self, sentence: str) -> None:
        with self.lock:
            self.troubles.append(sentence)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.done]


class Editor:
    """One person with a browser. Not to be shared by threads."""

    def __init__(self, site: str, session: str, record: Record, importers: Importers):
        self.site = f"{site}/admin/entries"
        self.record = record
        self.importers = importers
        self.pool = urllib3.PoolManager(
            headers={"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}, retries=False
        )

    def let_import(self) -> None:
        self.importers.next_round()

    def edit(self, what: str, pk: int, **changes: str) -> None:
        """Change an entry in its form. One that was saved meanwhile is opened and changed anew.

        `{}` in a change stands for what the form has there.
        """
        for _ in range(MAX_ATTEMPTS):
            begin = time.monotonic()
            page = self.ask("GET", f"entry/{pk}/change/")
            if page is None or page.status != 200:
                return  # It has been deleted.
            sent = form_values(page.data)
            sent |= {name: value.format(sent.get(name, "")) for name, value in changes.items()}
            answer = self.ask("POST", f"entry/{pk}/change/", sent)
            if answer is None or leads_to(answer) == "/admin/":
                return
            if answer.status == 302:
                (value,) = changes.values()
                self.record.add(what, [pk], value.replace("{}, ", ""), begin)
                return
            if REFUSED not in answer.data:
                self.record.trouble(f"{what} of {pk}: {errors_in(answer.data)}")
                return
            self.record.refused += 1
        self.record.trouble(f"{what} of {pk}: refused {MAX_ATTEMPTS} times")

    def act(self, action: str, rows: str, pks: list[int], value: str, **more: str) -> None:
        """Do a bulk action on the rows of a list."""
        begin = time.monotonic()
        sent = {"action": action, "_selected_action": pks, "index": "0", **more}
        answer = self.ask("POST", f"{rows}/", sent)
        if answer is not None and answer.status == 302:
            self.record.add(action, pks, value, begin)
        elif answer is not None:
            self.record.trouble(f"{action}: answered {answer.status}, {errors_in(answer.data)}")

    def delete(self, pk: int) -> None:
        begin = time.monotonic()
        if self.ask("POST", f"entry/{pk}/delete/", {"post": "yes"}) is not None:
            self.record.add("delete", [pk], "", begin)

    def change(self, what: str, row: str, pk: int, **changes: str) -> None:
        """Change a tag or a source in its form. One that was saved meanwhile is opened anew."""
        path = f"{row}/{pk}/change/"
        for _ in range(MAX_ATTEMPTS):
            begin = time.monotonic()
            page = self.ask("GET", path)
            answer = page and self.ask("POST", path, form_values(page.data) | changes)
            if not answer:
                return
            if answer.status == 302:
                (value,) = changes.values()
                self.record.add(what, [pk], value, begin)
                return
            if REFUSED not in answer.data:
                self.record.trouble(f"{what} of {pk}: {errors_in(answer.data)}")
                return
            self.record.refused += 1
        self.record.trouble(f"{what} of {pk}: refused {MAX_ATTEMPTS} times")

    def ask(
        self, method: str, path: str, sent: dict[str, Any] | None = None
    ) -> urllib3.BaseHTTPResponse | None:
        """What the site answers; None where it fails, which is noted."""
        fields = [
            (name, one)
            for name, value in (sent or {}).items()
            for one in (value if isinstance(value, list) else [value])
        ]
        body = fields and [*fields, ("csrfmiddlewaretoken", TOKEN)]
        options = {"fields": body, "encode_multipart": False} if body else {}
        answer = self.pool.request(
            method, f"{self.site}/{path}", redirect=False, timeout=60, **options
        )
        if answer.status >= 500 or answer.status == 403:
            self.record.trouble(f"{method} {path} was answered {answer.status}")
            return None
        return answer


def leads_to(answer: urllib3.BaseHTTPResponse) -> str:
    return answer.headers.get("Location", "")


def form_values(page: bytes) -> dict[str, str]:
    """What a browser would send of the page's form, untouched."""
    forms = lxml.html.fromstring(page.decode()).forms
    (form,) = [form for form in forms if str(form.get("id")).endswith("_form")]
    values = {name: value.removeprefix("\n") for name, value in form.form_values()}
    del values["csrfmiddlewaretoken"]
    return values


def errors_in(page: bytes) -> str:
    errors = lxml.html.fromstring(page.decode()).xpath("//*[contains(@class, 'error')]")
    return "; ".join(" ".join(error.text_content().split()) for error in errors)
