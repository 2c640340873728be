from django.core.management.base import BaseCommand, CommandError

from entries.importing.errors import FeedError
from entries.importing.normalizing.source_policies import set_policies
from entries.importing.subscribe import subscribe

from ..policy_options import add_policy_arguments, policies_in


class Command(BaseCommand):
    help = "Add a feed to the sources. The URL can also be a page that links to its feed."

    def add_arguments(self, parser):
        parser.add_argument(
            "url",
            metavar="URL",
            help="of a feed or a page; https:// can be left out",
        )
        add_policy_arguments(parser)

    def handle(self, *, url, **options):
        policies = policies_in(options)
        try:
            subscription = subscribe(url)
        except FeedError as error:
            raise CommandError(str(error)) from error
        source = subscription.source
        set_policies(source, policies, save=True)
        if subscription.is_new:
            self.stdout.write(f"{source} is a source now: {source.url}")
            self.stdout.write("The next sync_feeds imports its entries.")
        else:
            self.stdout.write(f"{source} is a source already: {source.url}")
            if subscription.is_fetched_from_now_on:
                self.stdout.write(
                    "It was imported from a file; from now on sync_feeds fetches its URL."
                )
        for other in subscription.others:
            title = f" ({other.title})" if other.title else ""
            self.stdout.write(f"The page links to another feed: {other.url}{title}")
