"""The floor plan: what is kept of a file that somebody sends, and the boxes that one draws."""

import io

import pytest
import sqlalchemy as sa

from app.booking.models import Resource
from app.core.db import db
from app.coworking.models import FloorDrawing
from app.coworking.rules import NotADrawing, cleaned
from tests.factories import thing
from tests.pages import error_of, fields_of, text_of

HOSTILE = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="10 20 400 300" onload="alert(1)">
<script>alert(2)</script><style>*{background:url(http://evil.example/)}</style>
<foreignObject><iframe src="http://evil.example/"/></foreignObject>
<a xlink:href="javascript:alert(3)"><rect width="9" height="9"/></a>
<image href="http://evil.example/x.png"/><use href="#x"/>
<rect x="12" y="30" width="100" height="50" fill="url(http://evil.example/)" stroke="#333" onclick="alert(4)" style="fill:red" class="me" id="contenu"/>
<path d="M0 0h10v10z javascript:alert(5)"/><path d="M1 2 L3 4 Z" fill="none"/>
<text x="5" y="6">Salle &lt;b&gt; &amp; cie</text><g transform="translate(3,4) rotate(45)"><circle r="4"/></g>
<animate attributeName="href" to="javascript:alert(6)"/></svg>"""


def test_only_shapes_and_words_are_kept_of_a_drawing():
    drawn = cleaned(HOSTILE)

    assert (drawn.width, drawn.height) == (400, 300)
    assert drawn.shapes == (
        '<g transform="translate(-10 -20)"><rect x="12" y="30" width="100" height="50" stroke="#333"></rect><path></path>'
        '<path d="M1 2 L3 4 Z" fill="none"></path><text x="5" y="6">Salle &lt;b&gt; &amp; cie</text>'
        '<g transform="translate(3,4) rotate(45)"><circle r="4"></circle></g></g>'
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html><svg/></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>',
        b'<svg viewBox="0 0 0 9"><rect/></svg>',
        b'<svg viewBox="0 0 1e999 9"><rect/></svg>',
        b"<svg><rect/></svg>",
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg viewBox="0 0 9 9"><text>&a;</text></svg>',
        b'<svg viewBox="0 0 9 9">' + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>",
        b'<svg viewBox="0 0 9 9">' + b"<rect/>" * 5000 + b"</svg>",
        b" " * 400_001,
    ],
)
def test_what_is_no_drawing_is_refused(content):
    with pytest.raises(NotADrawing):
        cleaned(content)


def test_the_plan_is_drawn_by_its_numbers_named_and_laid_over_a_drawing(lieu, log_in):
    client = log_in(lieu.max)
    seat = (
        lieu.seat("A1") if hasattr(lieu, "seat") else thing(db.session.scalars(sa.select(Resource.id).where(Resource.code == "A1")).one())
    )
    said = fields_of(client.get(f"/manage/plan/?space={seat.space_id or 0}").text)
    elsewhere = {row.id: (row.name, row.plan_box) for row in db.session.scalars(sa.select(Resource)) if f"name-{row.id}" not in said}
    assert elsewhere, "one space at a time"
    wrong = client.post(
        "/manage/plan/", data={**said, f"x-{seat.id}": "350", f"y-{seat.id}": "4", f"width-{seat.id}": "50", f"height-{seat.id}": "48"}
    )
    assert wrong.status_code == 422 and "Hors du plan" in text_of(wrong)
    placed = {f"x-{seat.id}": "20", f"y-{seat.id}": "40", f"width-{seat.id}": "50", f"height-{seat.id}": "48", f"name-{seat.id}": "Fenêtre"}
    assert client.post("/manage/plan/", data={**said, **placed}).status_code == 303
    assert (thing(seat.id).plan_box, thing(seat.id).name) == ((20, 40, 50, 48), "Fenêtre")
    assert {row.id: (row.name, row.plan_box) for row in db.session.scalars(sa.select(Resource)) if row.id in elsewhere} == elsewhere

    long = client.post("/manage/plan/", data={**said, f"name-{seat.id}": "x" * 121, f"x-{seat.id}": "1" * 20})
    assert long.status_code == 422 and "120 caractères au plus" in text_of(long) and "x" * 121 in long.text and "1" * 20 in long.text
    assert thing(seat.id).name == "Fenêtre"
    bad = client.post("/manage/plan/drawing", data={"file": (io.BytesIO(b"GIF89a"), "plan.svg")})
    assert "n’est pas un plan SVG lisible" in error_of(bad, "file")
    assert client.post("/manage/plan/drawing", data={"file": (io.BytesIO(HOSTILE), "plan.svg")}).status_code == 303
    seen = log_in(lieu.camille).get("/coworking/plan?day=2026-12-07&half=morning")
    assert "Salle &lt;b&gt; &amp; cie" in seen.text and "alert" not in seen.text and "evil" not in seen.text
    assert 'aria-label="Fenêtre, libre, réserver"' in text_of(seen)
    assert log_in(lieu.camille).get("/manage/plan/").status_code == 404
    log_in(lieu.max).post("/manage/plan/drawing/removal")
    assert db.session.scalars(sa.select(FloorDrawing)).all() == []
