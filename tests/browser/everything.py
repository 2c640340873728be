"""A feed with all that can stand in an entry, and much that should not."""

from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
LONG = "averyveryverylongwordthatmustbreaksomewhere" * 4
WORDS = "Some words of a long text. " * 8
# As Pygments, Prism and highlight.js mark code.
TOKENS = {
    "{}": "c1 k kc nt ow s2 nc nf nn nb no mi na nv vi gi gd gs err lineno",
    "token {}": "comment keyword tag string regex attr-value function class-name number builtin "
    "attr-name variable inserted bold",
    "hljs-{}": "comment keyword name string regexp number built_in literal attr deletion",
    "hljs-title {}_": "function class",
}
HIGHLIGHTED = "\n".join(
    f'<span class="{classes.format(name)}">{name}</span>'
    for classes, names in TOKENS.items()
    for name in names.split()
)

RICH = """
<p>A paragraph with <code>code</code>, <kbd>Ctrl</kbd>, a <a href="https://example.org/">link</a>,
<del>what is out</del>, <ins>what is in</ins>, <mark>a mark</mark>, <q>a quote</q>, H<sub>2</sub>O,
E = mc<sup>2</sup>, <abbr title="for example">e.g.</abbr>, <small>small print</small> and
<code>{long}</code> {long}.</p>
<h3>A heading</h3>
<p lang="ar" dir="rtl">مرحبا بالعالم</p>
<blockquote><p>A passage.</p><blockquote><p>In which there is another.</p></blockquote></blockquote>
<table><caption>A caption</caption>
<thead><tr><th>A wide table</th><th>that does not fit</th><th>on any telephone</th>
<th>unbreakablesecondlastheading</th><th>unbreakablelastheading</th></tr></thead>
<tbody><tr><td>1</td><td>2</td><td>3</td><td>4</td><td>{long}</td></tr></tbody></table>
<figure><img src="{site}/static/entries/favicon.svg" width="1600" height="900" alt="Three lines">
<figcaption>A figure.</figcaption></figure>
<details><summary>More</summary><p>Unfolded.</p></details>
<ol start="99"><li>One<ul><li>in one<ul><li>in one</li></ul></li></ul></li><li><p>Two</p></li></ol>
<dl><dt>Term</dt><dd>Meaning.</dd></dl><hr>
<p>A footnote<sup id="fnref:1"><a href="#fn:1">1</a></sup> and a<ruby>漢<rt>kan</rt></ruby>.</p>
<pre><span class="pl-c"># a comment</span>
<span class="pl-k">def</span> <span class="pl-en">f</span>(<span class="pl-v">x</span>):
<span class="pl-s"><span class="pl-pds">"</span>text<span class="pl-cce">\\n</span></span>
<span class="pl-c1">1</span>
<span class="pl-smi">y</span> <span class="pl-ent">ent</span> <span class="pl-mb">bold</span>
<span class="pl-mi1">+ added</span>
<span class="pl-md">- deleted, and so long that it scrolls within itself {long}</span>
</pre>
<div class="highlight"><table><tr><td class="linenos"><pre><span class="normal">1</span></pre></td>
<td><pre><code class="language-python">{highlighted}</code></pre></td></tr></table></div>
<p>A formula <math><msup><mi>x</mi><mn>2</mn></msup></math>, and one that is too wide:</p>
<math display="block"><mrow><mi>y</mi><mo>=</mo><mtext>{long}</mtext></mrow></math>
<svg viewBox="0 0 9 9"><title>A drawing</title><path d="M0 0"/></svg>
<div class="footnotes"><ol><li id="fn:1"><p>The note. <a href="#fnref:1">↩</a></p></li></ol></div>
"""

