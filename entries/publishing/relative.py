"""Addresses within a text that a feed carries: whole, since it is read elsewhere."""

import re
from html import escape, unescape
from urllib.parse import urljoin

# As our sanitiser writes attributes: each value in double quotes.
RELATIVE = re.compile(r' (href|src|cite|poster)="(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')


def absolute_addresses(html: str, page: str) -> str:
    """The HTML, with what is relative resolved against the address of its page.

    A place in the text itself, such as a footnote, is one on that page.
    """

    def resolve(match: re.Match[str]) -> str:
        try:
            address = urljoin(page, unescape(match[2]))
        except ValueError:
            return ""
        return f' {match[1]}="{escape(address)}"'

    return RELATIVE.sub(resolve, html)
