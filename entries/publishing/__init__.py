"""The way out: public pages, feeds and the sitemap, from stored entries to finished bytes.

How a page is made:

1. The view: entries/urls.py chooses a function in entries/views, which reads the path and the
   query string.
2. The queryset: it starts at `Entry.objects.live()`, or at the full text index for a search.
3. The rows: `rows/keyset_pages.py` reads one page of the queryset as `EntryRow`s, with their tags,
   enclosures and source, in a number of queries that does not depend on the number of entries.
   `entry_page`, `tags`, `archive` and the other rooms add the rest of a page.
4. The template (in templates/, Jinja2, set up in `jinja2.py`) renders the rows. `html` prepares
   the bodies, `head` the metadata. For feeds, `feeds` writes one entry after the other.
5. Finished bytes: `conditional.py` adds ETag and Last-Modified, or answers 304. The WSGI layer in
   config/finished_pages.py keeps the response (`pages.py`), and sends it without entering Django
   until the site's version changes.
"""
