"""The URLs by which a feed states an entry's kind, in a link of rel=type (RFC 6903, 6).

Feed readers don't show this link. The text alone does not tell the kind: an article may be
short, a note may have a title.
"""

TYPE_OF_KIND = {
    "article": "https://www.w3.org/ns/activitystreams#Article",
    "link": "http://activitystrea.ms/schema/1.0/bookmark",
    "note": "https://www.w3.org/ns/activitystreams#Note",
    "quotation": "https://schema.org/Quotation",
}
KIND_OF_TYPE = {address: kind for kind, address in TYPE_OF_KIND.items()}

# The title of the rel=type link of an entry whose own title is only made of its first words:
# Atom requires a title of every entry (RFC 4287, 4.1.2).
UNTITLED = "untitled"
