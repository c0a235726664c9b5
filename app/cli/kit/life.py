"""The keys and badges of a lieu and the drawing under its plan, in its file: shape, what it says, what it writes. Who has a key stays here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from marshmallow import ValidationError, fields, post_load, validate

from app.cli.kit.values import MISSING, Line, Shape, Whole
from app.core.db import db
from app.coworking.models import FloorDrawing, Key
from app.coworking.rules.drawing import MOST_SIDE, Drawing, NotADrawing, cleaned

SORTS = {"cle": "key", "badge": "badge"}
_SAID = {kind: sort for sort, kind in SORTS.items()}


class KeyShape(Shape):
    genre = fields.Str(load_default="cle", validate=validate.OneOf(list(SORTS), error="cle ou badge est attendu."))
    marque = Line(most=40, required=True)
    ouvre = Line(load_default="")


class DrawingShape(Shape):
    largeur = Whole(1, MOST_SIDE, required=True)
    hauteur = Whole(1, MOST_SIDE, required=True)
    traits = fields.Str(required=True, error_messages=MISSING)

    @post_load
    def drawn(self, data: Mapping[str, Any], **_: Any) -> Drawing:
        """Cleaned as when it is sent by a page: a file is no way round."""
        svg = f'<svg viewBox="0 0 {data["largeur"]} {data["hauteur"]}">{data["traits"]}</svg>'
        try:
            return cleaned(svg.encode())
        except NotADrawing as trouble:
            raise ValidationError("ce n’est pas un dessin que l’on sait lire.", field_name="traits") from trouble


def keys_said(place_id: int) -> list[dict[str, str]]:
    """Those that can be lent, keys first."""
    query = sa.select(Key).where(Key.place_id == place_id, Key.state == "good")
    rows = db.session.scalars(query.order_by(Key.kind.desc(), Key.mark, Key.id))
    return [{"genre": _SAID[row.kind], "marque": row.mark} | ({"ouvre": row.opens} if row.opens else {}) for row in rows]


def drawing_said(place_id: int) -> dict[str, Any] | None:
    row = db.session.get(FloorDrawing, place_id)
    return {"largeur": row.width, "hauteur": row.height, "traits": row.shapes} if row is not None else None


def write_keys(place_id: int, listed: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Those that the file does not name stay as they are; one that was lost or put away serves again when it is named."""
    rows = db.session.scalars(sa.select(Key).where(Key.place_id == place_id))
    known = {(row.kind, row.mark): row for row in rows}
    for said in listed:
        kind, mark = SORTS[said["genre"]], said["marque"]
        row = known.get((kind, mark)) or Key(place_id=place_id, kind=kind, mark=mark, created_at=now)
        row.opens, row.state = said["ouvre"], "good"
        db.session.add(row)


def write_drawing(place_id: int, drawing: Drawing | None, *, now: datetime) -> None:
    """A file without one changes nothing."""
    if drawing is None:
        return
    row = db.session.get(FloorDrawing, place_id) or FloorDrawing(place_id=place_id)
    row.shapes, row.width, row.height, row.changed_at = drawing.shapes, drawing.width, drawing.height, now
    db.session.add(row)
