"""The quirks of Simon Willison's blog engine (https://github.com/simonw/simonwillisonblog).

It gives one post a different id in each feed (they differ in a trailing `#atom-…`), and it gives
notes a title.
"""

import re

FEED_OF_ID = re.compile(r"#atom-[\w-]+$")
# Its templates indent the tags line of an article one level deeper than that of other kinds.
TAGS_LINE_OF_A_NOTE = re.compile(r"\n\n {4}<p>Tags: ")
HEADING_OF_AN_ARTICLE = re.compile(r"<h[12][ >]")


def without_feed(guid: str) -> str:
    """Returns an id or a URL without the suffix that names the feed."""
    return FEED_OF_ID.sub("", guid)


def is_titled_note(content: str, guid: str, raw: str) -> bool:
    """True if the engine's template for notes made an entry that has a title and a tags line.

    `content` is the sanitised text, `raw` the HTML as received.
    """
    if not FEED_OF_ID.search(guid) or HEADING_OF_AN_ARTICLE.search(content):
        return False
    return bool(TAGS_LINE_OF_A_NOTE.search(raw))
