"""The quality file, for who runs the course and for the auditor."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock, uploads
from app.core.db import db
from app.core.refusals import Refused
from app.courses.forms.listening import QualityNoteForm
from app.courses.models import QualityNote
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
        notes=queries.notes(place.id),
    )


@bp.route("/quality/<int:number>", methods=["GET", "POST"])
@needs("manage_courses")
def indicator(number: int) -> ResponseReturnValue:
    """What was brought for an indicator, and the way to bring something more."""
    place = places.current()
    today = clock.today(place.tz)
    found = next((one for one in rules.indicators(today) if one.number == number), None) or abort(404)
    form = QualityNoteForm(data={"dated_on": today})
    if form.validate_on_submit():
        sent = form.file.data
        said = {"dated_on": form.dated_on.data, "text": form.text.data, "file": sent.stream if sent and sent.filename else None}
        try:
            services.bring(place_id=place.id, indicator=number, actor_id=current_user.id, now=clock.now(), **said)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La preuve est au dossier."))
            return redirect(url_for(".indicator", number=number))
    page = render_template("courses/manage/indicator.html", form=form, one=found, notes=queries.notes(place.id).get(number, []))
    return page, form.status


@bp.get("/quality/notes/<int:note_id>.pdf")
@needs("manage_courses")
def quality_note(note_id: int) -> ResponseReturnValue:
    row = db.session.get(QualityNote, note_id)
    if row is None or row.upload_id is None or row.place_id != places.current().id:
        abort(404)
    return uploads.answer(db.session.get_one(uploads.Upload, row.upload_id), filename=f"indicateur-{row.indicator}-{row.dated_on}")


@bp.get("/quality.zip")
@needs("manage_courses")
def quality_file() -> ResponseReturnValue:
    place = places.current()
    day = clock.today(place.tz)
    made = services.quality_file(place.id, day=day)
    return taken_away(made, name=f"qualite-{day.isoformat()}.zip", content_type="application/zip")
