"""The text of a PDF, as far as Chromium writes them."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)endobj", re.S)
STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.S)
DRAWN = re.compile(rb"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)>(?= Tj)")
MAPPED = re.compile(rb"^<(\w{4})>(?: <(\w{4})>)? <(\w+)>$", re.M)


def text_of(document: bytes) -> str:
    """All letters that are drawn, page by page, without the white space between them."""
    objects = {int(number): body for number, body in OBJECT.findall(document)}
    letters = {number: letters_of(objects, body) for number, body in objects.items()}
    text = []
    for body in objects.values():
        if b"/Contents " in body:
            font = 0
            for name, glyphs in DRAWN.findall(stream(objects[refers(body, b"Contents")])):
                font = int(name or font)
                text += [
                    letters[font].get(glyphs[at : at + 4], "") for at in range(0, len(glyphs), 4)
                ]
    return "".join("".join(text).split())


def letters_of(objects: dict[int, bytes], font: bytes) -> dict[bytes, str]:
    """What each glyph of a font stands for; nothing when the object is no font."""
    if b"/ToUnicode " not in font:
        return {}
    letters = {}
    for first, last, text in MAPPED.findall(stream(objects[refers(font, b"ToUnicode")])):
        start = bytes.fromhex(text.decode()).decode("utf-16-be")
        for step in range(int(last or first, 16) - int(first, 16) + 1):
            letters[b"%04X" % (int(first, 16) + step)] = start[:-1] + chr(ord(start[-1]) + step)
    return letters


def refers(body: bytes, key: bytes) -> int:
    return int(re.search(rb"/%s (\d+) 0 R" % key, body)[1])


def stream(body: bytes) -> bytes:
    return zlib.decompress(STREAM.search(body)[1])
