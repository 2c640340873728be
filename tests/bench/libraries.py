"""What the bare libraries need for a feed: the measure for our import.

Each at its best: nothing is looked up, decided or stored, and the cleaners are made once.
"""

import sys
from io import BytesIO
from pathlib import Path

import bleach
import feedparser
import nh3

from entries.importing.cleaning.allowlist import ATTRIBUTES, SCHEMES, TAGS

from .child import stopwatch, tell


def main(path: str) -> None:
    data = Path(path).read_bytes()
    with stopwatch() as parsing:
        parsed = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    texts = [item.summary for item in parsed.entries]
    first = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    second = bleach.Cleaner(
        tags=TAGS, attributes={k: list(v) for k, v in ATTRIBUTES.items()}, protocols=SCHEMES
    )
    with stopwatch() as cleaning_first:
        texts = [first.clean(text) for text in texts]
    with stopwatch() as cleaning_second:
        for text in texts:
            second.clean(text)
    tell(entries=len(texts), parse=parsing(), nh3=cleaning_first(), bleach=cleaning_second())


main(*sys.argv[1:])
