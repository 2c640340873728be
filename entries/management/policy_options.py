"""The command options that set the policies of a source (`models/source_rules.py`)."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from entries.models import Source

# Option name to field of Source. Options that can be repeated add lines to the field.
OPTION_FIELDS = {
    "new_entries": "new_entries",
    "canonical": "canonical",
    "author": "default_author",
    "language": "default_language",
    "zone": "time_zone",
    "category": "category_rules",
    "add_tag": "added_tags",
}


def add_policy_arguments(parser) -> None:
    group = parser.add_argument_group(
        "policies", "These are saved with the source and apply to later imports too."
    )
    group.add_argument(
        "--new-entries",
        choices=Source.NewEntries.values,
        help="the state of new entries: live at once, or drafts",
    )
    group.add_argument(
        "--canonical",
        choices=Source.Canonical.values,
        help="which page search engines are told is the original",
    )
    group.add_argument("--author", metavar="NAME", help="author of entries that name none")
    group.add_argument(
        "--language", metavar="TAG", help="language of entries that state none, such as en"
    )
    group.add_argument(
        "--zone", metavar="ZONE", help="time zone of times without one, such as Europe/Vienna"
    )
    group.add_argument(
        "--category",
        action="append",
        metavar="RULE",
        help="rename or drop a category: 'Py* -> Python', 'Misc -> ignore'",
    )
    group.add_argument("--add-tag", action="append", metavar="TAG", help="a tag for every entry")
    for verdict, what in (
        ("block", "leave out posts that match"),
        ("allow", "leave out posts that do not match"),
    ):
        group.add_argument(
            f"--{verdict}",
            action="append",
            metavar="RULE",
            help=f"{what}, such as 'title: sponsored'",
        )


def policies_in(options) -> dict[str, str]:
    """Returns the policies among the options, by field of Source. Raises CommandError."""
    given = {field: options[name] for name, field in OPTION_FIELDS.items() if options[name]}
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
