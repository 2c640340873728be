"""Conversion of a WordPress post's text to HTML: line breaks and shortcodes."""

import html
import re

from entries.lib.characters import line_feeds, unescape

BLOCKS = (
    "address|article|aside|audio|blockquote|dd|details|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|header|hr|iframe|li|main|nav|object|ol|p|pre|script|section|style|summary|table"
    "|tbody|td|tfoot|th|thead|tr|ul|video"
)
# Elements whose content stays unchanged, white space included.
KEPT_WHOLE = re.compile(
    r"<(pre|script|style|textarea)\b(?:(?!<(?:pre|script|style|textarea)\b).)*?</\1\s*>",
    re.S | re.I,
)
BLOCK_TAG = re.compile(rf"(</?(?:{BLOCKS})\b[^<>]*>)", re.I)
PARAGRAPH = re.compile(r"<p[\s>]", re.I)
BLOCK_COMMENT = re.compile(r"<!-- /?wp:(?:(?!<!--).)*?-->", re.S)

# An attribute may be quoted or not: width=300, caption="Text".
CAPTION = re.compile(
    r"\[(?:wp_)?caption\b(?P<said>[^\[\]]*)\]"
    r"(?P<inner>(?:(?!\[(?:wp_)?caption\b).)*?)\[/(?:wp_)?caption\]",
    re.S,
)
CAPTION_ATTRIBUTE = re.compile(r"""\bcaption=(?:"([^"]*)"|'([^']*)')""")
PICTURE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.S | re.I)
EMBED = re.compile(r"\[embed\b[^\[\]]*\]\s*(https?://[^\s\[\]<>\"]++)\s*\[/embed\]")
PLAYER = re.compile(
    r"""\[(?:audio|video)\b[^\[\]]{0,500}?\b(?:src|mp3|mp4|m4a|ogg|webm)=["']?"""
    r"""(https?://[^\s"'\[\]<>]++)[^\[\]]*+\](?:\[/(?:audio|video)\])?"""
)
# A gallery shows the post's attachments, which this site shows below the post.
GALLERY = re.compile(r"\[gallery\b[^\[\]]*\]")
BREAK = re.compile(r"<!--(?:more[^<>]*|nextpage|noteaser)-->")


def as_html(text: str) -> str:
    """Convert blank lines to paragraphs, captions to figures, players to links.

    A text that has paragraphs or blocks already keeps them, and its line breaks.
    """
    text = BREAK.sub("\n\n", line_feeds(text))
    text = CAPTION.sub(figure, text)
    text = EMBED.sub(lambda match: link(match.group(1)), text)
    text = PLAYER.sub(lambda match: link(match.group(1)), text)
    text = GALLERY.sub("", text)
    if BLOCK_COMMENT.search(text) or PARAGRAPH.search(KEPT_WHOLE.sub("", text)):
        return BLOCK_COMMENT.sub("", text)
    return paragraphs(text)


def figure(match: re.Match[str]) -> str:
    picture = PICTURE.fullmatch(match["inner"])
    shown, below = picture.groups() if picture else ("", match["inner"])
    said = CAPTION_ATTRIBUTE.search(match["said"])
    words = below.strip() or (said and (said.group(1) or said.group(2))) or ""
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f"\n\n<figure>{shown}{caption}</figure>\n\n"


def link(address: str) -> str:
    shown = html.escape(unescape(address))
    return f'\n\n<a href="{shown}">{shown}</a>\n\n'


def paragraphs(text: str) -> str:
    """Add <p> and <br> as WordPress does: for blank lines and for line breaks."""
    parts = []
    position = 0
    for whole in KEPT_WHOLE.finditer(text):
        parts += [*wrapped(text[position : whole.start()]), whole.group()]
        position = whole.end()
    return "\n".join([*parts, *wrapped(text[position:])])


def wrapped(text: str) -> list[str]:
    pieces: list[str] = []
    depth = 0
    # Only text at the top level is wrapped; text in a block stays part of the block.
    for part in BLOCK_TAG.split(text):
        inside = depth > 0
        if BLOCK_TAG.fullmatch(part):
            if not part.lower().startswith("<hr") and not part.endswith("/>"):
                depth = max(0, depth - 1) if part.startswith("</") else depth + 1
        elif inside:
            if part.strip():
                part = re.sub(r"\n[ \t]*\n\s*", "<br>\n<br>\n", part.strip("\n"))
        else:
            pieces += [
                "<p>" + re.sub(r"(<br\s*/?>)?\n", "<br>\n", paragraph.strip()) + "</p>"
                for paragraph in re.split(r"\n[ \t]*\n\s*", part)
                if paragraph.strip()
            ]
            continue
        if inside:
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces
