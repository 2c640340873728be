"""How a feed says which kind of post an entry is: by a link of rel=type (RFC 6903, 6).

No reader shows it, and no structure of the text can say as much: an article may be short, a
note may have a title.
"""

TYPE_OF_KIND = {
    "article": "https://www.w3.org/ns/activitystreams#Article",
    "link": "http://activitystrea.ms/schema/1.0/bookmark",
    "note": "https://www.w3.org/ns/activitystreams#Note",
    "quotation": "https://schema.org/Quotation",
}
KIND_OF_TYPE = {address: kind for kind, address in TYPE_OF_KIND.items()}

# The title of that link where the post has none, and the entry's is made of its first words:
# Atom wants one of every entry (RFC 4287, 4.1.2).
UNTITLED = "untitled"
