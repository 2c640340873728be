"""The site's title, navigation, colours and icon: the SiteSettings row, with defaults."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from entries.lib.colour import COLOUR, COMFORTABLE_CONTRAST, DARK_BACKGROUNDS, readable
from entries.models import Entry, SiteIdentity, SiteSettings
from entries.models.site_settings import navigation_in, profiles_in

from .html import opening

DESCRIPTION = (
    "Links, quotations, notes and articles, gathered from the feeds in which they appeared and "
    "kept here under their days and tags."
)
FAVICON_TYPES = {"svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon"}

FIELDS = (
    "title", "tagline", "description", "author_name", "author_link", "me", "navigation", "footer",
    "accent", "accent_dark", "favicon_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """The site as pages and feeds show it.

    `style` is the text of a <style> element, or empty. `style_source` is its hash for the
    Content-Security-Policy. `accent`, `accent_dark` and `favicon_name` are empty if the editor
    has set none: then the style sheet's colours and the built-in icon are used. `me` are the
    URLs of the author's other profiles. `feed_ids` is the prefix of every feed's id.
    """

    title: str
    tagline: str
    description: str
    author_name: str
    author_link: str
    me: tuple[str, ...]
    navigation: tuple[tuple[str, str], ...]
    footer: SafeString
    accent: str
    accent_dark: str
    style: SafeString
    style_source: str
    favicon_name: str
    favicon_type: str
    has_about: bool
    feed_ids: str

    @property
    def favicon_path(self) -> str:
        """The icon's path for pages. The built-in icon needs collected static files."""
        return self._own_favicon_path or static("entries/favicon.svg")

    @property
    def feed_icon_path(self) -> str:
        """The icon's path for feeds. Needs no static files: `export_feed` may run without them."""
        return self._own_favicon_path or reverse("entries:favicon")

    @property
    def _own_favicon_path(self) -> str:
        return reverse("entries:own_favicon", args=[self.favicon_name]) if self.favicon_name else ""


class Favicon(NamedTuple):
    content: bytes
    type: str


def read_site() -> Site:
    """Read the site's settings. Two queries; without a navigation of its own, one more per kind."""
    rows = SiteSettings.objects.filter(pk=SiteSettings.PK).values_list(*FIELDS, "about")
    row = next(iter(rows), [""] * (len(FIELDS) + 1))
    stated = dict(zip([*FIELDS, "about"], row, strict=True))
    has_about = bool(stated.pop("about"))
    navigation = _own_navigation(stated.pop("navigation")) or _built_in(live_kinds(), has_about)
    ids = SiteIdentity.objects.filter(pk=SiteIdentity.PK).values_list("feed_ids", flat=True)
    # If the row was flushed away, the ids are the feeds' URLs.
    feed_ids = next(iter(ids), settings.SITE_URL)
    return _make(settings.SITE_TITLE, feed_ids, has_about, navigation, **stated)


def live_kinds() -> tuple[str, ...]:
    """The kinds that have live entries. One query for each kind."""
    live = Entry.objects.live()
    return tuple(kind for kind in Entry.Kind.values if live.filter(kind=kind).exists())


def read_about() -> SafeString:
    """The HTML of the page about the site, with headings from <h2> on, or "" if there is none."""
    texts = SiteSettings.objects.filter(pk=SiteSettings.PK).values_list("about", flat=True)
    return mark_safe(opening.whole(texts.first() or "", below=1))  # noqa: S308 - sanitised when saved


def read_favicon(name: str) -> Favicon | None:
    """The icon that the editor uploaded, if this is its name. One query."""
    stored = SiteSettings.objects.filter(pk=SiteSettings.PK, favicon_name=name)
    content = stored.values_list("favicon", flat=True).first()
    return Favicon(bytes(content), _type_of(name)) if content else None


@lru_cache(maxsize=16)
def _make(
    default_title: str,
    feed_ids: str,
    has_about: bool,
    navigation: tuple[tuple[str, str], ...],
    **stated: str,
) -> Site:
    accent, accent_dark = (_colour(stated.pop(name)) for name in ("accent", "accent_dark"))
    accent_dark = accent and (
        accent_dark or readable(accent, DARK_BACKGROUNDS, COMFORTABLE_CONTRAST)
    )
    style = _style(accent, accent_dark)
    return Site(
        title=stated.pop("title") or default_title,
        description=stated.pop("description") or DESCRIPTION,
        me=tuple(_lines(profiles_in, stated.pop("me"))),
        navigation=navigation,
        footer=mark_safe(stated.pop("footer")),  # noqa: S308 - sanitised when saved
        accent=accent,
        accent_dark=accent_dark,
        style=style,
        style_source=_source(style) if style else "",
        favicon_type=_type_of(stated["favicon_name"] or "favicon.svg"),
        has_about=has_about,
        feed_ids=feed_ids,
        **stated,
    )


def _type_of(name: str) -> str:
    return FAVICON_TYPES[name.rpartition(".")[2]]


def _colour(text: str) -> str:
    return text if COLOUR.fullmatch(text) else ""


def _lines(parse: Callable[[str], list[Any]], text: str) -> list[Any]:
    """Parse each line and skip those that fail: a stricter rule must not break every page."""
    lines = []
    for line in text.splitlines():
        try:
            lines += parse(line)
        except ValueError:
            continue
    return lines


@lru_cache(maxsize=16)
def _own_navigation(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_lines(navigation_in, text))


@lru_cache(maxsize=16)
def _built_in(kinds: tuple[str, ...], has_about: bool) -> tuple[tuple[str, str], ...]:
    links = [
        (f"{kind}s".capitalize(), reverse("entries:kind", args=[f"{kind}s"])) for kind in kinds
    ]
    others = ["tags", "archive", *(["about"] if has_about else []), "search"]
    return (*links, *((name.capitalize(), reverse(f"entries:{name}")) for name in others))


def _style(accent: str, accent_dark: str) -> SafeString:
    """The CSS that sets the accent colour and the colour of the lines under links."""
    if not accent:
        return SafeString("")
    colours = f"light-dark({accent},{accent_dark})"
    line = "color-mix(in oklab,var(--accent) 40%,var(--paper))"
    return SafeString(f":root{{--accent:{colours};--line:{line}}}")


def _source(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
