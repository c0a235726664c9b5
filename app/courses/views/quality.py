"""The quality file, for who runs the course and for the auditor."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core import clock
from app.courses.queries import quality as queries
from app.courses.rules import quality as rules
from app.courses.services import quality as services
from app.courses.views.door import manage_bp as bp
from app.members.views import needs
from app.place import queries as places
from app.web.downloads import taken_away


@bp.get("/quality")
@needs("manage_courses")
def quality() -> ResponseReturnValue:
    """The indicators in force, each with what the program holds for it."""
    place = places.current()
    held = queries.proofs(place.id)
    return render_template(
        "courses/manage/quality.html",
        indicators=rules.indicators(clock.today(place.tz)),
        held=held,
        proved={name for name, proof in held.items() if proof.number},
        names=rules.PROOFS,
    )


@bp.get("/quality.zip")
@needs("manage_courses")
def quality_file() -> ResponseReturnValue:
    place = places.current()
    day = clock.today(place.tz)
    made = services.quality_file(place.id, day=day)
    return taken_away(made, name=f"qualite-{day.isoformat()}.zip", content_type="application/zip")
