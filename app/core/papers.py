"""Papers: PDF/A-3 that stays readable for ten years, tagged for screen readers, the same bytes each time.

A paper is a typst file beside the room that needs it. What it says is given as values and reaches it as JSON: whatever
somebody wrote is text there, never markup. typst and pikepdf are imported by the first paper that needs them: a web
process that prints nothing does not carry them.
"""

import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

ROOT = Path(__file__).resolve().parent.parent  # app/: a paper may import `/core/papers.typ`, and nothing outside

_NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
_UNDRAWN = ("could not be displayed with font", "the PDF contains the codepoint")
_UNKNOWN = "□"
_SIGNS = 100  # looked at one by one, five milliseconds each; no honest paper has as many that are not of our alphabet

_RDF, _EXTENSION, _SCHEMA, _PROPERTY = (f"{{{name}}}" for name in _NAMES.values())
_BEGIN, _END = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode(), b'<?xpacket end="r"?>'


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file inside the paper."""

    name: str
    text: str
    mime: str
    description: str
    relationship: str = "data"  # alternative: the same content for programs; data, source, supplement


@dataclass(frozen=True, slots=True)
class Facts:
    """What programs read of a paper without opening what is attached: values of one XMP schema, each with what it means."""

    schema: str
    namespace: str
    prefix: str
    values: Mapping[str, tuple[str, str]]  # name → (value, description)


def pdf(
    template: str,
    said: Mapping[str, Any],
    *,
    title: str,
    author: str,
    day: date,
    language: str = "fr",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The paper that `template` (below `app/`, as « billing/papers/invoice.typ ») makes of what is `said`."""
    frame: dict[str, Any] = {
        "title": title,
        "author": author,
        "day": [day.year, day.month, day.day],
        "language": language,
        "attachments": [asdict(file) for file in attachments],
    }
    words, framed = json.dumps(said, ensure_ascii=False), json.dumps(frame, ensure_ascii=False)
    moment = datetime.combine(day, time(12), UTC)
    if paper := _typeset(template, {"said": words, "frame": framed}, moment):
        return paper
    if paper := _typeset(template, {"said": _printable(words), "frame": framed}, moment):  # what is attached stays as it is
        return paper
    raise ValueError(f"{template}: a sign that cannot be drawn is in the template itself")


def _typeset(template: str, told: dict[str, str], moment: datetime) -> bytes | None:
    """The archive made of a template; none when it says a sign that our fonts cannot draw."""
    import typst  # noqa: PLC0415 — 25 MB that only papers need

    try:
        made = typst.compile(
            ROOT / template,
            root=ROOT,
            font_paths=[],
            ignore_system_fonts=True,  # the fonts inside typst: the same letters on every machine
            format="pdf",
            sys_inputs=told,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=moment,
        )
    except typst.TypstError as trouble:
        if any(words in str(trouble) for words in _UNDRAWN):
            return None
        raise
    assert isinstance(made, bytes)
    return made


def _printable(text: str) -> str:
    """The same JSON, each sign that our fonts cannot draw (an ideogram, an emoji) as its plain form, or as a white square.

    PDF/A refuses a page with a letter nobody could read: a name from far away must not stop an invoice or a certificate.
    """
    signs = sorted({sign for sign in text if not sign.isascii()})
    known = {sign: _drawn(sign) for sign in signs[:_SIGNS]} | dict.fromkeys(signs[_SIGNS:], _UNKNOWN)
    return "".join(known.get(sign, sign) for sign in text)


@lru_cache(maxsize=10 * _SIGNS)
def _drawn(sign: str) -> str:
    """A sign as our fonts can draw it, to be put inside a JSON string."""
    plain = json.dumps(unicodedata.normalize("NFKC", sign), ensure_ascii=False)[1:-1]
    for form in dict.fromkeys((sign, plain)):
        if _typeset("core/sign.typ", {"sign": f"e{form}"}, datetime(2000, 1, 1, tzinfo=UTC)):
            return form
    return "" if unicodedata.combining(sign) or unicodedata.category(sign) in ("Me", "Cf") else _UNKNOWN


def picture_of(content: bytes, extension: str) -> bytes | None:
    """A PNG drawn again from what somebody sent (`png`, `jpg` or `pdf`: its first page); none when it is not what it says.

    Only our own picture is ever shown: what hides in the original is never opened by a browser.
    """
    import typst  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        (Path(folder) / f"sent.{extension}").write_bytes(content)
        (Path(folder) / "main.typ").write_text(
            f'#set page(width: 700pt, height: auto, margin: 0pt)\n#image("sent.{extension}", width: 100%)'
        )
        try:
            drawn = typst.compile(Path(folder) / "main.typ", root=Path(folder), ignore_system_fonts=True, format="png", ppi=100)
        except typst.TypstError:
            return None
    return drawn


def with_facts(paper: bytes, facts: Facts) -> bytes:
    """The same paper with these facts in its XMP, their schema declared as PDF/A asks."""
    import pikepdf  # noqa: PLC0415 — 0.3 s and 17 MB that only invoices need

    with pikepdf.open(io.BytesIO(paper)) as document:
        packet = etree.fromstring(document.Root.Metadata.read_bytes().strip())
        rdf = next(packet.iter(f"{_RDF}RDF"))
        schemas = next(rdf.iter(f"{_EXTENSION}schemas"))
        schemas[0].append(_schema(facts))
        rdf.append(_values(facts))
        document.Root.Metadata.write(_BEGIN + etree.tostring(packet, encoding="utf-8") + _END)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _schema(facts: Facts) -> etree._Element:
    item = etree.Element(f"{_RDF}li", {f"{_RDF}parseType": "Resource"}, nsmap=_NAMES)
    for name, text in (("schema", facts.schema), ("namespaceURI", facts.namespace), ("prefix", facts.prefix)):
        etree.SubElement(item, f"{_SCHEMA}{name}").text = text
    properties = etree.SubElement(etree.SubElement(item, f"{_SCHEMA}property"), f"{_RDF}Seq")
    for name, (_value, description) in facts.values.items():
        one = etree.SubElement(properties, f"{_RDF}li", {f"{_RDF}parseType": "Resource"})
        said = {"name": name, "valueType": "Text", "category": "external", "description": description}
        for key, text in said.items():
            etree.SubElement(one, f"{_PROPERTY}{key}").text = text
    return item


def _values(facts: Facts) -> etree._Element:
    description = etree.Element(f"{_RDF}Description", {f"{_RDF}about": ""}, nsmap={"rdf": _NAMES["rdf"], facts.prefix: facts.namespace})
    for name, (value, _description) in facts.values.items():
        etree.SubElement(description, f"{{{facts.namespace}}}{name}").text = value
    return description
