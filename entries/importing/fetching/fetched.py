"""A feed's bytes with what is known of where they are from; and those that a person hands in."""

import sys
from dataclasses import dataclass
from pathlib import Path

from entries.importing.errors import FetchError


@dataclass(frozen=True)
class Fetched:
    """Bytes, and where they are from.

    `name` is what the person who asked calls them, `url` their address if it is known,
    `fallback_url` one that serves where nothing better is said. `etag` and
    `last_modified` stand as the server sent them. `moved_to` is where permanent redirects
    have led, if there were any. `fresh_for` is for how many seconds the server calls its
    answer fresh, None where it does not say. When it is `unchanged` there are no bytes.
    """

    name: str
    data: bytes
    url: str = ""
    fallback_url: str = ""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    fresh_for: int | None = None
    unchanged: bool = False


def read_path(name: str, url: str = "") -> Fetched:
    """The bytes of a local file that a person has named. Raises FetchError with the reason."""
    path = Path(name)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise FetchError(name, "there is no such file") from error
    except IsADirectoryError as error:
        raise FetchError(name, "it is a directory; name a feed file in it") from error
    except PermissionError as error:
        raise FetchError(name, "it may not be read (permission denied)") from error
    except OSError as error:
        raise FetchError(name, f"it can't be read: {error.strerror}") from error
    return Fetched(name, data, url, fallback_url=path.resolve().as_uri())


def read_stdin(url: str = "") -> Fetched:
    """What is piped in."""
    return Fetched("-", sys.stdin.buffer.read(), url)
