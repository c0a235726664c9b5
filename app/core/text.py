"""Text as it enters: no control character, no trick of direction, one way to write an accent."""

import re
import unicodedata

_INVISIBLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if code not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),  # bidi embeddings and overrides
        *range(0x2066, 0x206A),  # bidi isolates
        0x200B,
        0x200E,
        0x200F,
        0x2028,
        0x2029,
        0x2060,
        0xFEFF,
        0xFFFE,
        0xFFFF,
    ]
)


_JOINTS = dict.fromkeys(map(ord, "-'’ʼ‐‑"), " ")


def clean(value: str) -> str:
    """Several lines of text, cleaned; line ends become `\\n`, lone surrogates go."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFC", value.translate(_INVISIBLE)).strip()


def clean_line(value: str) -> str:
    """One line of text: the same, and white space in the middle is one space."""
    return re.sub(r"[ \t\n]+", " ", clean(value))


def searchable(value: str) -> str:
    """As a search compares it: lower case, without accents, hyphens or apostrophes."""
    letters = unicodedata.normalize("NFKD", clean_line(value).casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(plain.replace("œ", "oe").replace("æ", "ae").translate(_JOINTS).split())
