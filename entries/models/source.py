from urllib.parse import urlsplit

from django.db import models


class SourceQuerySet(models.QuerySet):
    def known_as(self, url):
        """The source with this address, by http or https alike, or None."""
        scheme, _, rest = url.partition("://")
        if scheme not in ("http", "https"):
            return self.filter(url=url).first()
        return self.filter(url__in=[f"http://{rest}", f"https://{rest}"]).order_by("pk").first()


class Source(models.Model):
    """A feed that we import from. Known by its address: feeds of one site may share a feed id."""

    class Status(models.TextChoices):
        NEW = "new", "not yet read"
        OK = "ok", "read"
        FAILED = "failed", "failed last time"

    class NewEntries(models.TextChoices):
        LIVE = "live", "go live at once"
        DRAFT = "draft", "wait as drafts"

    class Canonical(models.TextChoices):
        SOURCE = "source", "the original page"
        SELF = "self", "the page on this site"

    url = models.CharField("address", max_length=2000, unique=True)

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

    etag = models.TextField(blank=True, help_text="As the server sent it.")
    last_modified = models.TextField(blank=True, help_text="As the server sent it.")
    checked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Failed fetches in a row.")
    last_error = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)

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
    added_at = models.DateTimeField(auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["title", "url"]

    def __str__(self):
        return self.title or self.url

    @property
    def host(self):
        return urlsplit(self.site_url or self.url).hostname or ""
