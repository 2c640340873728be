"""The path in an address, in the one form in which its spellings are equal."""

import unicodedata
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from django.db import models
from django.utils.encoding import repercent_broken_unicode

from entries.lib.tracking_parameters import TRACKING_PARAMETER

FRONT = "/"


def decode_path(path: str) -> str:
    """Decode a percent-encoded path, as Django does. Bytes that are no UTF-8 stay encoded."""
    return repercent_broken_unicode(unquote_to_bytes(path)).decode()


def plain_path(path: str, query: str = "") -> str:
    """A decoded path and its query as /2024/hello or /?p=123.

    The slash at its end, ways to write one letter in Unicode, and tracking parameters make no
    difference.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [f"{name}={value}" for name, value in pairs if not TRACKING_PARAMETER.fullmatch(name)]
    plain = "/" + path.strip("/") + ("?" + "&".join(kept) if kept else "")
    return unicodedata.normalize("NFC", plain)


def plain_link(link: str) -> str:
    """Return the plain path in a link between pages of the site, such as /2024/hello/?p=123."""
    path, _, query = link.partition("#")[0].partition("?")
    return plain_path(decode_path(path), query)


def plain_path_of(address: str) -> str:
    """Return the plain path in a URL. Empty for a front page, and if the scheme is not http(s)."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    plain = plain_path(decode_path(parts.path), parts.query)
    return "" if plain == FRONT else plain


def path_key(plain: str) -> int:
    """A number for a plain path, which a 64-bit column holds and its index finds."""
    digest = blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class PathKeyField(models.BigIntegerField):
    """The key of the path in the address that another field of the row holds.

    Set whenever the row is written, as `auto_now` is. NULL where the field has no such path,
    or the same as the field `but` has.
    """

    def __init__(self, *args: Any, of: str = "", but: str = "", **options: Any):
        self.of, self.but = of, but
        super().__init__(*args, **{"null": True, "editable": False} | options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of": self.of, "but": self.but}

    def pre_save(self, model_instance: models.Model, add: bool) -> int | None:
        plain = plain_path_of(getattr(model_instance, self.of))
        if self.but and plain == plain_path_of(getattr(model_instance, self.but)):
            plain = ""
        key = path_key(plain) if plain else None
        setattr(model_instance, self.attname, key)
        return key
