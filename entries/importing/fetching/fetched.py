"""A feed's bytes and where they are from: fetched, read from a file or from standard input."""

import sys
from dataclasses import dataclass
from pathlib import Path

from entries.importing.errors import FetchError


@dataclass(frozen=True)
class Fetched:
    """A feed's bytes, their URL and the response headers that matter later.

    `name` is the path, the URL or `-` as the user gave it, `url` the final URL if it is known.
    `fallback_url` is used if the feed does not state one. `etag` and `last_modified` are verbatim
    from the response. `moved_to` is the URL that permanent redirects lead to, if there were any.
    `fresh_for` is in seconds, None if the server does not state it. `unchanged` means that the
    server answered 304, without bytes.
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
    """Read a local file. Raises FetchError with the reason."""
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
    return Fetched("-", sys.stdin.buffer.read(), url)
