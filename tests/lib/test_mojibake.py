"""UTF-8 that was read as Windows-1252 is read again where that is sure, and only there."""

import pytest

from entries.lib.mojibake import MAYBE, REPAIRED, repair_mojibake

TEXTS = [
    "“It’s a café,” she said — naïvely…",
    "Grüße aus Zürich, Straße 5",
    "Привет, мир",
    "日本語のテキスト",
    "À bientôt, Ákos: 50 € für 😀",
]


def read_as(text, encoding):
    """UTF-8 as a reader takes it who believes in another encoding, as browsers do."""
    if encoding == "latin-1":
        return text.encode().decode("latin-1")
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode()
    )


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("text", TEXTS)
def test_what_was_read_wrong_is_read_again(text, encoding):
    assert repair_mojibake(read_as(text, encoding)) == (text, REPAIRED)


@pytest.mark.parametrize("text", [*TEXTS, "plain", "Ã", "© Müller", "ÃÃÃ", "Â«", "Ünï ÂÃ"])
def test_what_was_read_right_stays(text):
    assert repair_mojibake(text) == (text, "")


def test_one_such_pair_may_be_meant():
    text = "The letter is shown as Ã©."

    assert repair_mojibake(text) == (text, "")


def test_a_text_about_such_pairs_stays():
    text = "An é becomes Ã©, an ü becomes Ã¼."

    assert repair_mojibake(text) == (text, "")


def test_what_can_not_be_proved_is_kept_and_flagged():
    text = read_as("“It’s”", "cp1252") + " – and this dash was read right"

    assert repair_mojibake(text) == (text, MAYBE)


def test_what_reads_again_as_no_utf_8_is_kept():
    text = "\u00e0\u0080\u0080 \u00ed\u00a0\u0080"  # overlong, and half of a pair

    assert repair_mojibake(text) == (text, MAYBE)
