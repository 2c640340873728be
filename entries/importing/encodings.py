"""Feeds in whatever encoding as UTF-8 that XML can hold, so that they can be read in pieces."""

import codecs
import re

# XML's own way to tell (XML 1.0, appendix F): a byte order mark, or how `<?` or `<r` looks.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\?>")
DECLARED = re.compile(rb"""\bencoding\s*=\s*["']([\w.:-]+)""")
CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
CONTROLS = bytes(set(range(0x20)) - {0x9, 0xA, 0xD})
REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
UTF_8 = {"utf-8", "utf-8-sig", "ascii"}


def as_utf8(data: bytes, content_type: str = "") -> tuple[bytes, str]:
    """The document with its encoding settled, and a warning in words if that took a guess.

    What says that it is in UTF-8 comes back as UTF-8, with bytes that are none read as
    Windows-1252, which is what they nearly always are. UTF-16 and UTF-32 become UTF-8.
    Anything else is left to feedparser, together with its declaration.
    """
    data = without_space_before(data)
    for mark, encoding in MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return without_controls(
                redeclared(text.lstrip("\ufeff").encode("utf-8", "replace")), ""
            )
    charset = CHARSET.search(content_type)
    declared = declared_encoding(data)
    wide = declared.startswith(("utf-16", "utf-32", "ucs-", "iso-10646"))
    if charset and is_other(charset.group(1)) and is_valid(data, charset.group(1)):
        return data, ""
    if is_other(declared) and not wide:
        return data, ""
    warning = ""
    if wide:
        warning = f"The encoding that the feed declares ({declared}) is wrong; read as UTF-8."
    data, warning = without_controls(data, warning)
    if not is_valid(data, "utf-8"):
        warning = "The feed is not in UTF-8 throughout; read with Windows-1252 where it is not."
        data = data.decode("utf-8", "windows-1252").encode("utf-8")
    return redeclared(data) if warning or declared != "utf-8" else data, warning


def without_controls(data: bytes, warning: str) -> tuple[bytes, str]:
    """Without the characters that XML can't hold, and the references to such."""
    possible = REFERENCE.sub(possible_reference, data.translate(None, CONTROLS))
    if len(possible) < len(data):
        warning = warning or "It holds characters that XML can't; they are left out."
    return possible, warning


def possible_reference(match: re.Match[bytes]) -> bytes:
    """The reference, if it is one to a character that XML can hold (XML 1.0, 2.2)."""
    base = 16 if match[1] else 10
    digits = (match[1] or match[2]).lstrip(b"0")
    code = int(digits, base) if 0 < len(digits) < 8 else 0
    possible = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return match[0] if possible else b""


def without_space_before(data: bytes) -> bytes:
    """Without the white space and the byte order marks that XML forbids before its declaration."""
    start = re.match(rb"(?:\s|\xef\xbb\xbf)*", data)
    return data[start.end() :] if start else data


def declared_encoding(data: bytes) -> str:
    declaration = DECLARATION.match(data)
    named = DECLARED.search(declaration.group()) if declaration else None
    return named.group(1).decode().lower() if named else "utf-8"


def is_other(encoding: str) -> bool:
    """Whether this names an encoding that ASCII is part of, as its declaration must be, and that
    is not UTF-8."""
    try:
        return b"<?xml".decode(encoding) == "<?xml" and codecs.lookup(encoding).name not in UTF_8
    except (LookupError, ValueError):
        return False


def is_valid(data: bytes, encoding: str) -> bool:
    try:
        # Not final: the document may break off within a character.
        codecs.getincrementaldecoder(encoding)().decode(data, final=False)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def redeclared(data: bytes) -> bytes:
    """With a declaration that says UTF-8."""
    return b'<?xml version="1.0" encoding="utf-8"?>' + DECLARATION.sub(b"", data, count=1).lstrip()


def as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are no UTF-8 as what browsers take them for."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if not error.encoding.startswith("utf-8"):
        return "\N{REPLACEMENT CHARACTER}", error.end
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error("windows-1252", as_windows_1252)
