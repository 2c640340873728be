"""Recoding of feeds to UTF-8 without characters that XML forbids."""

import codecs
import re

from .prologue import declared_encoding, without_rubbish

# Detection by the first bytes (XML 1.0, appendix F): a byte order mark, or an encoded `<`.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
CONTROLS = bytes(set(range(0x20)) - {0x9, 0xA, 0xD})
BEYOND_ASCII = bytes(range(0x80, 0x100))
REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
ENTRY = re.compile(rb"(?=<(?:[A-Za-z_][\w.-]{0,50}:)?(?:entry|item)[\s>])")
UTF_8 = {"utf-8", "utf-8-sig", "ascii"}
# Python codecs that are no encodings of documents; punycode also takes quadratic time.
UNUSABLE_CODECS = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"}
# Declared encodings, and the larger ones that writers mean by them (WHATWG Encoding, 4.2).
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}
# A declared encoding may fail on this share of the characters beyond ASCII and still be used.
MAX_WRONG_SHARE = 0.02

MIXED = "The feed is not in UTF-8 throughout; the rest was read as Windows-1252."
NOT_UTF_8 = "The feed is not in UTF-8 and declares no other encoding; read as Windows-1252."
CONTROLS_LEFT_OUT = "The feed contains characters that XML forbids; they are left out."


def as_utf8(data: bytes, content_type: str = "") -> tuple[bytes, str]:
    """Recode a document to UTF-8. Returns it with a warning when the encoding was a guess.

    The encoding is that of the byte order mark, else of the header's charset, else of the XML
    declaration, else UTF-8. Other bytes are read as Windows-1252, the likeliest encoding; if most
    characters beyond ASCII are not UTF-8, all of them are.
    """
    text, warning = decode_document(without_space_before(data), content_type)
    encoded = text.lstrip("\ufeff").encode("utf-8", "replace")
    valid = REFERENCE.sub(keep_valid_reference, encoded.translate(None, CONTROLS))
    if len(valid) < len(encoded):
        warning = warning or CONTROLS_LEFT_OUT
    return valid, warning


def decode_document(data: bytes, content_type: str) -> tuple[str, str]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), ""
    data = without_rubbish(data)
    declared = declared_encoding(data)
    in_header = CHARSET.search(content_type)
    valid = decode_strictly(data, "utf-8")
    if valid is not None and declared.startswith("utf-8"):
        return valid, ""
    for encoding in (in_header.group(1) if in_header else "", declared):
        text = decode_strictly(data, encoding) if extends_ascii(encoding) else None
        if text is not None:
            return text, ""
    warning = ""
    if is_wide(declared):
        warning = f"The encoding that the feed declares ({declared}) is wrong; read as UTF-8."
    if valid is not None:
        return valid, warning
    if extends_ascii(declared):
        text = decode_nearly(data, declared)
        wrong = f"Not all of the feed is in the encoding that it declares ({declared})."
        return (text, wrong) if text is not None else (decode_mixed(data), MIXED)
    if is_mostly_not_utf8(data):
        return data.decode("cp1252", "replace"), NOT_UTF_8
    return decode_mixed(data), MIXED


def decode_mixed(data: bytes) -> str:
    """Decode a document whose entries may each be in UTF-8, in Windows-1252 or in both."""
    return "".join(
        part.decode("cp1252", "replace")
        if is_mostly_not_utf8(part)
        else part.decode("utf-8", "windows-1252")
        for part in ENTRY.split(data)
    )


def is_mostly_not_utf8(data: bytes) -> bool:
    """True when most characters beyond ASCII are not UTF-8."""
    text = data.decode("utf-8", "ignore")
    wrong = len(data) - len(text.encode())
    return wrong > len(text) - len(data.translate(None, BEYOND_ASCII))


def is_wide(encoding: str) -> bool:
    return encoding.startswith(("utf-16", "utf-32", "ucs-", "iso-10646"))


def extends_ascii(encoding: str) -> bool:
    """True for the name of an encoding other than UTF-8 that contains ASCII."""
    try:
        name = codecs.lookup(encoding).name
        if name in UTF_8 or name.replace("-", "_") in UNUSABLE_CODECS:
            return False
        return b"<?xml".decode(encoding) == "<?xml"
    except (LookupError, ValueError):
        return False


def decode_strictly(data: bytes, encoding: str) -> str | None:
    """The text if all of it is in that encoding, else None; may end within a character."""
    try:
        return codecs.getincrementaldecoder(wider_encoding(encoding))().decode(data, final=False)
    except (UnicodeError, LookupError):
        return None


def decode_nearly(data: bytes, encoding: str) -> str | None:
    """The text with U+FFFD for wrong bytes; None if these exceed MAX_WRONG_SHARE."""
    text = data.decode(wider_encoding(encoding), "replace")
    beyond_ascii = len(data.translate(None, bytes(range(0x80))))
    few = text.count("\N{REPLACEMENT CHARACTER}") <= MAX_WRONG_SHARE * beyond_ascii
    return text if few else None


def wider_encoding(encoding: str) -> str:
    name = codecs.lookup(encoding).name
    return WIDER.get(name, name)


def keep_valid_reference(match: re.Match[bytes]) -> bytes:
    """The reference, if its character is allowed in XML (XML 1.0, 2.2); else nothing."""
    base = 16 if match[1] else 10
    digits = (match[1] or match[2]).lstrip(b"0")
    code = int(digits, base) if 0 < len(digits) < 8 else 0
    valid = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return match[0] if valid else b""


def without_space_before(data: bytes) -> bytes:
    """Remove white space and byte order marks before the XML declaration."""
    start = re.match(rb"(?:\s|\xef\xbb\xbf)*+", data)
    return data[start.end() :] if start else data


def as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 as Windows-1252: a handler for codecs.register_error."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if not error.encoding.startswith("utf-8"):
        return "\N{REPLACEMENT CHARACTER}", error.end
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error("windows-1252", as_windows_1252)
