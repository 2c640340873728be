"""Descriptions of the elements and attributes that cleaning removed."""

import re
from collections import Counter
from collections.abc import Container

ELEMENT_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9:-]*)")
UNSAFE_ATTRIBUTE = re.compile(r"""[\s"'/](on[a-z]+|style|srcdoc|formaction)\s*=""", re.I)
URL_ATTRIBUTE = re.compile(r"""[\s"'/](?:href|src|cite|poster)\s*=""", re.I)


def describe_removed(before: str, after: str, allowed: Container[str], dropped: int) -> list[str]:
    """The differences between HTML before and after cleaning, as in `2 × <script>`.

    Elements in `allowed` are not reported. `dropped` is the number of URLs whose removal the
    caller reports itself.
    """
    elements = Counter(name.lower() for name in ELEMENT_NAME.findall(before))
    lost = [f"{n} × <{name}>" for name, n in elements.items() if name not in allowed]
    if attributes := counted(UNSAFE_ATTRIBUTE, before):
        lost += [
            f"{n} × {name}" for name, n in (attributes - counted(UNSAFE_ATTRIBUTE, after)).items()
        ]
    addresses = len(URL_ATTRIBUTE.findall(before)) - len(URL_ATTRIBUTE.findall(after)) - dropped
    if addresses > 0:
        lost.append(f"{addresses} × an address of a kind that is not allowed")
    return lost


def counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(name.lower() for name in pattern.findall(text))
