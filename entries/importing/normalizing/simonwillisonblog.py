"""The quirks of Simon Willison's blog engine (https://github.com/simonw/simonwillisonblog).

It gives one post another id in each of its feeds, which differ in a last `#atom-…`, and gives
titles to notes as well.
"""

import re

FEED_OF_ID = re.compile(r"#atom-[\w-]+$")
# Its templates indent the tags line of an article by one level more than that of anything else.
TAGS_LINE_OF_A_NOTE = re.compile(r"\n\n {4}<p>Tags: ")
HEADING_OF_AN_ARTICLE = re.compile(r"<h[12][ >]")


def without_feed(guid: str) -> str:
    """An id, or an address, as all feeds of the engine have it."""
    return FEED_OF_ID.sub("", guid)


def is_titled_note(content: str, guid: str, raw: str) -> bool:
    """Whether this engine has set as a note what has a title and a tags line.

    `content` is its sanitised text, `raw` the HTML as received.
    """
    if not FEED_OF_ID.search(guid) or HEADING_OF_AN_ARTICLE.search(content):
        return False
    return bool(TAGS_LINE_OF_A_NOTE.search(raw))
