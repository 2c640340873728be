"""The feeds in tests/feeds/, each of which says in its first comment what it shows."""

from pathlib import Path

FEEDS = Path(__file__).parent.parent / "feeds"
NAMES = sorted(path.name for path in FEEDS.iterdir())


def feed_file(name: str) -> bytes:
    return (FEEDS / name).read_bytes()
