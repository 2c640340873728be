"""Language tags (BCP 47), read from what feeds state as a language."""

import re

# ISO 639-1. BCP 47 requires its code for each language that has one (RFC 5646, 2.2.1).
TWO_LETTERS = (
    " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs "
    "cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha "
    "he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv ka kg ki kj kk "
    "kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru "
    "rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn "
    "to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
# The grammar of RFC 5646 (2.1), without its list of irregular tags.
TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+",
    re.I | re.A,
)


def language_tag(text: str) -> str:
    """The language tag, such as `en` or `pt-BR`; empty for an invalid one (`english`).

    The underscores of locale names (`en_GB`) become hyphens.
    """
    tag = text.strip().replace("_", "-")
    match = TAG.fullmatch(tag)
    if not match:
        return ""
    language = (match["language"] or "").lower()
    return tag if len(language) != 2 or f" {language} " in TWO_LETTERS else ""
