"""Tags in HTML as nh3 and bleach write it: the one grammar for expressions over cleaned HTML."""

import re

# Elements without an end tag, as far as cleaned HTML has them.
VOID = frozenset(["br", "col", "hr", "img", "source", "wbr"])
# In an attribute's value, which is always quoted, `>` may stand as it is.
REST_OF_TAG = r"""(?:[^>"]|"[^"]*")*>"""
TAG = re.compile(rf"<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*){REST_OF_TAG}")
# Also a tag with a hyphen, or with capitals as some of SVG's have them.
ANY_TAG = re.compile(rf"<(?P<closing>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*){REST_OF_TAG}")
# The attributes of an opening tag.
ATTRIBUTES = r'(?: [^\s=">]+="[^"]*")*'
ATTRIBUTE = re.compile(r' ([^\s=">]+)="([^"]*)"')


def read_attributes(tag: str) -> dict[str, str]:
    """The attributes of an opening tag, their values still escaped."""
    return dict(ATTRIBUTE.findall(tag))


def write_tag(name: str, attributes: dict[str, str]) -> str:
    """The opening tag that `read_attributes` reads."""
    return "<" + name + "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"
