"""Regular expressions for tags in HTML as nh3 and bleach write it."""

import re

# The elements without an end tag that cleaned HTML may contain.
VOID = frozenset(["br", "col", "hr", "img", "source", "wbr"])
# Attribute values are always quoted, and may contain `>`.
REST_OF_TAG = r"""(?:[^>"]|"[^"]*")*>"""
TAG = re.compile(rf"<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*){REST_OF_TAG}")
# Also tags with a hyphen in the name, or with capitals as in SVG.
ANY_TAG = re.compile(rf"<(?P<closing>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*){REST_OF_TAG}")
# All attributes of a start tag.
ATTRIBUTES = r'(?: [^\s=">]+="[^"]*")*'
ATTRIBUTE = re.compile(r' ([^\s=">]+)="([^"]*)"')


def read_attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag by name; the values stay escaped."""
    return dict(ATTRIBUTE.findall(tag))


def write_tag(name: str, attributes: dict[str, str]) -> str:
    """A start tag with these attributes, whose values must be escaped already."""
    return "<" + name + "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"
