"""Links within a text, such as those of footnotes, that work wherever it is printed."""

import hashlib
import re
from html import escape
from urllib.parse import unquote

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES, read_attributes, write_tag

# Of our making: never an id of the page's own, nor one of another entry.
OURS = re.compile(r"n[0-9a-f]{8}-")
MAX_LENGTH = 200
LINK = re.compile(rf'(<a{ATTRIBUTES}?) href="([^"#]*)#([^"]*)"')
TARGET = re.compile(rf"<([a-z][a-z0-9-]*)({ATTRIBUTES})>")


def prefix(name: str) -> str:
    """What the ids in the text of one entry begin with."""
    return f"n{hashlib.blake2b(name.encode('utf-8', 'replace'), digest_size=4).hexdigest()}-"


def keep_anchors(fragment: str, pages: set[str], start: str) -> str:
    """Well-formed HTML whose links to places in it work, with ids that begin with `start`.

    `pages` are the addresses that mean the text itself. An id, or a name of old, that no
    link in the text points at goes; so does a link to a place that is nowhere.
    """
    names = {unescape(name) for tag in TARGET.finditer(fragment) for name in stated_names(tag[2])}
    wanted: dict[str, str] = {}

    def link(match: re.Match[str]) -> str:
        if match[2] and unescape(match[2]) not in pages:
            return match.group()
        stated = unescape(match[3])
        for name in (stated, unquote(stated)):
            if name in names:
                wanted[name] = name if OURS.match(name) else start + name
                return f'{match[1]} href="#{escape(wanted[name])}"'
        return match.group() if match[2] else match[1]

    def target(match: re.Match[str]) -> str:
        stated = stated_names(match[2])
        if not stated:
            return match.group()
        attributes = read_attributes(match[2])
        attributes.pop("id", None)
        attributes.pop("name", None)
        # The first of several with one id is the one that browsers go to.
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
