"""What cleaning took out of a text, in words."""

import re
from collections import Counter
from collections.abc import Container

ELEMENT_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9:-]*)")
SUSPECT = re.compile(r"""[\s"'/](on[a-z]+|style|srcdoc|formaction)\s*=""", re.I)
ADDRESS = re.compile(r"""[\s"'/](?:href|src|cite|poster)\s*=""", re.I)


def describe_removed(before: str, after: str, allowed: Container[str], dropped: int) -> list[str]:
    """What is in the one and not in the other, such as `2 × <script>` and `1 × onclick`.

    `dropped` addresses are accounted for otherwise.
    """
    elements = Counter(name.lower() for name in ELEMENT_NAME.findall(before))
    lost = [f"{n} × <{name}>" for name, n in elements.items() if name not in allowed]
    if attributes := counted(SUSPECT, before):
        lost += [f"{n} × {name}" for name, n in (attributes - counted(SUSPECT, after)).items()]
    addresses = len(ADDRESS.findall(before)) - len(ADDRESS.findall(after)) - dropped
    if addresses > 0:
        lost.append(f"{addresses} × an address of a kind that is not allowed")
    return lost


def counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(name.lower() for name in pattern.findall(text))
