"""Clean every bomb in little processor time and memory, each held to limits of its own.

Run as `python -m tests.importing.cleaning.bombs`: prints each bomb's name when it is done. A bomb
that takes more than LIMIT_SECONDS or LIMIT_BYTES ends the process. A bomb takes a second, more on
a slow or shared machine; work that grows with the square of SIZE takes minutes.
"""

import os
import resource
import time
from pathlib import Path

SIZE = 128 * 1024
LIMIT_SECONDS = 10
LIMIT_BYTES = 200 * 1024 * 1024


def filled(unit: str, before: str = "") -> str:
    return before + unit * ((SIZE - len(before)) // len(unit))


def counted(unit: str, times: int) -> str:
    return "".join(unit.format(number) for number in range(times))[:SIZE]


BOMBS = {
    "20,000 flat paragraphs": "<p>Some text here.</p>" * 20_000,
    "unclosed paragraphs": filled("<p>x"),
    "unclosed list items": filled("<li>x"),
    "nested div": filled("<div>"),
    "nested and closed div": "<div>" * 40_000 + "x" + "</div>" * 40_000,
    "nested blockquote": filled("<blockquote>x"),
    "nested lists": filled("<ul><li>"),
    "nested definition lists": filled("<dl><dd>"),
    "nested tables": filled("<table><tr><td>"),
    "text where a table has no place for it": filled("<table>x<b>"),
    "nested svg": filled("<svg>"),
    "nested mathml": filled("<math><mtext>"),
    "html in svg in html": filled("<svg><foreignObject><div>"),
    "ends that svg hides": filled("<div><svg><desc></div></desc></svg>"),
    "ends that a select ignores": filled("<div><select></div></select>"),
    "ends that a list hides": filled("<li><ul></li>"),
    "ends in a comment": filled("<div><!--</div>-->"),
    "ends in an attribute": filled('<div title="</div>">'),
    "ends in an attribute that has no name": filled('<div ="></div>">'),
    "ends in cdata": filled("<div><svg><![CDATA[</div>]]></svg>"),
    "ends in a script in a script": filled("<div><script><!--<script></script></div></script>-->"),
    "formatting opened again in each paragraph": filled("<b title=a><p>x"),
    "varied formatting opened again": counted("<b title={}><p>x", 30_000),
    "varied formatting over closed paragraphs": counted("<i title={}><p>x</p>", 30_000),
    "formatting, then paragraphs": counted("<b title={}>", 2_000) + "<p>x</p>" * 20_000,
    "formatting that ends in the wrong order": filled("<b><div></b>"),
    "formatting whose end an object hides": counted(
        "<p><i title={}><object></i></object></p>", 10_000
    ),
    "formatting adopted": ("<b>" + "<div>" * 1_000) * 50 + "</b>" * 40_000,
    "links in links": filled("<a href=/x>"),
    "links around blocks": filled("<a href=/x><div>y"),
    "buttons": filled("<button>"),
    "objects": filled("<object><b>"),
    "ruby": filled("<ruby><rt>"),
    "headings": filled("<h1>x"),
    "templates": filled("<template>"),
    "many attributes": "<p " + counted("a{}=1 ", 60_000) + ">x",
    "many short attributes": "<p " + counted("{:x} ", 100_000) + ">x",
    "attributes parted by slashes": "<p " + counted("{:x}/", 100_000) + ">x",
    "a long attribute": '<p title="' + "x" * (SIZE - 20) + '">x',
    "a long class": '<p class="' + filled("pl-k ")[:-20] + '">x',
    "a long address": '<a href="' + "/" * (SIZE - 20) + '">x',
    "an address that climbs": '<a href="' + filled("../")[:-20] + '">x',
    "a srcset of many": '<img srcset="' + filled("a 1x,")[:-20] + '">',
    "a srcset of commas": '<img srcset="' + "," * (SIZE - 20) + '">',
    "references": filled("&amp;"),
    "references to no character": filled("&#"),
    "ampersands": "&" * SIZE,
    "angle brackets": "<" * SIZE,
    "angle brackets with spaces": filled("< "),
    "quotes and angle brackets": filled('"<'),
    "unclosed quotes": filled('<p title="'),
    "unclosed tags": filled("<p "),
    "unclosed comments": filled("<!--"),
    "comments that nearly close": filled("<!-- --!"),
    "cdata": filled("<![CDATA["),
    "scripts": filled("<script>"),
    "styles": filled("<style></style>"),
    "white space": " " * (SIZE - 1) + "x",
    "no-break spaces": "x" + "\u00a0" * (SIZE // 2),
    "paragraphs of white space": ("<p>" + " " * 1_000) * 500,
    "attribute names and spaces": ('"style' + " " * 5_000) * 100,
    "images": filled("<img src=/a>"),
    "images that wait for a script": filled("<noscript><img src=/a></noscript>"),
    "frames": filled("<iframe src=https://x.example/>x</iframe>"),
    "players": filled('<iframe src="https://www.youtube.com/embed/x"></iframe>'),
    "links within": "<p id=x>" + filled('<a href="#x">y</a>'),
    "ids": counted("<p id=x{}>", 30_000),
    "a link that may be a heading": "<p><strong>" + filled('<a href="x" '),
    "formulas": filled("<math><mi>x</mi></math>"),
    "formulas with much to rewrite": filled("<math><mfenced><maction><mi>x</mi><mi>y</mi></math>"),
    "formulas that end at blocks": filled("<math><mi>x<p>"),
    "annotations": filled("<math><mi>x</mi><annotation encoding=tex>y</annotation></math>"),
    "a fence of many separators": '<math><mfenced separators="' + "," * (SIZE // 2) + '">'
    "<mi/><mi/></mfenced></math>" + filled("<math><mfenced><mi/>")[: SIZE // 3],
    "drawings": filled("<svg><title>x</title></svg>"),
    "drawings that say the same": filled("<svg><title>x</title></svg>x"),
    "titles": filled("<title>x</title>", "<svg></svg>"),
    "elements of drawings outside of any": filled("<text>x</text>"),
    "elements of formulas outside of any": filled("<int>x"),
    "formulas in scripts": filled("<script type=math/tex>x</script>"),
    "formulas in scripts that do not end": filled("<script type=math/tex>"),
    "a script of many types": "<script " + filled("type=math/tex ")[:-20] + "<script>",
    "an annotation of many encodings": "<math><annotation "
    + filled("encoding=a ")[:-100]
    + "></annotation></math>",
    "menus that are lists": filled("<li><menu></li>"),
    "spans that say nothing": filled("<span>x</span>"),
    "nested spans that say nothing": filled("<span>"),
    "spans of tokens": filled("<span class=nf>x</span>"),
    "a class of many tokens": '<pre class="' + filled("token nf ")[:-20] + '">x',
    "references to controls": filled("&#1;"),
    "long references to NUL": filled("&#" + "0" * 5_000 + ";"),
    "mojibake": "Ã©" * (SIZE // 4),
    "controls": "\x93" * (SIZE // 2),
}


def clean_within_limits() -> None:
    from entries.importing.cleaning.sanitizer import sanitize_html
    from entries.importing.normalizing.kinds import find_shape
    from entries.lib.plaintext import visible_text

    sanitize_html("<p>x</p>")
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + LIMIT_BYTES, resource.RLIM_INFINITY))
    for name, bomb in BOMBS.items():
        soon = int(time.process_time()) + LIMIT_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))
        bomb = bomb[:SIZE]
        cleaned = sanitize_html(bomb, "https://blog.example/", page="https://blog.example/1")
        visible_text(bomb)
        find_shape(cleaned.html, "Title", ["tag"])
        print(name, flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    clean_within_limits()
