"""Repair of mojibake: UTF-8 that somebody decoded as Windows-1252 or Latin-1."""

import re

# The byte from 0x80 to 0xFF that was decoded to each character. Both encodings are included,
# because Windows-1252 leaves five bytes undefined.
BYTE_OF_CHARACTER: dict[str, int] = {}
for number in range(0x80, 0x100):
    BYTE_OF_CHARACTER[chr(number)] = number
    try:
        BYTE_OF_CHARACTER[bytes([number]).decode("cp1252")] = number
    except UnicodeDecodeError:
        continue

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
TRAIL = (
    "[" + "".join(re.escape(c) for c, number in BYTE_OF_CHARACTER.items() if number < 0xC0) + "]"
)
# One character in UTF-8, two to four bytes, each of which was decoded to a character.
TWO_BYTE_SEQUENCE = rf"[\u00c2-\u00df]{TRAIL}"
LONGER_SEQUENCE = rf"(?:[\u00e0-\u00ef]{TRAIL}{TRAIL}|[\u00f0-\u00f4]{TRAIL}{TRAIL}{TRAIL})"
SEQUENCE = re.compile(rf"{LONGER_SEQUENCE}|{TWO_BYTE_SEQUENCE}")
MIN_SEQUENCES = 2

WAS_REPAIRED = "its text was UTF-8 decoded as Windows-1252; this was repaired"
MAY_BE_GARBLED = "its text may be garbled: parts look like UTF-8 decoded as Windows-1252"


def repair_mojibake(text: str) -> tuple[str, str]:
    """Decode mojibake again where it is certain. Returns the text and a note for the editor.

    It is certain when the text has at least MIN_SEQUENCES sequences, and every character beyond
    ASCII belongs to one: a single sequence may be intended. Otherwise the text stays as it is.
    The note is empty when there is nothing to tell.
    """
    if text.isascii():
        return text, ""
    sequences = SEQUENCE.findall(text)
    if len(sequences) < MIN_SEQUENCES:
        return text, ""
    if sum(map(len, sequences)) == sum(map(len, BEYOND_ASCII.findall(text))):
        try:
            return BEYOND_ASCII.sub(decode_again, text), WAS_REPAIRED
        except UnicodeDecodeError:
            pass
    # Two capitals of an accented word can look like two bytes of UTF-8, but not like three.
    longer = [sequence for sequence in sequences if len(sequence) > 2]
    return text, MAY_BE_GARBLED if len(longer) >= MIN_SEQUENCES else ""


def decode_again(run: re.Match[str]) -> str:
    return bytes(BYTE_OF_CHARACTER[character] for character in run.group()).decode("utf-8")
