"""Embedded players: frames of known hosts are kept in a sandbox, others become links."""

import re
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES, read_attributes, write_tag
from entries.lib.plaintext import visible_text

from .tracking import is_tracking_pixel

# URLs of players that need nothing but their own page. The path excludes characters that browsers
# read differently.
PLAYER = re.compile(
    r"https://(?:"
    r"(?:www\.)?youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/|"
    r"w\.soundcloud\.com/player/|open\.spotify\.com/embed/|bandcamp\.com/EmbeddedPlayer[/?]|"
    r"(?:www\.)?archive\.org/embed/|codepen\.io/[\w-]{1,40}/embed/"
    r")[^\s\"<>\\^`{|}\x00-\x20\x7f-\U0010ffff]*"
)
MAX_LINK_TEXT_CHARS = 60
SANDBOX = "allow-scripts allow-same-origin allow-popups"
FRAME = re.compile(rf"(?P<start><x-iframe{ATTRIBUTES}>)(?:[^<]*(?=</x-iframe>))?|</x-iframe>")
MEDIA = re.compile(r"<(?:audio|iframe|img|video)[ >]")
MEDIA_START = re.compile(rf"<(audio|video)({ATTRIBUTES})>")


def show_frames(fragment: str) -> tuple[str, int, int]:
    """Replace each `x-iframe` by a sandboxed player or by a link with the frame's title.

    A frame without a title is dropped, unless the text would be empty without it. Returns the
    HTML, the number of frames that became links and the number dropped for lack of a title.
    """
    shown, links, dropped = replace_frames(fragment, keep_untitled=False)
    if dropped and not MEDIA.search(shown) and not visible_text(shown):
        shown, links, dropped = replace_frames(fragment, keep_untitled=True)
    return shown, links, dropped


def replace_frames(fragment: str, *, keep_untitled: bool) -> tuple[str, int, int]:
    links = dropped = 0

    def show(match: re.Match[str]) -> str:
        nonlocal links, dropped
        if not match["start"]:
            return ""
        attributes = read_attributes(match["start"])
        url = unescape(attributes.get("src", ""))
        player = re.sub(r"^http:", "https:", url)
        if not url.startswith(("http://", "https://")) or is_tracking_pixel(attributes):
            return ""
        if PLAYER.fullmatch(player):
            return player_frame(player, attributes)
        title = unescape(attributes.get("title", "")).strip()
        if not title and not keep_untitled:
            dropped += 1
            return ""
        links += 1
        text = title or shortened_url(url)
        return f'<a href="{escape(url)}">{escape(text, quote=False)}</a>'

    return FRAME.sub(show, fragment), links, dropped


def player_frame(url: str, attributes: dict[str, str]) -> str:
    kept = {name: attributes[name] for name in ("title", "width", "height") if name in attributes}
    return (
        write_tag(
            "iframe",
            {"src": escape(url)}
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


def shortened_url(url: str) -> str:
    text = url.partition("://")[2].partition("?")[0].rstrip("/")
    if len(text) <= MAX_LINK_TEXT_CHARS:
        return text
    return text[: MAX_LINK_TEXT_CHARS - 1] + "…"


def with_controls(fragment: str) -> str:
    """Add `controls` to audio and video, so that readers can start them."""
    return MEDIA_START.sub(
        lambda match: (
            match.group() if ' controls="' in match[2] else f'<{match[1]} controls=""{match[2]}>'
        ),
        fragment,
    )
