"""Frames, and what else plays: a player from a host on the list, else a plain link."""

import re
from html import escape, unescape

from .blocks import ATTRIBUTES, read_attributes, write_tag
from .tracking import is_counter

# Players that need no more than their own page, by address; nothing in it that a browser
# reads otherwise than this does.
PLAYER = re.compile(
    r"https://(?:"
    r"(?:www\.)?youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/|"
    r"w\.soundcloud\.com/player/|open\.spotify\.com/embed/|bandcamp\.com/EmbeddedPlayer[/?]|"
    r"(?:www\.)?archive\.org/embed/|codepen\.io/[\w-]{1,40}/embed/"
    r")[^\s\"<>\\^`{|}\x00-\x20\x7f-\U0010ffff]*"
)
SANDBOX = "allow-scripts allow-same-origin allow-popups"
FRAME = re.compile(rf"(?P<start><x-iframe{ATTRIBUTES}>)(?:[^<]*(?=</x-iframe>))?|</x-iframe>")
PLAYS = re.compile(rf"<(audio|video)({ATTRIBUTES})>")


def show_frames(fragment: str) -> tuple[str, int]:
    """Each `x-iframe` as a sandboxed frame or a link to its address; how many became links."""
    links = 0

    def show(match: re.Match[str]) -> str:
        nonlocal links
        if not match["start"]:
            return ""
        attributes = read_attributes(match["start"])
        address = unescape(attributes.get("src", ""))
        player = re.sub(r"^http:", "https:", address)
        if not address.startswith(("http://", "https://")) or is_counter(attributes):
            return ""
        if PLAYER.fullmatch(player):
            return frame(player, attributes)
        links += 1
        text = unescape(attributes.get("title", "")).strip() or shortened(address)
        return f'<a href="{escape(address)}">{escape(text, quote=False)}</a>'

    return FRAME.sub(show, fragment), links


def frame(address: str, attributes: dict[str, str]) -> str:
    kept = {name: attributes[name] for name in ("title", "width", "height") if name in attributes}
    return (
        write_tag(
            "iframe",
            {"src": escape(address)}
            | kept
            | {
                "sandbox": SANDBOX,
                "loading": "lazy",
                "referrerpolicy": "strict-origin-when-cross-origin",
                "allowfullscreen": "",
            },
        )
        + "</iframe>"
    )


def shortened(address: str) -> str:
    text = address.partition("://")[2].partition("?")[0].rstrip("/")
    return text if len(text) <= 60 else text[:59] + "…"


def with_controls(fragment: str) -> str:
    """Audio and video that the reader can start."""
    return PLAYS.sub(
        lambda match: (
            match.group() if ' controls="' in match[2] else f'<{match[1]} controls=""{match[2]}>'
        ),
        fragment,
    )
