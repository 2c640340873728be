"""HTML for the admin's pages: an entry's sightings, imports, merges and waiting changes."""

import json
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from entries.models import Enclosure, Entry, ImportLine, MergedEntry, Sighting, UpstreamChange

NOTHING = SafeString("–")
MAX_SHOWN_LINES = 20
MAX_COMPARED_CHARS = 20_000


def format_time(value) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else "–"


def external_link(url: str) -> str:
    """HTML of a URL. It is a link only if its scheme is http or https."""
    if url.startswith(("https://", "http://")):
        return format_html(
            '<a href="{}" rel="noopener noreferrer nofollow" class="desk-address">{}</a>', url, url
        )
    return format_html('<span class="desk-address">{}</span>', url) if url else NOTHING


def sightings_list(entry: Entry) -> str:
    """HTML list of the sightings of an entry. The leading one is first."""
    sightings = entry.sightings.select_related("source").order_by("-leads", "first_seen_at", "pk")
    rows = format_html_join("", "<li>{}</li>", ((sighting_item(row),) for row in sightings))
    return format_html('<ul class="desk-sightings">{}</ul>', rows) if rows else NOTHING


def merged_entries(entry: Entry) -> str:
    """HTML list of the entry that this one was merged into, and those merged into this one."""
    into = MergedEntry.objects.filter(entry=entry).select_related("into")
    parts = MergedEntry.objects.filter(into=entry).select_related("entry").order_by("pk")
    others = [("part of", merged.into) for merged in into]
    others += [("includes", merged.entry) for merged in parts]
    items = format_html_join(
        "",
        '<li>{} <a href="{}">{}</a></li>',
        (
            (relation, reverse("admin:entries_entry_change", args=[other.pk]), other)
            for relation, other in others
        ),
    )
    return format_html('<ul class="desk-lines">{}</ul>', items) if items else NOTHING


def sighting_item(sighting: Sighting) -> str:
    source = format_html(
        '<a href="{}">{}</a>',
        reverse("admin:entries_source_change", args=[sighting.source_id]),
        sighting.source,
    )
    facts = [
        ("Id in the feed", format_html('<code class="desk-address">{}</code>', sighting.guid)),
        ("Recognised by", sighting.matched_by),
        ("Dated by", sighting.dated_by),
        ("First seen", format_time(sighting.first_seen_at)),
        ("Last changed in the feed", format_time(sighting.last_seen_at)),
        ("Missing from the feed since", format_time(sighting.missing_since)),
        ("Taken out when cleaning", ", ".join(map(str, sighting.removed)) or "nothing"),
    ]
    return format_html(
        "<strong>{}</strong>{}<dl>{}</dl>"
        "<details><summary>As received</summary><pre>{}</pre></details>",
        source,
        " leads: the entry follows its changes" if sighting.leads else "",
        format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", facts),
        readable_json(sighting.received_text),
    )


def readable_json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def import_history(entry: Entry) -> str:
    """HTML list of the newest import lines of an entry, at most MAX_SHOWN_LINES."""
    lines = entry.import_lines.select_related("run__source").order_by("-pk")[:MAX_SHOWN_LINES]
    return line_list(lines)


def line_list(lines: Iterable[ImportLine]) -> str:
    items = format_html_join(
        "",
        '<li><a href="{}">{}</a>: {}{}</li>',
        (
            (
                reverse("admin:entries_importrun_change", args=[line.run_id]),
                format_time(line.run.started_at),
                line.get_action_display(),
                format_html(" – {}", "; ".join(map(str, line.reasons))) if line.reasons else "",
            )
            for line in lines
        ),
    )
    return format_html('<ul class="desk-lines">{}</ul>', items) if items else NOTHING


def field_label(name: str) -> str:
    """The label of an entry's field. Tags and enclosures are no fields: returns their name."""
    labels = {field.name: str(field.verbose_name) for field in Entry._meta.fields}
    return labels.get(name, name).capitalize()


def as_text(name: str, value) -> str:
    """A field's value, upstream's or the stored one, as text for an editor."""
    if name == "enclosures":
        return "\n".join(" ".join(str(part) for part in row if part) for row in value)
    if name == "people":
        return "\n".join(f"{role}: {' '.join(filter(None, who))}" for role, *who in value)
    if name == "in_reply_to":
        return "\n".join(" ".join(reply.values()) for reply in value)
    if name == "origin":
        return " ".join(value.values())
    if name == "category_details":
        return "\n".join(f"{term}: {' '.join(filter(None, said))}" for term, said in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def current_value(entry: Entry, name: str):
    """The stored value of a field, in the same form as in a `Change`.

    Reads `entry.enclosures`, so that callers can prefetch them.
    """
    if name == "enclosures":
        return [[getattr(row, part) for part in Enclosure.STATED] for row in entry.enclosures.all()]
    return getattr(entry, name)


def mark_changes(before: str, after: str) -> str:
    """HTML of `after`, with <mark> for words that differ from `before`.

    Compares at most MAX_COMPARED_CHARS, since the time grows with the square of the length.
    """
    if len(before) + len(after) > MAX_COMPARED_CHARS:
        return format_html("{}", after)
    old, new = before.split(" "), after.split(" ")
    pieces = []
    for change, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        words = " ".join(new[start:end])
        if words:
            pieces.append((format_html("<mark>{}</mark>" if change != "equal" else "{}", words),))
    return format_html_join(" ", "{}", pieces)


def comparison(change: UpstreamChange) -> str:
    """HTML table with upstream's value before and now, and the value here."""
    name = change.field
    base = as_text(name, change.base)
    theirs = as_text(name, change.theirs)
    ours = as_text(name, current_value(change.entry, name))
    return format_html(
        '<table class="desk-compare"><thead><tr><th scope="col">Upstream before</th>'
        '<th scope="col">Upstream now</th><th scope="col">Here</th></tr></thead>'
        "<tbody><tr><td>{}</td><td>{}</td><td>{}</td></tr></tbody></table>",
        base,
        mark_changes(base, theirs),
        mark_changes(base, ours),
    )


def waiting_changes(entry: Entry, may_decide: bool) -> str:
    """HTML of the entry's waiting changes, each with two buttons if the user may decide."""
    changes = entry.changes.select_related("entry").order_by("field")
    return format_html_join("", "{}", ((waiting_change(row, may_decide),) for row in changes))


def waiting_change(change: UpstreamChange, may_decide: bool) -> str:
    buttons = SafeString("")
    if may_decide:
        buttons = format_html_join(
            " ",
            '<button type="submit" class="button" formaction="{}" formnovalidate>{}</button>',
            (
                (reverse(f"admin:entries_upstreamchange_{verb}", args=[change.pk]), label)
                for verb, label in (
                    ("accept", "Take upstream’s value"),
                    ("dismiss", "Keep our value"),
                )
            ),
        )
    return format_html(
        '<section class="desk-change"><h3>{}</h3>{}<p>{}</p></section>',
        field_label(change.field),
        comparison(change),
        buttons,
    )
