"""The floor plan: what it is drawn on, and where each thing stands."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from app.booking.models import Resource
from app.booking.services import draw_plan
from app.core import journal
from app.core.db import db, transaction
from app.coworking.models import FloorDrawing
from app.coworking.rules import Drawing
from app.place.services import touch_settings

Box = tuple[int, int, int, int]


def place_on_plan(*, place_id: int, boxes: Mapping[int, Box | None], names: Mapping[int, str], actor_id: int, now: datetime) -> None:
    """Where things stand ([x, y, width, height] on a plan 360 wide; None: not drawn), and what they are called."""
    with transaction():
        rows = db.session.scalars(sa.select(Resource).where(Resource.place_id == place_id, Resource.id.in_([*boxes, *names]))).all()
        for row in rows:
            if row.id in boxes:
                box = boxes[row.id]
                row.plan_box = list(box) if box is not None else None
            row.name = names.get(row.id) or row.name
        db.session.flush()
        touch_settings(place_id)
        journal.record("place.plan_drawn", place_id, place_id=place_id, actor_id=actor_id, at=now, things=len(rows))


def redraw_plan(*, place_id: int, actor_id: int, now: datetime) -> None:
    """Give it back to our own hand: rooms one below the other, their things in rows."""
    with transaction():
        draw_plan(place_id)
        touch_settings(place_id)
        journal.record("place.plan_drawn", place_id, place_id=place_id, actor_id=actor_id, at=now)


def set_drawing(drawing: Drawing | None, *, place_id: int, actor_id: int, now: datetime) -> None:
    """What lies under the things; None takes it away."""
    with transaction():
        row = db.session.get(FloorDrawing, place_id)
        if drawing is None:
            if row is not None:
                db.session.delete(row)
        else:
            if row is None:
                row = FloorDrawing(place_id=place_id, shapes="", width=1, height=1, changed_at=now)
                db.session.add(row)
            row.shapes, row.width, row.height, row.changed_at = drawing.shapes, drawing.width, drawing.height, now
        db.session.flush()
        touch_settings(place_id)
        journal.record("place.plan_drawn", place_id, place_id=place_id, actor_id=actor_id, at=now)
