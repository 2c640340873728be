"""The sanitizer's output, parsed as a browser would, contains nothing that could run."""

import re

import html5lib
import pytest

from entries.importing.cleaning import mathml
from entries.importing.cleaning.allowlist import ATTRIBUTES, SCHEMES, TAGS
from entries.importing.cleaning.embeds import PLAYER
from entries.importing.cleaning.sanitizer import FRAME_ATTRIBUTES, sanitize_html

from .payloads import every_payload

PAYLOADS = every_payload()
PARTS = 8
PAGE = "https://blog.example/2024/post"
BASES = ["", PAGE, "javascript:alert(1)", "data:text/html,x"]
MATHML = "{http://www.w3.org/1998/Math/MathML}"
ADDRESSES = {"cite", "href", "poster", "src"}
IMAGE_DATA = re.compile(r"data:image/(avif|gif|jpeg|png|webp)[;,]", re.I)
# The characters that browsers strip from a URL before they read its scheme (URL standard, 4.4).
AROUND = "".join(map(chr, range(33)))


def as_browsers_read(address):
    return re.sub(r"[\t\n\r]", "", address.strip(AROUND))


def is_harmless(address, element):
    address = as_browsers_read(address)
    if address.startswith("#"):
        return element == "a"
    scheme = re.match(r"[a-z][a-z0-9+.-]*(?=:)", address, re.I)
    if scheme is None:
        return False  # a relative URL would lead to our own pages
    return scheme.group().lower() in SCHEMES or (
        element in ("img", "source") and bool(IMAGE_DATA.match(address))
    )


def living(html):
    """The parts of the parsed HTML that are not on the allow-list."""
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag.startswith("{"):
            element.tag = element.tag.removeprefix(MATHML)
            if element.tag not in mathml.ELEMENTS:
                yield element.tag
            if any(not inner.tag.startswith(MATHML) for inner in element):
                yield f"HTML in <{element.tag}>"
            if len(element) and element.tag in mathml.TOKENS:
                yield f"an element in <{element.tag}>"
        elif element.tag not in TAGS - mathml.ELEMENTS:
            yield element.tag
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES["*"] | ATTRIBUTES.get(element.tag, set()):
                yield name
            if name in ADDRESSES and not is_harmless(value, element.tag):
                yield f"{name}={value}"
            if name == "srcset":
                for candidate in value.split(", "):
                    if not is_harmless(candidate.split(" ")[0], "img"):
                        yield f"srcset={value}"
            if name == "id" and not re.match(r"n[0-9a-f]{8}-", value):
                yield f"id={value}"
            if (
                element.tag == "iframe"
                and name in FRAME_ATTRIBUTES
                and value != FRAME_ATTRIBUTES[name]
            ):
                yield f"{name}={value}"
        if element.tag == "iframe":
            if not PLAYER.fullmatch(element.get("src", "")) or "sandbox" not in element.attrib:
                yield "iframe"
            if len(element) or element.text:
                yield "text in a frame"


@pytest.mark.parametrize("part", range(PARTS))
def test_no_payload_survives(part):
    for number, payload in enumerate(PAYLOADS[part::PARTS]):
        cleaned = sanitize_html(payload, BASES[number % 4], page=PAGE)

        assert list(living(cleaned.html)) == [], payload


def test_the_check_finds_a_surviving_payload():
    alive = [
        *("<script></script>", "<p onclick=x>", "<a href=' jav\tascript:x'>", "<img src=data:x>"),
        *("<img srcset='https://a.example/ 1x, javascript:x 2x'>", "<p id=body>", "<a href=x>"),
        *("<iframe src=https://www.youtube.com/embed/x></iframe>", "<video poster=vbscript:x>"),
        *("<math><maction>", "<math href=x>", "<math><mi><b>x</b></mi></math>", "<mi>", "<svg>"),
        *("<math><mtext><mglyph>", "<math><mi><mn>x", "<math><annotation-xml>"),
    ]

    assert [html for html in alive if not list(living(html))] == []


def test_no_scheme_of_a_script_is_left_in_any_spelling():
    for number in ("123", "alert(1)"):
        for scheme in ("javascript:", "ｊavascript:", "java\tscript:", "\u2003JAVASCRIPT:"):
            cleaned = sanitize_html(f'<a href="{scheme}{number}">x</a>', PAGE)

            assert cleaned.html == "<p><a>x</a></p>"
