"""The feeds that the site imports from."""

import re
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .source_rules import validate_category_rules, validate_filters


def validate_time_zone(name):
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is no time zone; write one such as Europe/Vienna.")


MAX_URL_LENGTH = 2000  # characters


# Names in a query that part a feed into pages: WordPress's own, and such as other software has
# for pages, but also for other things.
PAGED = re.compile(r"paged=\d+", re.I)
PERHAPS_PAGED = re.compile(r"(?:paged?|start-index|max-results|offset)=\d+", re.I)


def without_page(url, parameter=PAGED):
    """The address of the feed of which this is one page."""
    address, question_mark, query = url.partition("?")
    if not question_mark:
        return url
    kept = [pair for pair in query.split("&") if not parameter.fullmatch(pair)]
    return address + ("?" + "&".join(kept) if kept else "")


class SourceQuerySet(models.QuerySet):
    def feed_of(self, url):
        """The address of the feed of which this is a page, such as ?paged=2; else the address.

        Other names than WordPress's `paged` count only where that leads to a known source.
        """
        if without_page(url, PERHAPS_PAGED) == url or self.known_as(url):
            return url
        for parameter in (PAGED, PERHAPS_PAGED):
            feed = without_page(url, parameter)
            if feed != url and (parameter is PAGED or self.known_as(feed)):
                return feed
        return url

    def known_as(self, url):
        """The source with this address, by http or https alike, or None."""
        scheme, _, rest = url.partition("://")
        if scheme not in ("http", "https"):
            return self.filter(url=url).first()
        return self.filter(url__in=[f"http://{rest}", f"https://{rest}"]).order_by("pk").first()

    def due(self):
        """Sources whose next check is due, the longest waiting first."""
        waiting = self.fetchable().exclude(status__in=[Source.Status.GONE, Source.Status.FILE])
        return waiting.filter(
            Q(next_check_at=None) | Q(next_check_at__lte=timezone.now())
        ).order_by(models.F("next_check_at").asc(nulls_first=True), "pk")

    def fetchable(self):
        """Sources with an http(s) URL, whether or not it is fetched."""
        return self.filter(Q(url__startswith="http://") | Q(url__startswith="https://"))


class Source(models.Model):
    """A feed that we import from. Known by its address: feeds of one site may share a feed id."""

    class Status(models.TextChoices):
        NEW = "new", "not yet read"
        OK = "ok", "read"
        FAILED = "failed", "failed last time"
        GONE = "gone", "gone for good"
        # Its address is what the file says of itself, and need not answer.
        FILE = "file", "came as a file"

    class NewEntries(models.TextChoices):
        LIVE = "live", "go live at once"
        DRAFT = "draft", "wait as drafts"

    class Canonical(models.TextChoices):
        SOURCE = "source", "the original page"
        SELF = "self", "the page on this site"
        NOINDEX = "noindex", "the original page, and none on this site is to be found"

    url = models.CharField("address", max_length=MAX_URL_LENGTH, unique=True)

    title = models.TextField(blank=True)
    subtitle = models.TextField(blank=True)
    site_url = models.TextField(blank=True)
    feed_id = models.TextField(blank=True)
    language = models.CharField(max_length=64, blank=True)
    author_name = models.TextField(blank=True)
    author_uri = models.TextField(blank=True)
    author_email = models.TextField(blank=True)
    rights = models.TextField(blank=True)
    icon = models.TextField(blank=True)
    feed_updated = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the feed had last changed, as it said when it last brought news; where it "
        "does not say, the newest change of its entries.",
    )

    etag = models.TextField(blank=True, help_text="As the server sent it.")
    last_modified = models.TextField(blank=True, help_text="As the server sent it.")
    rhythm = models.JSONField(
        default=dict, blank=True, help_text="What the feed says of how often to ask for it."
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField("next check at", null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Failed fetches in a row.")
    last_error = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    moved_to = models.TextField(blank=True, help_text="Where its address redirects for good.")
    moved_since = models.DateTimeField(null=True, blank=True)
    next_page = models.TextField(blank=True, help_text="Where reading all its pages goes on.")
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=200, blank=True, help_text="Which run imports it.")

    new_entries = models.CharField(
        max_length=10,
        choices=NewEntries,
        default=NewEntries.LIVE,
        help_text="What becomes of entries seen for the first time.",
    )
    canonical = models.CharField(
        "canonical page",
        max_length=10,
        choices=Canonical,
        default=Canonical.SOURCE,
        help_text="Which page search engines are told is the original. "
        "Choose this site when its author has moved in here.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text="Of times that the feed gives without one, such as Europe/Vienna; empty for UTC.",
    )
    default_author = models.TextField(
        blank=True, help_text="Of entries for which neither they nor the feed name an author."
    )
    default_language = models.CharField(
        max_length=64, blank=True, help_text="Of entries that state none, such as en or pt-BR."
    )
    category_rules = models.TextField(
        blank=True,
        validators=[validate_category_rules],
        help_text="One a line: what the feed calls it, an arrow, the name that it gets here or "
        "“ignore”, such as “Py* → Python” or “Uncategorized → ignore”. * stands for anything; "
        "the first that fits counts. For entries to come; “reclean” applies it to all.",
    )
    added_tags = models.TextField(
        blank=True, help_text="Tags that every entry gets besides its own, one a line."
    )
    filters = models.TextField(
        blank=True,
        validators=[validate_filters],
        help_text="Of entries that are new here, one a line: “block” or “allow”, then “title”, "
        "“tag”, “author” or “kind”, a colon and what it is, such as “block title: sponsored” or "
        "“allow tag: py*”. Where there is an allow for something, one of them must fit.",
    )
    window = models.JSONField(
        default=dict,
        blank=True,
        help_text="How many entries its document usually has, and whether some are looked for.",
    )
    added_at = models.DateTimeField(auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["title", "url"]

    def __str__(self):
        return self.title or self.url

    @property
    def zone(self):
        return ZoneInfo(self.time_zone or "UTC")

    def ask_from_now_on(self):
        """Let the next sync ask its address, though it came as a file. Returns whether it did."""
        if self.status != self.Status.FILE:
            return False
        self.status = self.Status.NEW
        self.save(update_fields=["status"])
        return True
