"""The booklet of clearances of a person: what they may use, until when, and a code that anybody can check."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import segno

from app.core import papers


def booklet(
    *,
    name: str,
    lieu: str,
    day: date,
    said: dict[str, str],
    lines: Sequence[dict[str, Any]],
    past: Sequence[dict[str, Any]],
    language: str = "fr",
) -> bytes:
    """`said`: the words of the paper; each line: name, given, until, by, number, and the address of its check."""
    drawn = [line | {"qr": _qr(line["url"])} for line in lines]
    return papers.pdf(
        "fablab/papers.typ",
        {"name": name, "lieu": lieu, "said": said, "lines": drawn, "past": list(past)},
        title=f"{said['title']} · {name}",
        author=lieu,
        day=day,
        language=language,
    )


def _qr(url: str) -> str:
    return segno.make(url, micro=False, error="m").svg_inline(border=1, scale=2)
