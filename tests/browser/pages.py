"""The pages of the site under test."""

from .everything import LONG
from .sample import ENTRIES

MISSING = "/2024/Mar/articel/"
# One of each type.
TYPES = [
    *("/", "/quotations/", "/tags/", "/tags/plenty/", "/archive/", "/2024/", "/2024/Mar/"),
    *("/2024/Mar/9/", "/2024/Mar/9/rich/", "/sources/", "/sources/1/"),
    *("/about/", "/search/", "/search/?q=words", MISSING),
]
FOREIGN = [
    f"/2024/Mar/9/{slug}/"
    for slug in ("careless", "long", "article", "link", "far", "quotation", "foreign")
]
PAGES = [
    *TYPES,
    *("/articles/", "/links/", "/notes/", "/tags/plenty+rich/"),
    *("/tags/?by=name", "/tags/?by=new", "/tags/?q=pl", "/tags/?q=nothing-like-it"),
    *("/sources/2/", "/search/?q=words&sort=date", "/search/?q=kind%3Alink", "/search/?q=wrods"),
    *(
        "/search/?q=%22%29%3Cb%3E%00%20OR%20*%20tag%3A",
        f"/search/?q={LONG}",
        "/?before=1708862400000000.1",
    ),
    *ENTRIES.values(),
    *FOREIGN,
]
