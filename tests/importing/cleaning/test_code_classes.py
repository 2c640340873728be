"""Classes of syntax highlighters stay in code, and are removed elsewhere."""

import pytest

from entries.importing.cleaning.sanitizer import sanitize_html

SAMPLES = {
    "Pygments": '<div class="highlight"><pre><span class="kn">import</span> '
    '<span class="nn">x</span><span class="c1"># a</span></pre></div>',
    "Rouge": '<div class="language-ruby"><div class="highlight"><pre class="highlight"><code>'
    '<span class="k">def</span> <span class="nf">f</span></code></pre></div></div>',
    "Prism": '<pre class="language-js"><code class="language-js"><span class="token keyword">if'
    '</span> <span class="token class-name">C</span></code></pre>',
    "highlight.js": '<pre><code class="hljs language-js"><span class="hljs-keyword">class</span> '
    '<span class="hljs-title class_">C</span></code></pre>',
    "GitHub": '<div class="highlight highlight-source-python"><pre><span class="pl-k">if</span>'
    "</pre></div>",
    "line numbers": '<table><tbody><tr><td class="linenos"><pre><span class="normal">1</span></pre>'
    "</td></tr></tbody></table>",
    "code in a line": '<p><code class="language-py"><span class="mi">1</span></code></p>',
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_classes_of_highlighters_stay_in_code(name):
    cleaned = sanitize_html(SAMPLES[name])

    assert cleaned.html == SAMPLES[name]
    assert cleaned.removed == []


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('<p><span class="k">a</span></p>', "<p>a</p>"),
        ('<p class="token keyword">a</p>', "<p>a</p>"),
        ('<pre><span class="k title evil">a</span></pre>', '<pre><span class="k">a</span></pre>'),
        ('<pre><span class="keyword">a</span></pre>', "<pre>a</pre>"),
        ('<pre><span class="token year">a</span></pre>', '<pre><span class="token">a</span></pre>'),
        ('<p>a <code>b</code> <em class="nf">c</em></p>', "<p>a <code>b</code> <em>c</em></p>"),
        ('<p title="<pre>"><span class="nf">c</span></p>', '<p title="&lt;pre&gt;">c</p>'),
    ],
)
def test_other_classes_and_token_classes_outside_of_code_are_removed(source, left):
    assert sanitize_html(source).html == left


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<p><span>a</span> <span style=x>b <span>c</span></span></p>", "<p>a b c</p>"),
        ("<p><span lang=de>a <span>b</span></span></p>", '<p><span lang="de">a b</span></p>'),
        ("<p><span><span title=x>a</span></span></p>", '<p><span title="x">a</span></p>'),
        ("<pre><span class=evil>a</span></pre>", "<pre>a</pre>"),
        ("<p><span id=nowhere>a</span></p>", "<p>a</p>"),
    ],
)
def test_a_span_without_attributes_is_unwrapped(source, left):
    cleaned = sanitize_html(source)

    assert cleaned.html == left
    assert sanitize_html(cleaned.html).html == left
