"""The floor plan as one draws it: boxes by their numbers or by hand, names, and the drawing under them."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.booking.queries import directory
from app.booking.rules import PLAN_WIDTH, Thing
from app.core import clock
from app.core.db import db
from app.core.text import clean_line
from app.coworking import services
from app.coworking.forms import DrawingForm
from app.coworking.models import FloorDrawing
from app.coworking.rules import NotADrawing, cleaned
from app.place import queries as place_queries
from app.web import rights
from app.web.forms import Form

bp = Blueprint("plan", "app.coworking", url_prefix="/manage/plan", template_folder="templates")
bp.before_request(rights.only("manage_resources"))

SIDES = ("x", "y", "width", "height")
HIGHEST = 3000
LONGEST_NAME, LONGEST_NUMBER = 120, 40  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """A thing, its box as it was written, and what is wrong with it."""

    thing: Thing
    name: str
    said: dict[str, str]
    trouble: str = ""


@bp.route("/", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    place = place_queries.current()
    things = _things()
    form, space_id = Form(), _space_asked(things)
    if not form.validate_on_submit():
        return _page([_as_it_is(thing) for thing in things], form, space_id)
    rows = [_row(thing) for thing in things]
    if any(row.trouble for row in rows):
        return _page(rows, form, space_id), 422
    written = [row for row in rows if _is_written(row.thing)]
    services.place_on_plan(
        place_id=place.id,
        boxes={row.thing.id: _box(row.said) for row in written},
        names={row.thing.id: row.name for row in written},
        actor_id=current_user.id,
        now=clock.now(),
    )
    flash(_("Le plan est enregistré."))
    return redirect(url_for(".edit", space=space_id), 303)


@bp.post("/redrawn")
def redraw() -> ResponseReturnValue:
    services.redraw_plan(place_id=place_queries.current().id, actor_id=current_user.id, now=clock.now())
    flash(_("Le plan est redessiné, pièce par pièce."))
    return redirect(url_for(".edit"), 303)


@bp.post("/drawing")
def drawing() -> ResponseReturnValue:
    """An SVG, of which only shapes and words are kept."""
    form = DrawingForm()
    if form.validate():
        try:
            drawn = cleaned(form.file.data.read())
        except NotADrawing:
            form.file.errors = [_("Ce fichier n’est pas un plan SVG lisible, ou il est trop grand (400 ko au plus).")]
        else:
            services.set_drawing(drawn, place_id=place_queries.current().id, actor_id=current_user.id, now=clock.now())
            flash(_("Le fond de plan est en place."))
            return redirect(url_for(".edit"), 303)
    things = _things()
    return _page([_as_it_is(thing) for thing in things], Form(formdata=None), _space_asked(things), upload=form), form.status


@bp.post("/drawing/removal")
def remove_drawing() -> ResponseReturnValue:
    services.set_drawing(None, place_id=place_queries.current().id, actor_id=current_user.id, now=clock.now())
    flash(_("Le fond de plan est retiré."))
    return redirect(url_for(".edit"), 303)


def backdrop(place_id: int) -> tuple[Markup, int, int, int] | None:
    """What lies under the things: (shapes, its width, its height, its height once as wide as the plan)."""
    row = db.session.get(FloorDrawing, place_id)
    if row is None:
        return None
    return Markup(row.shapes), row.width, row.height, PLAN_WIDTH * row.height // row.width  # noqa: S704 — rebuilt from a safe list


def _things() -> list[Thing]:
    """What stands on the plan: spaces first."""
    things = [thing for thing in directory(place_queries.current()).things.values() if thing.kind != "pool"]
    return sorted(things, key=lambda thing: (thing.kind != "space", thing.rank, thing.id))


def _as_it_is(thing: Thing) -> Row:
    return Row(thing, thing.name, _said(thing))


def _space_of(thing: Thing) -> int:
    """The space whose numbers are written together with those of this thing; 0: it stands in none."""
    return thing.id if thing.kind == "space" else thing.space_id or 0


def _space_asked(things: list[Thing]) -> int:
    """One space at a time: the numbers of a whole lieu are too many fields for an old phone."""
    known = [_space_of(thing) for thing in things]
    asked = request.args.get("space", type=int)
    return asked if asked is not None and asked in known else next(iter(known), 0)


def _is_written(thing: Thing) -> bool:
    return f"name-{thing.id}" in request.form


def _page(rows: list[Row], form: Form, space_id: int, *, upload: DrawingForm | None = None) -> str:
    place = place_queries.current()
    names = {row.thing.id: row.name for row in rows}
    under = backdrop(place.id)
    boxes = [(row, box) for row in rows if not row.trouble and (box := _box(row.said)) is not None]
    height = max([box[1] + box[3] for _row_, box in boxes], default=0) + 4
    return render_template(
        "coworking/drawing.html",
        rows=[row for row in rows if row.trouble or _space_of(row.thing) == space_id],
        spaces={one: names.get(one, "") for one in dict.fromkeys(_space_of(row.thing) for row in rows)},
        space_id=space_id,
        boxes=boxes,
        form=form,
        upload=upload or DrawingForm(formdata=None),
        backdrop=under,
        width=PLAN_WIDTH,
        height=max(height, under[3] if under else 0, 120),
    )


def _said(thing: Thing) -> dict[str, str]:
    return dict(zip(SIDES, map(str, thing.plan_box or ("", "", "", "")), strict=True))


def _row(thing: Thing) -> Row:
    """As it was written; what the form did not show stays as it is."""
    if not _is_written(thing):
        return _as_it_is(thing)
    said = {side: clean_line(request.form.get(f"{side}-{thing.id}", ""))[:LONGEST_NUMBER] for side in SIDES}
    name = clean_line(request.form.get(f"name-{thing.id}", ""))
    if not name:
        return Row(thing, thing.name, said, _("Donnez-lui un nom."))
    if len(name) > LONGEST_NAME:
        return Row(thing, name, said, _("Son nom est trop long : %(most)s caractères au plus.", most=LONGEST_NAME))
    if not any(said.values()):
        return Row(thing, name, said)
    if not all(value.isdecimal() for value in said.values()):
        return Row(thing, name, said, _("Quatre nombres entiers, ou rien."))
    x, y, width, height = (int(said[side]) for side in SIDES)
    if width < 10 or height < 10 or x + width > PLAN_WIDTH or y + height > HIGHEST:
        return Row(thing, name, said, _("Hors du plan : il fait %(width)s de large, et une boîte 10 au moins.", width=PLAN_WIDTH))
    return Row(thing, name, said)


def _box(said: dict[str, str]) -> tuple[int, int, int, int] | None:
    if not all(said.values()):
        return None
    x, y, width, height = (int(said[side]) for side in SIDES)
    return x, y, width, height
