"""Repairs of lists in foreign HTML: a list contains only items, and items are in lists.

Screen readers announce a list and its length only then.
"""

import re
from dataclasses import dataclass, field

TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>""")
VOID = frozenset(["br", "col", "hr", "img", "source", "wbr"])
LISTS = frozenset(["ul", "ol"])
TERMS = frozenset(["dt", "dd"])
NAME = re.compile(r"<(/?[a-z][a-z0-9]*)")
# Text in a list, outside of its items.
LOOSE = re.compile(r"(?:<[uo]l\b[^>]*>|</li>)\s*[^<\s]")
TERM = re.compile(r"<d[ltd][ >]")


@dataclass
class Element:
    """An open element. `opened` is the position of its start tag in the written parts.

    `tags`, `terms` and `is_mixed` are used for a <dl>: the positions of its <dt> and <dd> tags,
    which of the two it has, and True if it has anything else.
    """

    name: str
    opened: int
    is_wrapped: bool = False
    is_renamed: bool = False
    tags: list[int] = field(default_factory=list)
    terms: set[str] = field(default_factory=set)
    is_mixed: bool = False


def repair_lists(content: str) -> str:
    """Wrap each child of a list in an <li>; an <li>, <dt> or <dd> outside a list becomes a <div>.

    A <dl> without both <dt> and <dd>, or with anything else, becomes a <div>. HTML with an
    element that is not closed is returned unchanged.
    """
    if _is_sound(content):
        return content
    written: list[str] = []
    open_elements = [Element("", 0)]
    end = 0
    for tag in TAG.finditer(content):
        _write_text(written, open_elements[-1], content[end : tag.start()])
        end = tag.end()
        if not tag[1]:
            _open(written, open_elements, tag)
        elif tag[2] == open_elements[-1].name:
            _close(written, open_elements)
        else:
            return content
    if len(open_elements) > 1:
        return content
    return "".join(written) + content[end:]


def _is_sound(content: str) -> bool:
    """True if there is nothing to repair, as in most texts. A fast check; False if in doubt."""
    if TERM.search(content) or LOOSE.search(content):
        return False
    open_names = [""]
    for name in NAME.findall(content):
        if name[0] == "/":
            if open_names.pop() != name[1:]:
                return False
        elif (name == "li") != (open_names[-1] in LISTS):
            return False
        elif name not in VOID:
            open_names.append(name)
    return True


def _write_text(written: list[str], parent: Element, text: str) -> None:
    if parent.name in LISTS and text.strip():
        text = f"<li>{text}</li>"
    elif parent.name == "dl" and text.strip():
        parent.is_mixed = True
    written.append(text)


def _open(written: list[str], open_elements: list[Element], tag: re.Match[str]) -> None:
    parent, name = open_elements[-1], tag[2]
    terms = _list_of_terms(open_elements)
    is_wrapped = parent.name in LISTS and name != "li"
    is_stray = (name == "li" and parent.name not in LISTS) or (name in TERMS and not terms)
    if parent.name == "dl" and name not in TERMS and name != "div":
        parent.is_mixed = True
    if is_wrapped:
        written.append("<li>")
    if name in VOID:
        written.append(f"{tag[0]}</li>" if is_wrapped else tag[0])
        return
    element = Element(name, len(written), is_wrapped, is_renamed=is_stray)
    if terms and name in TERMS:
        terms.terms.add(name)
        terms.tags.append(element.opened)
    open_elements.append(element)
    written.append(f"<div{tag[3]}>" if is_stray else tag[0])


def _close(written: list[str], open_elements: list[Element]) -> None:
    element = open_elements.pop()
    terms = _list_of_terms(open_elements)
    if terms and element.name in TERMS:
        terms.tags.append(len(written))
    written.append("</div>" if element.is_renamed else f"</{element.name}>")
    if element.name == "dl" and (element.is_mixed or element.terms != TERMS):
        for place in (element.opened, *element.tags, len(written) - 1):
            written[place] = re.sub(r"^(</?)d[ltd](?![a-z])", r"\1div", written[place])
    if element.is_wrapped:
        written.append("</li>")


def _list_of_terms(open_elements: list[Element]) -> Element | None:
    """The <dl> that may have a <dt> or <dd> here: the parent, or the parent of a <div>."""
    parent = open_elements[-1]
    if parent.name == "dl":
        return parent
    if parent.name == "div" and len(open_elements) > 1 and open_elements[-2].name == "dl":
        return open_elements[-2]
    return None
