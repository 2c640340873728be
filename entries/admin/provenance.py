"""Where an entry comes from and what was done to it, as HTML for its form."""

import json
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from entries.models import Change, Enclosure, Entry, ImportLine, MergedEntry, Sighting

NOTHING = SafeString("–")
LINES_SHOWN = 20
LONGEST_COMPARED = 20_000


def moment(value) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else "–"


def external_link(url: str) -> str:
    """The address, as a link where it is one that a browser may safely follow."""
    if url.startswith(("https://", "http://")):
        return format_html(
            '<a href="{}" rel="noopener noreferrer nofollow" class="desk-address">{}</a>', url, url
        )
    return format_html('<span class="desk-address">{}</span>', url) if url else NOTHING


def sightings_table(entry: Entry) -> str:
    """Every sighting of the entry, the leading one first."""
    sightings = entry.sightings.select_related("source").order_by("-leads", "first_seen_at", "pk")
    rows = format_html_join("", "<li>{}</li>", ((sighting_item(row),) for row in sightings))
    return format_html('<ul class="desk-sightings">{}</ul>', rows) if rows else NOTHING


def joined_entries(entry: Entry) -> str:
    """What the entry has been merged into, and what into it."""
    away = MergedEntry.objects.filter(entry=entry).select_related("into")
    here = MergedEntry.objects.filter(into=entry).select_related("entry").order_by("pk")
    others = [("part of", merged.into) for merged in away]
    others += [("takes in", merged.entry) for merged in here]
    items = format_html_join(
        "",
        '<li>{} <a href="{}">{}</a></li>',
        (
            (how, reverse("admin:entries_entry_change", args=[other.pk]), other)
            for how, other in others
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
        ("Its id there", format_html('<code class="desk-address">{}</code>', sighting.guid)),
        ("Known by", sighting.matched_by),
        ("Dated by", sighting.dated_by),
        ("First seen", moment(sighting.first_seen_at)),
        ("Last said something new", moment(sighting.last_seen_at)),
        ("Missing there since", moment(sighting.missing_since)),
        ("Taken out when cleaning", ", ".join(map(str, sighting.removed)) or "nothing"),
    ]
    return format_html(
        "<strong>{}</strong>{}<dl>{}</dl>"
        "<details><summary>As received</summary><pre>{}</pre></details>",
        source,
        " leads: its changes are followed" if sighting.leads else "",
        format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", facts),
        readable_json(sighting.received_text),
    )


def readable_json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def import_history(entry: Entry) -> str:
    """What the newest imports did to the entry, and why."""
    lines = entry.import_lines.select_related("run__source").order_by("-pk")[:LINES_SHOWN]
    return line_list(lines)


def line_list(lines: Iterable[ImportLine]) -> str:
    items = format_html_join(
        "",
        '<li><a href="{}">{}</a>: {}{}</li>',
        (
            (
                reverse("admin:entries_importrun_change", args=[line.run_id]),
                moment(line.run.started_at),
                line.get_action_display(),
                format_html(" – {}", "; ".join(map(str, line.reasons))) if line.reasons else "",
            )
            for line in lines
        ),
    )
    return format_html('<ul class="desk-lines">{}</ul>', items) if items else NOTHING


def field_label(name: str) -> str:
    """What the form calls a field; tags and enclosures are no columns of an entry."""
    labels = {field.name: str(field.verbose_name) for field in Entry._meta.fields}
    return labels.get(name, name).capitalize()


def as_text(name: str, value) -> str:
    """An upstream value, or one of ours, as an editor reads it."""
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


def our_value(entry: Entry, name: str):
    """What the entry holds in a field that can wait, in the form in which imports state it.

    Reads enclosures through the entry, so that they can be prefetched.
    """
    if name == "enclosures":
        return [[getattr(row, part) for part in Enclosure.STATED] for row in entry.enclosures.all()]
    return getattr(entry, name)


def marked(before: str, after: str) -> str:
    """`after`, with the words that `before` does not have marked."""
    if len(before) + len(after) > LONGEST_COMPARED:
        return format_html("{}", after)
    old, new = before.split(" "), after.split(" ")
    pieces = []
    for change, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        words = " ".join(new[start:end])
        if words:
            pieces.append((format_html("<mark>{}</mark>" if change != "equal" else "{}", words),))
    return format_html_join(" ", "{}", pieces)


def comparison(change: Change) -> str:
    """Three columns: what upstream said, what it says now, what the editor wrote."""
    name = change.field
    base = as_text(name, change.base)
    theirs = as_text(name, change.theirs)
    ours = as_text(name, our_value(change.entry, name))
    return format_html(
        '<table class="desk-compare"><thead><tr><th scope="col">Upstream before</th>'
        '<th scope="col">Upstream now</th><th scope="col">Here</th></tr></thead>'
        "<tbody><tr><td>{}</td><td>{}</td><td>{}</td></tr></tbody></table>",
        base,
        marked(base, theirs),
        marked(base, ours),
    )


def waiting_changes(entry: Entry, may_decide: bool) -> str:
    """The changes that wait, each with the two ways to decide it."""
    changes = entry.changes.select_related("entry").order_by("field")
    return format_html_join("", "{}", ((waiting_change(row, may_decide),) for row in changes))


def waiting_change(change: Change, may_decide: bool) -> str:
    buttons = SafeString("")
    if may_decide:
        buttons = format_html_join(
            " ",
            '<button type="submit" class="button" formaction="{}" formnovalidate>{}</button>',
            (
                (reverse(f"admin:entries_change_{verb}", args=[change.pk]), label)
                for verb, label in (("accept", "Take upstream’s"), ("dismiss", "Keep ours"))
            ),
        )
    return format_html(
        '<section class="desk-change"><h3>{}</h3>{}<p>{}</p></section>',
        field_label(change.field),
        comparison(change),
        buttons,
    )
