"""What a browser makes of cleaned text: no more than was let through, however often it is read."""

from pathlib import Path

import pytest
from django.conf import settings

from entries.importing.cleaning import mathml
from entries.importing.cleaning.allowlist import ATTRIBUTES, TAGS
from entries.importing.cleaning.sanitizer import sanitize_html
from tests.importing.cleaning.payloads import every_payload
from tests.importing.cleaning.test_mathml import escapes

from .everything import HIGHLIGHTED

pytestmark = pytest.mark.browser

PAGE = "https://blog.example/2024/post"
FOUND = """({texts, tags, formulas, tokens, attributes}) => {
    const math = "http://www.w3.org/1998/Math/MathML";
    const parse = html => new DOMParser().parseFromString(`<body>${html}`, "text/html").body;
    const isFine = element => {
        const name = element.localName;
        const inFormula = element.namespaceURI === math;
        const names = [...attributes["*"], ...(attributes[name] || [])];
        return (inFormula ? formulas : tags).includes(name)
            && (inFormula || element.namespaceURI === "http://www.w3.org/1999/xhtml")
            && [...element.attributes].every(each => names.includes(each.name))
            && !/^\\s*(javascript|vbscript):/i.test(element.href || "")
            && (!inFormula || [...element.childNodes].every(node =>
                node instanceof Element ? node.namespaceURI === math && !tokens.includes(name)
                : tokens.includes(name) || !node.data.trim()));
    };
    return texts.filter(text => {
        const body = parse(text);
        return ![...body.querySelectorAll("*")].every(isFine)
            || parse(body.innerHTML).innerHTML !== body.innerHTML;
    });
}"""


def found(page, texts):
    """Those of the texts in which Chromium finds what is not allowed, or another text anew."""
    page.goto("about:blank")
    stated = {
        "texts": texts,
        "tags": sorted(TAGS - mathml.ELEMENTS),
        "formulas": sorted(mathml.ELEMENTS),
        "tokens": sorted(mathml.TOKENS),
        "attributes": {tag: sorted(names) for tag, names in ATTRIBUTES.items()},
    }
    return page.evaluate(FOUND, stated)


def test_no_browser_finds_in_a_cleaned_text_what_was_not_let_through(page):
    hostile = [*escapes(), *every_payload()[::7]]

    cleaned = [sanitize_html(source, PAGE, page=PAGE).html for source in hostile]

    assert sum("<math" in text for text in cleaned) > 100
    assert found(page, cleaned) == []


def test_the_check_finds_what_is_alive(page):
    alive = [
        *("<img onerror=x>", "<script></script>", "<a href='java\tscript:x'>", "<svg></svg>"),
        *("<math><mi><b>x</b></mi></math>", "<math><maction></math>", "<math href=x></math>"),
        "<p><math><mi>x<p>y</math></p>",
    ]

    assert found(page, alive) == alive


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_sheet_tells_the_parts_of_code_apart(page, scheme):
    style = Path(settings.BASE_DIR, "entries/static/entries/site.css").read_text()
    page.emulate_media(color_scheme=scheme)
    page.set_content(f"<style>{style}</style><pre><code>{HIGHLIGHTED}</code></pre>")

    plain = page.evaluate("""() => {
        const look = each => {
            const style = getComputedStyle(each);
            return [style.color, style.backgroundColor, style.fontWeight, style.userSelect];
        };
        const code = look(document.querySelector("code")).join();
        return [...document.querySelectorAll("span")]
            .filter(each => look(each).join() === code).map(each => each.className);
    }""")

    # Only what a highlighter took for an error, which readers need not see.
    assert plain == ["err"]
