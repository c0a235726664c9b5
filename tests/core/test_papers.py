"""Papers are archives: tagged PDF/A-3, the same bytes each time, and what people wrote stays text."""

import io
from datetime import date

import pikepdf
import pytest

from app.core import papers

NAMESPACE = "urn:example:note#"


@pytest.fixture
def template(monkeypatch, tmp_path):
    """A paper of one's own, beside the house's common one."""
    (tmp_path / "core").mkdir()
    for common in ("core/papers.typ", "core/sign.typ"):
        (tmp_path / common).write_bytes((papers.ROOT / common).read_bytes())
    (tmp_path / "note.typ").write_text(
        '#import "/core/papers.typ": *\n#show: paper.with(foot: [Lieu])\n= #said.title\n#lines(said.lines)\n'
    )
    monkeypatch.setattr(papers, "ROOT", tmp_path)
    return "note.typ"


def note(template, *lines, attachments=()):
    return papers.pdf(
        template,
        {"title": "Note", "lines": lines},
        title="Note d’essai",
        author="Worklab",
        day=date(2026, 12, 1),
        attachments=attachments,
    )


def test_a_paper_is_a_tagged_archive_and_the_same_bytes_each_time(template):
    attached = papers.Attachment("mot.xml", "<mot>é</mot>", "text/xml", "Le mot", "alternative")
    facts = papers.Facts("Note", NAMESPACE, "note", {"Level": ("EN 16931", "The level")})

    first = papers.with_facts(note(template, "Une ligne", attachments=[attached]), facts)
    again = papers.with_facts(note(template, "Une ligne", attachments=[attached]), facts)

    assert first == again
    with pikepdf.open(io.BytesIO(first)) as document:
        xmp = document.Root.Metadata.read_bytes().decode()
        assert document.Root.MarkInfo.Marked == True  # noqa: E712 — not a Python bool
        assert str(document.Root.Lang) == "fr"
        assert document.attachments["mot.xml"].get_file().read_bytes() == "<mot>é</mot>".encode()
    assert "<pdfaid:part>3" in xmp
    assert "<pdfaid:conformance>A" in xmp
    assert "<note:Level>EN 16931</note:Level>" in xmp
    assert xmp.count("<pdfaExtension:schemas>") == 1


def test_a_name_in_letters_that_our_fonts_lack_stops_no_paper(template):
    """Ideograms, an emoji, a sign nobody gave a meaning to, a digit of another width, a box drawn around a figure."""
    made = note(template, "王小明 👩🏽\u200d🚀 \ue000 １２ 1\u20e3", 'Łukasz "Привет" محمد')

    assert made == note(template, "□□□ □□\u200d□ □ 12 1", 'Łukasz "Привет" محمد')
    attached = note(template, "王", attachments=[papers.Attachment("a.xml", "<name>王</name>", "text/xml", "Pour les programmes")])
    with pikepdf.open(io.BytesIO(attached)) as document:
        assert document.attachments["a.xml"].get_file().read_bytes() == "<name>王</name>".encode()


def test_a_paper_of_a_thousand_unknown_signs_is_made_too(template):
    assert note(template, "".join(map(chr, range(0x4E00, 0x51E8)))).startswith(b"%PDF")


def test_what_people_wrote_is_never_markup(template):
    hostile = '#read("/etc/passwd") $x$ *gras* `code` \\ "guillemets" @ref <label>'

    harmless, wicked = note(template, "x" * len(hostile)), note(template, hostile)

    assert len(wicked) > 0.9 * len(harmless)
