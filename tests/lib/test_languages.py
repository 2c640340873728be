"""Language tags are told from what people write in their place."""

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
def test_a_tag_is_one(tag):
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "text",
    [
        *("english", "e", "e n", "", "jp", "cz", "en-", "-en", "en--gb", "de-", "xx", "fr-é", "1"),
        *("en-US-toolongsubtag", "x", "\u0130n", '"><b>', "en\n\x00", "x" * 64),
    ],
)
def test_what_is_none_is_none(text):
    assert language_tag(text) == ""


def test_a_locale_is_a_tag():
    assert language_tag(" en_GB ") == "en-GB"
