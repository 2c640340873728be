"""URLs as feeds write them."""

from urllib.parse import urljoin


def absolute_url(base: str, url: str) -> str:
    """Resolve a URL against a base URL; empty if it is empty or can't be parsed."""
    try:
        return urljoin(base, url.strip()) if url else ""
    except ValueError:
        return ""
