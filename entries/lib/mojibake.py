"""UTF-8 that somebody read as Windows-1252 or Latin-1, read again."""

import re

# The characters that a byte from 0x80 to 0xFF becomes when read so: Windows-1252 has no
# character for five of them, and Latin-1's controls stand in.
BYTES: dict[str, int] = {}
for number in range(0x80, 0x100):
    BYTES[chr(number)] = number
    try:
        BYTES[bytes([number]).decode("cp1252")] = number
    except UnicodeDecodeError:
        continue

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
TRAIL = "[" + "".join(re.escape(c) for c, number in BYTES.items() if number < 0xC0) + "]"
# A letter as UTF-8 writes it: two bytes to four, each taken for a character.
PAIR = rf"[\u00c2-\u00df]{TRAIL}"
LONGER = rf"(?:[\u00e0-\u00ef]{TRAIL}{TRAIL}|[\u00f0-\u00f4]{TRAIL}{TRAIL}{TRAIL})"
SUSPECT = re.compile(rf"{LONGER}|{PAIR}")
MIN_SUSPECTS = 2

REPAIRED = "its text was UTF-8 that had been read as Windows-1252, and was read again"
MAYBE = "its text may be garbled: some of it looks like UTF-8 that was read as Windows-1252"


def repair_mojibake(text: str) -> tuple[str, str]:
    """The text, read again where that is sure, and what there is to say about it.

    It is sure when every character beyond ASCII, in all of the text, is part of such a
    sequence, and there are two or more of them: one alone may be meant. Where only some
    are, nothing is changed.
    """
    if text.isascii():
        return text, ""
    suspects = SUSPECT.findall(text)
    if len(suspects) < MIN_SUSPECTS:
        return text, ""
    if sum(map(len, suspects)) == sum(map(len, BEYOND_ASCII.findall(text))):
        try:
            return BEYOND_ASCII.sub(reread, text), REPAIRED
        except UnicodeDecodeError:
            pass
    # Two capitals of an accented word can be such a pair; what takes three bytes can't.
    longer = [suspect for suspect in suspects if len(suspect) > 2]
    return text, MAYBE if len(longer) >= MIN_SUSPECTS else ""


def reread(run: re.Match[str]) -> str:
    return bytes(BYTES[character] for character in run.group()).decode("utf-8")
