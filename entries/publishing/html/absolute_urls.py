"""Relative URLs in an entry's HTML, made absolute for feeds."""

import re
from html import escape, unescape
from urllib.parse import urljoin

# Our sanitiser writes every attribute in double quotes. Only tags are searched, because text may
# look like an attribute.
TAG = re.compile(r'<[a-z][a-z0-9]*(?: [^\s=">]+="[^"]*")+>')
RELATIVE = re.compile(r' (href|src|cite|poster)="(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')


def absolute_urls(html: str, page: str) -> str:
    """Resolve each relative URL in the HTML against the URL of its page.

    A link to a place in the text, such as #footnote, becomes a link to that place on the page.
    """

    def resolve(match: re.Match[str]) -> str:
        try:
            url = urljoin(page, unescape(match[2]))
        except ValueError:
            return ""
        return f' {match[1]}="{escape(url)}"'

    return TAG.sub(lambda tag: RELATIVE.sub(resolve, tag[0]), html)
