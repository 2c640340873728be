"""Mojibake is repaired where it is certain, and only there."""

import pytest

from entries.lib.mojibake import MAY_BE_GARBLED, WAS_REPAIRED, repair_mojibake

TEXTS = [
    "“It’s a café,” she said — naïvely…",
    "Grüße aus Zürich, Straße 5",
    "Привет, мир",
    "日本語のテキスト",
    "À bientôt, Ákos: 50 € für 😀",
]


def read_as(text, encoding):
    """The text in UTF-8, decoded in another encoding as browsers do."""
    if encoding == "latin-1":
        return text.encode().decode("latin-1")
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode()
    )


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("text", TEXTS)
def test_mojibake_is_repaired(text, encoding):
    assert repair_mojibake(read_as(text, encoding)) == (text, WAS_REPAIRED)


@pytest.mark.parametrize("text", [*TEXTS, "plain", "Ã", "© Müller", "ÃÃÃ", "Â«", "Ünï ÂÃ"])
def test_correct_text_is_not_changed(text):
    assert repair_mojibake(text) == (text, "")


def test_a_single_sequence_may_be_intended():
    text = "The letter is shown as Ã©."

    assert repair_mojibake(text) == (text, "")


def test_a_text_about_mojibake_is_not_changed():
    text = "An é becomes Ã©, an ü becomes Ã¼."

    assert repair_mojibake(text) == (text, "")


def test_uncertain_mojibake_is_kept_and_reported():
    text = read_as("“It’s”", "cp1252") + " – and this dash was read right"

    assert repair_mojibake(text) == (text, MAY_BE_GARBLED)


def test_text_that_is_invalid_utf_8_when_decoded_again_is_kept():
    text = "\u00e0\u0080\u0080 \u00ed\u00a0\u0080"  # overlong, and half of a pair

    assert repair_mojibake(text) == (text, MAY_BE_GARBLED)
