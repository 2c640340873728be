"""The way in: from the URL of a feed to stored entries.

A post goes through the rooms in this order:

1. `fetching`: the bytes at a URL, by the one HTTP client.
2. `parsing`: bytes to `FeedData` and `EntryData`, by one adapter for each format.
3. `normalizing`: `EntryData` to an `Item`: its dates, its keys and a hash of its bytes. For an
   item that is new or changed also its values: HTML cleaned (`cleaning`), kind and fields found.
4. `reading`: runs 2 and 3 in a worker process with limits on time and memory, in batches.
5. `matching`: finds the stored sighting that an item is a repeat of, if there is one.
6. `merging`: compares base, theirs and ours field by field, and writes a batch.

`importer` does all of this for one source, and `sync` for every source that is due. A room
imports only from the rooms before it, and from `errors` and `report`.
"""
