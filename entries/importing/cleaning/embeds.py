"""Frames, and what else plays: a player from a host on the list, else a plain link."""

import re
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES, read_attributes, write_tag
from entries.lib.plaintext import visible_text

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
MEDIA = re.compile(r"<(?:audio|iframe|img|video)[ >]")
PLAYS = re.compile(rf"<(audio|video)({ATTRIBUTES})>")


def show_frames(fragment: str) -> tuple[str, int, int]:
    """Each `x-iframe` as a sandboxed frame or a link to its address, under its title.

    A frame without a title is worth no line, unless nothing else is in the text. Returns
    besides how many frames became links, and how many went for want of a title.
    """
    shown, links, dropped = frames_shown(fragment, without_title=False)
    if dropped and not MEDIA.search(shown) and not visible_text(shown):
        shown, links, dropped = frames_shown(fragment, without_title=True)
    return shown, links, dropped


def frames_shown(fragment: str, *, without_title: bool) -> tuple[str, int, int]:
    links = dropped = 0

    def show(match: re.Match[str]) -> str:
        nonlocal links, dropped
        if not match["start"]:
            return ""
        attributes = read_attributes(match["start"])
        address = unescape(attributes.get("src", ""))
        player = re.sub(r"^http:", "https:", address)
        if not address.startswith(("http://", "https://")) or is_counter(attributes):
            return ""
        if PLAYER.fullmatch(player):
            return frame(player, attributes)
        title = unescape(attributes.get("title", "")).strip()
        if not title and not without_title:
            dropped += 1
            return ""
        links += 1
        text = title or shortened(address)
        return f'<a href="{escape(address)}">{escape(text, quote=False)}</a>'

    return FRAME.sub(show, fragment), links, dropped


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
