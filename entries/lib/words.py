"""Text split into words for search, folded so that spellings of one word are equal."""

import unicodedata

MAX_WORD_CHARS = 40  # longer words are cut

# Code points of scripts that put no space between words. Each of their characters counts as a
# word; a longer word is found where its characters follow each other.
UNSPACED = [
    *((0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF)),
    *((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x318F), (0x31A0, 0x31FF)),
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF)),
    *((0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF)),
]


class Folding(dict[int, str]):
    """Maps each code point to its folded form, or to a space if it separates words."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = "".join(_kept(part) for part in _fold(chr(code)))
        return folded


def split_words(text: str) -> list[str]:
    """The words of a text, in order: lower case, without accents, letters and digits only.

    All other characters separate words. Idempotent: joining the words with spaces and splitting
    them again gives the same words.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return [word[:MAX_WORD_CHARS] for word in text.translate(FOLDING).split()]


def _fold(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    bare = "".join(part for part in decomposed if not "\u0300" <= part <= "\u036f")
    folded = unicodedata.normalize("NFKC", bare).casefold()
    return folded if folded == character else "".join(map(_fold, folded))


def _kept(character: str) -> str:
    if any(first <= ord(character) <= last for first, last in UNSPACED):
        return f" {character} "
    category = unicodedata.category(character)
    if category[0] in "LMN":
        return character
    # Soft hyphens and joiners (category Cf) occur within words.
    return "" if category == "Cf" else " "


FOLDING = Folding()
