"""Envelopes: the part of a document around its entries, stored to parse the entries again."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b

from entries.importing.errors import ParseError
from entries.importing.parsing.feed_data import EntryData, Envelope, FeedContext
from entries.importing.parsing.formats.feedparser_adapter import entry_data
from entries.importing.parsing.parser import parse_feed
from entries.models import FeedEnvelope, Sighting, Source

from .entry_values import is_empty


def store_envelopes(source: Source, envelopes: Iterable[Envelope]) -> dict[Envelope, int]:
    """Store the envelopes that are new. Returns the primary key of each envelope's row.

    At most three queries. Call within a transaction: the rows are locked against deletion.
    """
    wanted = {envelope_digest(envelope): envelope for envelope in envelopes}
    stored = FeedEnvelope.objects.select_for_update().filter(source=source, digest__in=wanted)
    found = dict(stored.values_list("digest", "pk")) if wanted else {}
    if len(found) < len(wanted):
        FeedEnvelope.objects.bulk_create(
            [
                FeedEnvelope(
                    source=source,
                    digest=digest,
                    url=envelope.url,
                    pictures_of_all=list(envelope.pictures_of_all),
                    before=zlib.compress(envelope.before),
                    after=zlib.compress(envelope.after),
                )
                for digest, envelope in wanted.items()
                if digest not in found
            ],
            ignore_conflicts=True,
        )
        found = dict(stored.values_list("digest", "pk"))
    return {envelope: found[digest] for digest, envelope in wanted.items()}


def envelope_digest(envelope: Envelope) -> str:
    digest = blake2b(digest_size=16)
    pictures = " ".join(envelope.pictures_of_all)
    for part in (envelope.url.encode(), pictures.encode(), envelope.before):
        digest.update(b"%d " % len(part) + part)
    digest.update(envelope.after)
    return digest.hexdigest()


def parse_again(sightings: Iterable[Sighting]) -> dict[int, EntryData]:
    """Parse the received bytes of sightings with the current parsers.

    Returns the entries by the sighting's primary key, without those that can no longer be parsed.
    Sightings with the same envelope are parsed as one document. One query.
    """
    found: dict[int, EntryData] = {}
    enclosed: dict[int, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.envelope_id:
            enclosed[sighting.envelope_id].append(sighting)
        else:
            stored = json.loads(zlib.decompress(sighting.received))
            context = FeedContext.from_json(stored["feed"])
            entry = json.dumps(stored["entry"], sort_keys=True).encode()
            found[sighting.pk] = entry_data(stored["entry"], context, received=entry)
    rows = FeedEnvelope.objects.in_bulk(list(enclosed)) if enclosed else {}
    for pk, group in enclosed.items():
        row = rows[pk]
        envelope = Envelope(
            zlib.decompress(row.before),
            zlib.decompress(row.after),
            row.url,
            tuple(row.pictures_of_all),
        )
        received = [zlib.decompress(sighting.received) for sighting in group]
        entries = read_entries(envelope, received)
        if [data.received for data in entries] == received:
            pks = (sighting.pk for sighting in group)
            found |= dict(zip(pks, entries, strict=True))
            continue
        # A broken entry has damaged its neighbours, so parse each by itself.
        for sighting, data in zip(group, received, strict=True):
            entries = read_entries(envelope, [data])
            if len(entries) == 1 and not is_empty(entries[0]):
                # The split may differ from that of its document, so keep the stored bytes.
                found[sighting.pk] = replace(entries[0], received=data, envelope=envelope)
    return found


def read_entries(envelope: Envelope, received: Sequence[bytes]) -> list[EntryData]:
    """Parse the entries in this envelope. Returns only the posts: not comments and the like."""
    document = envelope.document(received)
    try:
        parsed = parse_feed(document, url=envelope.url, pictures=envelope.pictures_of_all)
        return [data for data in parsed.entries if not data.left_out]
    except ParseError:
        return []
