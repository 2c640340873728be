"""Language tags are told apart from other texts that feeds state as a language."""

import pytest

from entries.lib.languages import language_tag


@pytest.mark.parametrize(
    "tag",
    [
        *(
            "en",
            "EN",
            "pt-BR",
            "zh-Hant-TW",
            "de-1996",
            "sl-rozaj-biske",
            "es-419",
            "gsw",
            "x-mine",
        ),
        *("en-US-u-ca-buddhist", "ar-a-aaa-b-bbb-x-priv", "de-CH-x-phonebk", "zh-yue"),
    ],
)
def test_a_valid_language_tag_is_kept(tag):
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "text",
    [
        *("english", "e", "e n", "", "jp", "cz", "en-", "-en", "en--gb", "de-", "xx", "fr-é", "1"),
        *("en-US-toolongsubtag", "x", "\u0130n", '"><b>', "en\n\x00", "x" * 64),
    ],
)
def test_an_invalid_language_tag_is_dropped(text):
    assert language_tag(text) == ""


def test_a_locale_name_becomes_a_language_tag():
    assert language_tag(" en_GB ") == "en-GB"