# What breaks pages for those who do not see them, or for the pages' own anchors and styles.
CARELESS = """
<h1>A first heading</h1><h5>A fifth</h5><h3></h3>
<p style="color:#eee;background:#fff"><font color="#fefefe" size="7">Pale</font></p>
<p><img src="{site}/static/entries/favicon.svg"><a href="https://example.org/"></a>
<a href="https://example.org/pictured"><img src="{site}/static/entries/favicon.svg"></a>
<a href="https://example.org/iconic"><i class="fa"></i></a></p>
<p id="main">Takes the skip link's anchor.</p><p id="main">Twice.</p>
<ul><p>no item</p><div>none either</div></ul><dl><p>no term</p></dl><dd>lost</dd><li>stray</li>
<table><tr><td>no<td>heading</table>
<table><tr><th></th><th scope="everything">An empty heading before it</th></tr></table>
<p lang="english">Of no language.</p><p lang="en_GB">Of one, misspelt.</p>
<div role="button" tabindex="5" aria-labelledby="nowhere" accesskey="s">A role</div>
<details><p>Without a summary</p></details><details><summary></summary>Of nothing</details>
<table><tr><th id="h">A</th></tr><tr><td headers="h">1</td><td headers="gone">2</td></tr></table>
<marquee>moves</marquee><blink>blinks</blink>
<button></button><input type="text"><select><option>x</select><label>no field</label>
<audio src="https://example.org/a.mp3" autoplay></audio>
<video src="https://example.org/v.mp4" autoplay loop></video>
<iframe src="https://www.youtube.com/embed/aaaaaaaaaaa" width="1600" height="900"></iframe>
<object data="x"><embed src="y"></object><map name="m"><area href="z"></map>
<svg><a xlink:href="javascript:alert(1)"><text>svg</text></a></svg>
<nav>Navigation</nav><main>Main</main><header>Header</header><footer>Footer</footer>
<article><section><aside>Aside</aside></section></article>
<pre>{long} {long}</pre><pre><code>{long}</code></pre>
<a href="javascript:alert(1)">x</a><script>document.title = "taken"</script>
<style>* {{ display: none }}</style><base href="https://example.org/"><p>Last.</p>
"""


def feed(site: str) -> str:
    """The Atom document. Its pictures are the site's own, so that they can be loaded."""
    filled = {"site": site, "long": LONG, "highlighted": HIGHLIGHTED}
    entries = [
        entry("rich", title="Rich", html=RICH.format(**filled), tags=["plenty", "rich"]),
        entry("careless", title="Careless", html=CARELESS.format(**filled), tags=["plenty"]),
        entry(
            "long",
            title=f"{LONG} and “quotes” <b>that</b> & are &amp; escaped",
            html=f"<p>{LONG}</p><p>{WORDS}</p>" * 12,
            tags=[LONG, "</a><script>alert(1)</script>", "plenty", *"abcdefghijkl"],
            author=LONG,
        ),
        entry("article", title="The article", html=f"<p>{WORDS}</p>" * 12, tags=["plenty"]),
        entry(
            "link",
            title="The link",
            html='<p><strong><a href="https://www.example.org/page">The link</a></strong></p>'
            '<p>Worth reading.</p><p><small>Via <a href="https://example.com/">Somebody</a>'
            "</small></p>",
            tags=["plenty"],
            author="Ada",
            enclosure="https://example.org/a.mp3",
        ),
        entry(
            "far",
            title=f"A link {LONG}",
            html=f'<p><strong><a href="https://{"long." * 40}example/{LONG}">A link {LONG}</a>'
            f'</strong></p><p>Far away.</p><p><small>Via <a href="https://example.com/{LONG}">'
            f"{LONG}</a></small></p>",
            tags=["plenty"],
            enclosure=f"https://example.org/{LONG}.mp3",
        ),
        entry(
            "quotation",
            title="Quoting Grace",
            html='<blockquote cite="https://example.org/said"><p>What was said.</p><p>And then.</p>'
            f'</blockquote><p class="cite">— <a href="https://example.org/said">Grace {LONG}</a>, '
            f"in a talk {LONG}</p>",
            tags=["plenty"],
        ),
        entry("foreign", title="שלום עולם", html="<p>一個沒有空格的段落。</p>" * 9, lang="he"),
        *(
            entry(f"note-{day}", title="", html=f"<p>Note {day}.</p>", tags=["plenty"], day=day)
            for day in range(1, 26)
        ),
    ]
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Everything &lt;i&gt;at once&lt;/i&gt; '
        f"{LONG}</title><id>https://everything.example/</id><subtitle>{WORDS}{LONG}</subtitle>"
        f'<link href="https://everything.example/"/><updated>{NOON.isoformat()}</updated>'
        f"<author><name>Grace</name></author><rights>{LONG}</rights>{''.join(entries)}</feed>"
    )


def entry(slug, *, title, html, tags=(), author="", enclosure="", lang="en", day=0) -> str:
    """An entry at noon, `day` days before the first ones."""
    published = NOON - timedelta(days=day)
    address = f"https://everything.example/{published:%Y/%b}/{published.day}/{slug}/"
    return (
        f'<entry xml:lang="{lang}"><title>{escape(title)}</title><id>{address}</id>'
        f'<link href="{address}"/><published>{published.isoformat()}</published>'
        f"<updated>{published.isoformat()}</updated>"
        + "".join(f"<category term={quoteattr(tag)}/>" for tag in tags)
        + (f"<author><name>{author}</name></author>" if author else "")
        + (f'<link rel="enclosure" href="{enclosure}" length="9"/>' if enclosure else "")
        + f'<content type="html">{escape(html)}</content></entry>'
    )
