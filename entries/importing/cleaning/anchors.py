"""Links within a text, such as footnotes, made to work on pages that show several texts."""

import hashlib
import re
from html import escape
from urllib.parse import unquote

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES, read_attributes, write_tag

# An id that this module has made: it differs from the page's own ids and from other entries'.
PREFIXED_ID = re.compile(r"n[0-9a-f]{8}-")
MAX_ID_CHARS = 200
LINK = re.compile(rf'(<a{ATTRIBUTES}?) href="([^"#]*)#([^"]*)"')
TARGET = re.compile(rf"<([a-z][a-z0-9-]*)({ATTRIBUTES})>")


def id_prefix(name: str) -> str:
    """The prefix of all ids in the text of the entry with this name."""
    return f"n{hashlib.blake2b(name.encode('utf-8', 'replace'), digest_size=4).hexdigest()}-"


def keep_anchors(fragment: str, pages: set[str], start: str) -> str:
    """Prefix the ids of well-formed HTML with `start`, and the links to them.

    `pages` are the URLs of the text itself. An `id` or an old `name` that no link in the text
    points at is removed, and so is the `href` of a link to an unknown id.
    """
    names = {unescape(name) for tag in TARGET.finditer(fragment) for name in stated_names(tag[2])}
    wanted: dict[str, str] = {}

    def link(match: re.Match[str]) -> str:
        if match[2] and unescape(match[2]) not in pages:
            return match.group()
        stated = unescape(match[3])
        for name in (stated, unquote(stated)):
            if name in names:
                wanted[name] = name if PREFIXED_ID.match(name) else start + name
                return f'{match[1]} href="#{escape(wanted[name])}"'
        return match.group() if match[2] else match[1]

    def target(match: re.Match[str]) -> str:
        stated = stated_names(match[2])
        if not stated:
            return match.group()
        attributes = read_attributes(match[2])
        attributes.pop("id", None)
        attributes.pop("name", None)
        # Browsers go to the first of several elements with one id.
        found = [wanted.pop(unescape(name), "") for name in stated]
        if name := next(filter(None, found), ""):
            attributes["id"] = escape(name)
        return write_tag(match[1], attributes)

    return TARGET.sub(target, LINK.sub(link, fragment))


def stated_names(attributes: str) -> list[str]:
    if "id=" not in attributes and "name=" not in attributes:
        return []
    found = read_attributes(attributes)
    return [found[name] for name in ("id", "name") if found.get(name)]
