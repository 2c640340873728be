import django.core.validators
import entries.models.site
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entries", "0002_entry_source"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True, help_text="Empty: what SITE_TITLE says.", max_length=200
                    ),
                ),
                (
                    "tagline",
                    models.CharField(
                        blank=True,
                        help_text="A few words beside the title, in plain text.",
                        max_length=300,
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        help_text="What the site is, in a sentence or two of plain text: for those who come to the front page for the first time, for search engines and for readers of the feed.",
                    ),
                ),
                (
                    "author_name",
                    models.CharField(blank=True, max_length=200, verbose_name="author"),
                ),
                (
                    "author_link",
                    models.CharField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                        verbose_name="author’s page",
                    ),
                ),
                (
                    "me",
                    models.TextField(
                        blank=True,
                        help_text="Other addresses of the author, one a line, such as https://social.example/@ada or mailto:ada@example.org. They are linked with rel=me, by which profiles elsewhere can prove that this site is theirs.",
                        validators=[entries.models.site.validate_profiles],
                        verbose_name="also at",
                    ),
                ),
                (
                    "navigation",
                    models.TextField(
                        blank=True,
                        help_text="One link a line: its label, an arrow and where it leads, such as “Talks → /tags/talks/” or “Code → https://code.example/ada”. Empty: the kinds of entry that there are, tags, archive, the page about the site, and search.",
                        validators=[entries.models.site.validate_navigation],
                    ),
                ),
                (
                    "footer",
                    models.TextField(
                        blank=True,
                        help_text="HTML, or plain text, at the foot of each page. Empty: where to subscribe.",
                    ),
                ),
                (
                    "accent",
                    models.CharField(
                        blank=True,
                        help_text="Of links, such as #96351a.",
                        max_length=7,
                        validators=[entries.models.site.validate_accent],
                        verbose_name="accent colour",
                    ),
                ),
                (
                    "accent_dark",
                    models.CharField(
                        blank=True,
                        help_text="For readers who prefer dark pages. Empty: a lighter one of the same hue.",
                        max_length=7,
                        validators=[entries.models.site.validate_dark_accent],
                        verbose_name="accent colour on dark",
                    ),
                ),
                ("favicon", models.BinaryField(blank=True, default=bytes)),
                (
                    "favicon_name",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Its file name here, of which a hash is part: favicon-0123456789abcdef.svg.",
                        max_length=60,
                    ),
                ),
                (
                    "about",
                    models.TextField(
                        blank=True,
                        help_text="HTML, or plain text with an empty line between paragraphs: the page /about/. Empty: there is none.",
                    ),
                ),
            ],
            options={
                "verbose_name": "site",
                "verbose_name_plural": "site settings",
            },
        ),
    ]
