"""The feeds in tests/feeds/. The first comment in each tells its purpose."""

from pathlib import Path

FEEDS = Path(__file__).parent.parent / "feeds"
NAMES = sorted(path.name for path in FEEDS.iterdir())


def feed_file(name: str) -> bytes:
    return (FEEDS / name).read_bytes()
