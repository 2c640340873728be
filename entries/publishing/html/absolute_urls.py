"""Relative addresses in the text of a post, made absolute for feeds, which are read elsewhere."""

import re
from html import escape, unescape
from urllib.parse import urljoin

# Our sanitiser writes each value of an attribute in double quotes. Text may look like one.
TAG = re.compile(r'<[a-z][a-z0-9]*(?: [^\s=">]+="[^"]*")+>')
RELATIVE = re.compile(r' (href|src|cite|poster)="(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')


def absolute_addresses(html: str, page: str) -> str:
    """Resolve each relative address in the HTML against the address of its page.

    An address of a place in the text itself, such as a footnote, becomes one on that page.
    """

    def resolve(match: re.Match[str]) -> str:
        try:
            address = urljoin(page, unescape(match[2]))
        except ValueError:
            return ""
        return f' {match[1]}="{escape(address)}"'

    return TAG.sub(lambda tag: RELATIVE.sub(resolve, tag[0]), html)
