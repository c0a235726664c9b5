"""A floor plan that somebody sends as SVG: read as XML, rebuilt from the few shapes and attributes that a plan needs."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

MOST_BYTES, MOST_SHAPES, MOST_SIDE = 400_000, 4000, 20_000

_NUMBER = r"-?[\d.]{1,12}(?:e-?\d{1,2})?"
_LENGTH = re.compile(rf"{_NUMBER}(?:px|pt|mm|cm)?")
_NUMBERS = re.compile(r"[-+.,\d\seE]{1,20000}")
_PATH = re.compile(r"[-+.,\d\seEMmLlHhVvCcSsQqTtAaZz]{1,60000}")
_MOVES = re.compile(rf"(?:\s*(?:translate|scale|rotate|matrix|skewX|skewY)\(\s*(?:{_NUMBER}[\s,]*){{1,6}}\)\s*){{1,8}}")
_PAINT = re.compile(r"none|currentColor|[a-z]{3,20}|#[0-9a-fA-F]{3,8}|rgb\(\s*\d{1,3}\s*(?:,\s*\d{1,3}\s*){2}\)")
_WORD = re.compile(r"[a-z-]{1,12}")

_SHAPES = ("g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan")
_ATTRIBUTES = {
    **dict.fromkeys(
        ("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2", "font-size", "stroke-width"), _LENGTH
    ),
    **dict.fromkeys(("opacity", "fill-opacity", "stroke-opacity"), re.compile(_NUMBER)),
    **dict.fromkeys(("fill", "stroke"), _PAINT),
    **dict.fromkeys(("text-anchor", "stroke-linecap", "stroke-linejoin", "font-weight"), _WORD),
    "points": _NUMBERS,
    "stroke-dasharray": _NUMBERS,
    "d": _PATH,
    "transform": _MOVES,
}


class NotADrawing(ValueError):
    """This file is no SVG that we can read."""


class Drawing(NamedTuple):
    shapes: str
    width: int
    height: int


def cleaned(content: bytes) -> Drawing:
    """The shapes and words of an SVG, and nothing else: no script, no style, no link, no picture, no entity."""
    if len(content) > MOST_BYTES or b"<!DOCTYPE" in content[:2000].upper() or b"<!ENTITY" in content.upper():
        raise NotADrawing("size")
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, reader)
    except (etree.XMLSyntaxError, ValueError) as trouble:
        raise NotADrawing("xml") from trouble
    if _name(root) != "svg":
        raise NotADrawing("root")
    left, top, width, height = _frame(root)
    count = [0]
    inside = "".join(part for child in root for part in _written(child, count, depth=0))
    if not inside:
        raise NotADrawing("empty")
    moved = f'<g transform="translate({-left:g} {-top:g})">{inside}</g>' if left or top else inside
    return Drawing(moved, max(1, round(width)), max(1, round(height)))


def _frame(root: etree._Element) -> tuple[float, float, float, float]:
    """From its view box, else from its size."""
    said = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
    try:
        if len(said) == 4:
            left, top, width, height = map(float, said)
        else:
            left, top = 0.0, 0.0
            width, height = (float(re.match(r"[\d.]+", root.get(side) or "")[0]) for side in ("width", "height"))  # type: ignore[index]
    except (ValueError, TypeError) as trouble:
        raise NotADrawing("frame") from trouble
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE and abs(left) <= MOST_SIDE and abs(top) <= MOST_SIDE):
        raise NotADrawing("frame")
    return left, top, width, height


def _written(element: etree._Element, count: list[int], *, depth: int) -> Iterator[str]:
    name = _name(element)
    if name not in _SHAPES or depth > 20:
        return
    count[0] += 1
    if count[0] > MOST_SHAPES:
        raise NotADrawing("shapes")
    kept = "".join(
        f" {key}={quoteattr(value.strip())}"
        for key, value in element.attrib.items()
        if isinstance(key, str) and key in _ATTRIBUTES and _ATTRIBUTES[key].fullmatch(value.strip())
    )
    words = escape((element.text or "").strip()[:200]) if name in ("text", "tspan") else ""
    yield f"<{name}{kept}>{words}"
    for child in element:
        yield from _written(child, count, depth=depth + 1)
    yield f"</{name}>"


def _name(element: etree._Element) -> str:
    """Without its namespace; nothing for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
