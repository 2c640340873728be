"""The options by which a command gives a source its policies."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from entries.models import Source

# Options to fields of Source; those that may be given several times add lines.
FIELDS = {
    "new_entries": "new_entries",
    "canonical": "canonical",
    "author": "default_author",
    "language": "default_language",
    "zone": "time_zone",
    "category": "category_rules",
    "add_tag": "added_tags",
}


def add_policy_arguments(parser) -> None:
    group = parser.add_argument_group("policies", "They are kept with the source.")
    group.add_argument(
        "--new-entries", choices=Source.NewEntries.values, help="what becomes of new entries"
    )
    group.add_argument(
        "--canonical", choices=Source.Canonical.values, help="which page is the original"
    )
    group.add_argument("--author", metavar="NAME", help="of entries that name no author")
    group.add_argument("--language", metavar="TAG", help="of entries that state none, such as en")
    group.add_argument("--zone", metavar="ZONE", help="of times without one: Europe/Vienna")
    group.add_argument(
        "--category", action="append", metavar="RULE", help="'Py* -> Python' or 'Misc -> ignore'"
    )
    group.add_argument("--add-tag", action="append", metavar="TAG", help="for every entry")
    for verdict, what in (("block", "leave out posts"), ("allow", "leave out other posts")):
        group.add_argument(
            f"--{verdict}", action="append", metavar="RULE", help=f"{what}: 'title: sponsored'"
        )


def policies_in(options) -> dict[str, str]:
    """The policies that a command was given, by the source's fields. Raises CommandError."""
    given = {field: options[name] for name, field in FIELDS.items() if options[name]}
    given["filters"] = [
        f"{verdict} {rule}" for verdict in ("block", "allow") for rule in options[verdict] or ()
    ]
    policies = {
        field: value if isinstance(value, str) else "\n".join(value)
        for field, value in given.items()
        if value
    }
    fields = {field.name for field in Source._meta.fields}
    try:
        Source(**policies).clean_fields(exclude=fields - policies.keys())
    except ValidationError as error:
        raise CommandError(" ".join(error.messages), returncode=2) from error
    return policies
