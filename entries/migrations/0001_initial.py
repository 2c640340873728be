import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import entries.models.entry
import entries.models.path_key
import entries.models.source_rules
import entries.models.site_settings
import entries.models.source
import taggit.managers
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "atom_id",
                    models.CharField(
                        default=entries.models.entry.mint_atom_id,
                        editable=False,
                        help_text="For ever (RFC 4287, 4.2.6), letter for letter as it came.",
                        max_length=2000,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Article"),
                            ("link", "Link"),
                            ("quotation", "Quotation"),
                            ("note", "Note"),
                        ],
                        default="article",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live"), ("rejected", "Rejected")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.TextField(blank=True)),
                ("slug", models.SlugField(allow_unicode=True, max_length=200)),
                (
                    "day",
                    models.DateField(
                        editable=False,
                        help_text="The day in the address: the origin's, else that of `published`.",
                    ),
                ),
                ("published", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "updated",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("content", models.TextField(blank=True, help_text="HTML.")),
                ("summary", models.TextField(blank=True, help_text="Plain text.")),
                ("author_name", models.TextField(blank=True, verbose_name="author")),
                ("author_uri", models.TextField(blank=True, verbose_name="author's page")),
                ("author_email", models.TextField(blank=True, verbose_name="author's e-mail")),
                (
                    "people",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Authors after the first, and contributors: [role, name, page, e-mail] of each.",
                        verbose_name="further people",
                    ),
                ),
                ("rights", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        help_text="Such as en or pt-BR; empty for the site's.",
                        max_length=64,
                    ),
                ),
                ("canonical_url", models.TextField(blank=True, verbose_name="original page")),
                (
                    "original_key",
                    entries.models.path_key.PathKeyField(
                        but="", editable=False, null=True, of="canonical_url"
                    ),
                ),
                (
                    "id_key",
                    entries.models.path_key.PathKeyField(
                        but="canonical_url", editable=False, null=True, of="atom_id"
                    ),
                ),
                ("link_url", models.TextField(blank=True, verbose_name="link")),
                ("via_url", models.TextField(blank=True, verbose_name="via")),
                ("via_title", models.TextField(blank=True, verbose_name="via whom")),
                ("quoted_source", models.TextField(blank=True, verbose_name="who said it")),
                ("quoted_url", models.TextField(blank=True, verbose_name="where")),
                ("quoted_context", models.TextField(blank=True, verbose_name="context")),
                (
                    "origin",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="The feed that the source had the entry from: id, title, url, site_url.",
                        verbose_name="first feed",
                    ),
                ),
                (
                    "in_reply_to",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="What it answers (RFC 4685): ref, href, type, source.",
                    ),
                ),
                (
                    "category_details",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="By the feed's term, the [scheme, label] that it gave, where it gave any.",
                    ),
                ),
                (
                    "tags_line",
                    models.BooleanField(
                        default=True,
                        help_text="Repeat the tags as a last line of the text in feeds.",
                        verbose_name="tags line in the feed",
                    ),
                ),
                ("imported_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("modified_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["-published", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="FeedEnvelope",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=32)),
                ("url", models.TextField(blank=True)),
                (
                    "pictures_of_all",
                    models.JSONField(
                        default=list, help_text="Addresses of pictures that all its entries had."
                    ),
                ),
                ("before", models.BinaryField()),
                ("after", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("imported", "Imported"),
                            ("not_modified", "not modified"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=20,
                    ),
                ),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("conflicts", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("warnings", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SiteIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "feed_ids",
                    models.CharField(
                        help_text="What the id of each feed begins with; behind it stands the feed’s path. For ever (RFC 4287, 4.2.6), whatever SITE_URL says later.",
                        max_length=500,
                    ),
                ),
            ],
        ),
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
                        validators=[entries.models.site_settings.validate_profiles],
                        verbose_name="also at",
                    ),
                ),
                (
                    "navigation",
                    models.TextField(
                        blank=True,
                        help_text="One link a line: its label, an arrow and where it leads, such as “Talks → /tags/talks/” or “Code → https://code.example/ada”. Empty: the kinds of entry that there are, tags, archive, the page about the site, and search.",
                        validators=[entries.models.site_settings.validate_navigation],
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
                        validators=[entries.models.site_settings.validate_accent],
                        verbose_name="accent colour",
                    ),
                ),
                (
                    "accent_dark",
                    models.CharField(
                        blank=True,
                        help_text="For readers who prefer dark pages. Empty: a lighter one of the same hue.",
                        max_length=7,
                        validators=[entries.models.site_settings.validate_dark_accent],
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
        migrations.CreateModel(
            name="SiteVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=2000, unique=True, verbose_name="address")),
                ("title", models.TextField(blank=True)),
                ("subtitle", models.TextField(blank=True)),
                ("site_url", models.TextField(blank=True)),
                ("feed_id", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=64)),
                ("author_name", models.TextField(blank=True)),
                ("author_uri", models.TextField(blank=True)),
                ("author_email", models.TextField(blank=True)),
                ("rights", models.TextField(blank=True)),
                ("icon", models.TextField(blank=True)),
                (
                    "feed_updated",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When the feed had last changed, as it said when it last brought news; where it does not say, the newest change of its entries.",
                        null=True,
                    ),
                ),
                ("etag", models.TextField(blank=True, help_text="As the server sent it.")),
                ("last_modified", models.TextField(blank=True, help_text="As the server sent it.")),
                (
                    "rhythm",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What the feed says of how often to ask for it.",
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "next_check_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="next check at"),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, help_text="Failed fetches in a row."),
                ),
                ("last_error", models.TextField(blank=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "not yet read"),
                            ("ok", "read"),
                            ("failed", "failed last time"),
                            ("gone", "gone for good"),
                            ("file", "came as a file"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                (
                    "moved_to",
                    models.TextField(blank=True, help_text="Where its address redirects for good."),
                ),
                ("moved_since", models.DateTimeField(blank=True, null=True)),
                (
                    "next_page",
                    models.TextField(blank=True, help_text="Where reading all its pages goes on."),
                ),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                (
                    "leased_by",
                    models.CharField(blank=True, help_text="Which run imports it.", max_length=200),
                ),
                (
                    "new_entries",
                    models.CharField(
                        choices=[("live", "go live at once"), ("draft", "wait as drafts")],
                        default="live",
                        help_text="What becomes of entries seen for the first time.",
                        max_length=10,
                    ),
                ),
                (
                    "canonical",
                    models.CharField(
                        choices=[
                            ("source", "the original page"),
                            ("self", "the page on this site"),
                            ("noindex", "the original page, and none on this site is to be found"),
                        ],
                        default="source",
                        help_text="Which page search engines are told is the original. Choose this site when its author has moved in here.",
                        max_length=10,
                        verbose_name="canonical page",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Of times that the feed gives without one, such as Europe/Vienna; empty for UTC.",
                        max_length=64,
                        validators=[entries.models.source.validate_time_zone],
                    ),
                ),
                (
                    "default_author",
                    models.TextField(
                        blank=True,
                        help_text="Of entries for which neither they nor the feed name an author.",
                    ),
                ),
                (
                    "default_language",
                    models.CharField(
                        blank=True,
                        help_text="Of entries that state none, such as en or pt-BR.",
                        max_length=64,
                    ),
                ),
                (
                    "category_rules",
                    models.TextField(
                        blank=True,
                        help_text="One a line: what the feed calls it, an arrow, the name that it gets here or “ignore”, such as “Py* → Python” or “Uncategorized → ignore”. * stands for anything; the first that fits counts. For entries to come; “reclean” applies it to all.",
                        validators=[entries.models.source_rules.validate_category_rules],
                    ),
                ),
                (
                    "added_tags",
                    models.TextField(
                        blank=True,
                        help_text="Tags that every entry gets besides its own, one a line.",
                    ),
                ),
                (
                    "filters",
                    models.TextField(
                        blank=True,
                        help_text="Of entries that are new here, one a line: “block” or “allow”, then “title”, “tag”, “author” or “kind”, a colon and what it is, such as “block title: sponsored” or “allow tag: py*”. Where there is an allow for something, one of them must fit.",
                        validators=[entries.models.source_rules.validate_filters],
                    ),
                ),
                (
                    "window",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="How many entries its document usually has, and whether some are looked for.",
                    ),
                ),
                ("added_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["title", "url"],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="document",
                        serialize=False,
                        to="entries.entry",
                    ),
                ),
                (
                    "place",
                    models.BigIntegerField(
                        help_text="Orders by `published`, then by primary key.", unique=True
                    ),
                ),
                ("title", models.TextField()),
                (
                    "terms",
                    models.TextField(
                        help_text="What is known of the entry: status=live kind=link tag=5."
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("href", models.TextField(verbose_name="address")),
                ("type", models.CharField(blank=True, max_length=255, verbose_name="media type")),
                (
                    "length",
                    models.PositiveBigIntegerField(blank=True, help_text="Bytes.", null=True),
                ),
                (
                    "title",
                    models.TextField(blank=True, help_text="Of an image: what is to be seen."),
                ),
                ("hreflang", models.CharField(blank=True, max_length=64, verbose_name="language")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("enclosure", "enclosed"),
                            ("media", "shown with the text"),
                            ("thumbnail", "stands for the entry"),
                        ],
                        default="enclosure",
                        max_length=10,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="entries.entry",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("guid", models.TextField(blank=True)),
                ("title", models.TextField(blank=True)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("updated", "Updated"),
                            ("unchanged", "Unchanged"),
                            ("conflict", "Conflict"),
                            ("skipped", "Skipped"),
                            ("missing", "Missing"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                (
                    "matched_by",
                    models.CharField(
                        blank=True,
                        help_text="The rule of identity, or new.",
                        max_length=20,
                        verbose_name="known by",
                    ),
                ),
                (
                    "dated_by",
                    models.CharField(
                        blank=True, help_text="Where the date is from.", max_length=20
                    ),
                ),
                (
                    "removed",
                    models.JSONField(default=list, help_text="What cleaning took out, in words."),
                ),
                (
                    "filtered_by",
                    models.TextField(
                        blank=True, help_text="What left it out.", verbose_name="filter"
                    ),
                ),
                (
                    "fields",
                    models.JSONField(
                        default=dict,
                        help_text="By name of the field: what became of it, what it was, what upstream says.",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="import_lines",
                        to="entries.entry",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="entries.importrun",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MergedEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(help_text="What the entry's status was.", max_length=10),
                ),
                (
                    "sightings",
                    models.JSONField(
                        default=list, help_text="Those that it brought, by primary key."
                    ),
                ),
                (
                    "leader",
                    models.BigIntegerField(help_text="The one of them that led.", null=True),
                ),
                ("merged_at", models.DateTimeField(auto_now_add=True)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_away",
                        to="entries.entry",
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_here",
                        to="entries.entry",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "merged entries",
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("leads", models.BooleanField(default=False)),
                (
                    "guid",
                    models.TextField(
                        blank=True, help_text="What the source calls the entry, verbatim."
                    ),
                ),
                (
                    "matched_by",
                    models.CharField(
                        help_text="The rule by which the entry was known again, or `new`.",
                        max_length=20,
                    ),
                ),
                (
                    "dated_by",
                    models.CharField(help_text="Where the entry's date is from.", max_length=20),
                ),
                ("first_seen_at", models.DateTimeField(auto_now_add=True)),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        auto_now=True,
                        help_text="When it last said something new; reading it unchanged writes nothing.",
                    ),
                ),
                (
                    "received_hash",
                    models.CharField(
                        help_text="Of all that decides what becomes of it, by which it is unchanged.",
                        max_length=40,
                    ),
                ),
                (
                    "statement_hash",
                    models.CharField(
                        blank=True,
                        help_text="Of what it says: title, link, date, text, enclosures.",
                        max_length=32,
                    ),
                ),
                (
                    "removed",
                    models.JSONField(default=list, help_text="What cleaning took out, in words."),
                ),
                (
                    "filtered_by",
                    models.TextField(
                        blank=True,
                        help_text="The filter that left it out, if one did.",
                        verbose_name="left out by",
                    ),
                ),
                (
                    "absences",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Good fetches in a row that lacked it within their window.",
                    ),
                ),
                ("missing_since", models.DateTimeField(blank=True, null=True)),
                (
                    "base",
                    models.JSONField(help_text="The upstream values last merged, normalised."),
                ),
                (
                    "received",
                    models.BinaryField(
                        help_text="The bytes of the entry, compressed by zlib; without an envelope its parsed fields as JSON, since the document could not be cut into its entries."
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sightings",
                        to="entries.entry",
                    ),
                ),
                (
                    "envelope",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="entries.feedenvelope",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="entries.source",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FilteredPost",
            fields=[],
            options={
                "ordering": ["-pk"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("entries.sighting",),
        ),
        migrations.AddField(
            model_name="importrun",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="entries.source",
            ),
        ),
        migrations.AddField(
            model_name="feedenvelope",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="entries.source"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="source",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="The source whose sighting leads; none of what was written here.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="entries.source",
            ),
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, unique=True)),
                ("slug", models.SlugField(allow_unicode=True, max_length=255, unique=True)),
                ("description", models.TextField(blank=True)),
                (
                    "live_count",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="Live entries, including those not yet due.",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "indexes": [models.Index(fields=["-live_count", "name"], name="tag_by_use")],
            },
        ),
        migrations.CreateModel(
            name="OldAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        help_text="As `plain_path` writes it.", max_length=500, unique=True
                    ),
                ),
                ("target", models.CharField(blank=True, max_length=500)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("had", "had this address before"),
                            ("merged", "took in what had this address"),
                            ("set", "was set by an editor"),
                        ],
                        default="set",
                        max_length=10,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="since"),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="old_addresses",
                        to="entries.entry",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="old_addresses",
                        to="entries.tag",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "old addresses",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TaggedEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "term",
                    models.CharField(
                        blank=True,
                        help_text="What the entry's feed wrote, where that differs from the tag's name.",
                        max_length=255,
                    ),
                ),
                ("live", models.BooleanField(default=False, editable=False)),
                ("published", models.DateTimeField(editable=False)),
                (
                    "content_object",
                    models.ForeignKey(
                        db_column="entry_id",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="entries.entry",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="entries.tag",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="tags",
            field=taggit.managers.TaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="entries.TaggedEntry",
                to="entries.Tag",
                verbose_name="Tags",
            ),
        ),
        migrations.CreateModel(
            name="TagName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("folded", models.CharField(max_length=255, unique=True)),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="entries.tag",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("atom_id", models.CharField(max_length=2000)),
                ("list", models.CharField(max_length=40)),
                ("withdrawn_at", models.DateTimeField(db_index=True)),
                (
                    "published",
                    models.DateTimeField(
                        help_text="With the entry’s primary key, its place in the list.", null=True
                    ),
                ),
                ("entry_pk", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["list", "-withdrawn_at", "-id"], name="withdrawal_listing")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("atom_id", "list"), name="one_withdrawal_a_list"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UpstreamChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=30)),
                ("base", models.JSONField(help_text="What upstream said when the two parted.")),
                ("theirs", models.JSONField(help_text="What upstream says now.")),
                ("seen_at", models.DateTimeField(auto_now=True)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="entries.entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "ordering": ["-seen_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "field"), name="one_change_a_field")
                ],
            },
        ),
        migrations.CreateModel(
            name="OriginalPath",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BigIntegerField(help_text="As `path_key` makes it.")),
                ("address", models.TextField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="original_paths",
                        to="entries.entry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("key", "entry"), name="one_path_an_entry")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.CharField(max_length=40)),
                (
                    "sighting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="entries.sighting",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("value", "sighting"), name="one_key_a_sighting")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["source", "entry"], name="sighting_entries"),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(
                condition=models.Q(("absences__gt", 0)), fields=["source"], name="sighting_absent"
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(
                condition=models.Q(("filtered_by", ""), _negated=True),
                fields=["source"],
                name="sighting_filtered",
            ),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("leads", True)), fields=("entry",), name="one_leading_sighting"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedenvelope",
            constraint=models.UniqueConstraint(
                fields=("source", "digest"), name="one_envelope_a_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="oldaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entry", None), ("tag", None), models.Q(("target", ""), _negated=True)
                    ),
                    models.Q(("entry__isnull", False), ("tag", None), ("target", "")),
                    models.Q(("entry", None), ("tag__isnull", False), ("target", "")),
                    _connector="OR",
                ),
                name="one_destination",
            ),
        ),
        migrations.AddIndex(
            model_name="taggedentry",
            index=models.Index(
                fields=["tag", "live", "-published", "-content_object"], name="tagging_listing"
            ),
        ),
        migrations.AddConstraint(
            model_name="taggedentry",
            constraint=models.UniqueConstraint(
                fields=("content_object", "tag"), name="one_tagging_each"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["status", "-published", "-id"], name="entry_listing"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["status", "kind", "-published", "-id"], name="entry_kind"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["source", "status", "-published", "-id"], name="entry_source_listing"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["status", "-day", "-published", "-id"], name="entry_day"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["-published", "-id"], name="entry_desk"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["status", "modified_at"], name="entry_changed"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("original_key__isnull", False)),
                fields=["original_key"],
                name="entry_original",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("id_key__isnull", False)),
                fields=["id_key"],
                name="entry_id_path",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("day", "slug"), name="one_entry_an_address"),
        ),
    ]
