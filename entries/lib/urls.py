"""Addresses as feeds write them."""

from urllib.parse import urljoin


def absolute_address(base: str, address: str) -> str:
    """A relative address made absolute; empty when it is no address at all."""
    try:
        return urljoin(base, address.strip()) if address else ""
    except ValueError:
        return ""
