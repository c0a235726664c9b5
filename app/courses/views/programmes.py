"""Programmes, for who runs the courses: taken from a file, given back, what they cover, each sequence changed in a page."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.forms import CopyVersionForm, ProgrammeFileForm, SequenceForm
from app.courses.models import ProgrammeVersion
from app.courses.rules import Outline, ProgrammeRefused, coverage, programmes, quizzes
from app.courses.services import programmes as programmes_of
from app.courses.views.door import manage_bp as bp
from app.courses.views.timetables import outline_shown
from app.members.views import needs
from app.place import queries as places
from app.web.downloads import shown, taken_away
from app.web.forms import Form, SelectChoice


@bp.route("/programmes/new", methods=["GET", "POST"])
@needs("manage_courses")
def load() -> ResponseReturnValue:
    """A programme's file: taken whole, or each of its faults told."""
    form, faults = ProgrammeFileForm(), []
    if form.validate_on_submit():
        content = form.file.data.read(programmes.MOST_BYTES + 1)
        try:
            loaded = services.load_programme(content, place_id=places.current().id, actor_id=current_user.id, now=clock.now())
        except ProgrammeRefused as refused:
            faults = refused.faults
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le programme est chargé.") if loaded.has_changed else _("Ce programme est déjà à jour."))
            return redirect(url_for(".programme", version_id=loaded.version.id))
    return render_template("courses/manage/load.html", form=form, faults=faults), 422 if faults else form.status


@bp.get("/programmes/<int:version_id>")
@needs("manage_courses")
def programme(version_id: int) -> ResponseReturnValue:
    return _page(_version(version_id))


def _page(version: ProgrammeVersion, *, form: Form | None = None) -> ResponseReturnValue:
    form = form or CopyVersionForm(formdata=None)
    outline = queries.outline(version)
    return render_template(
        "courses/manage/programme.html", version=version, covered=coverage(outline), form=form, **outline_shown(outline)
    ), form.status


@bp.get("/programmes/<int:version_id>/file")
@needs("manage_courses")
def programme_file(version_id: int) -> ResponseReturnValue:
    """The file as it is written, to keep or to take elsewhere."""
    version = _version(version_id)
    return taken_away(version.source.encode(), name=f"programme-{version.id}.yaml", content_type="application/yaml")


@bp.get("/programmes/<int:version_id>.pdf")
@needs("manage_courses")
def programme_pdf(version_id: int) -> ResponseReturnValue:
    """As it is given to whoever asks."""
    return shown(programmes_of.paper(_version(version_id)).pdf(), name=f"programme-{version_id}.pdf")


@bp.post("/programmes/<int:version_id>/copy")
@needs("manage_courses")
def copy(version_id: int) -> ResponseReturnValue:
    version, form = _version(version_id), CopyVersionForm()
    if form.validate_on_submit():
        try:
            made = services.copy_version(version.id, label=form.label.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La nouvelle version est prête à être changée."))
            return redirect(url_for(".programme", version_id=made.id))
    return _page(version, form=form)


@bp.route("/programmes/<int:version_id>/modules/<module>/new", methods=["GET", "POST"])
@needs("manage_courses")
def new_sequence(version_id: int, module: str) -> ResponseReturnValue:
    version = _version(version_id)
    outline = queries.outline(version)
    if module not in {part.code for part in outline.parts}:
        abort(404)
    return _sequence(version, outline, code=None, module=module, said={})


@bp.route("/programmes/<int:version_id>/sequences/<code>", methods=["GET", "POST"])
@needs("manage_courses")
def sequence(version_id: int, code: str) -> ResponseReturnValue:
    version = _version(version_id)
    outline = queries.outline(version)
    step = next((one for one in outline.steps if one.code == code), None) or abort(404)
    said = {
        "code": step.code,
        "titre": step.title,
        "demi_journees": step.minutes // 210,
        "competence_principale": step.skill,
        "competences_liees": list(step.linked),
        "objectif": step.objective,
        "activites": "\n".join(step.activities),
        "modalite": step.way,
        "preuve_attendue": step.proof,
        "a_apporter": step.bring,
        "contenu": step.content,
        "quiz": quizzes.as_text(step.quiz),
    }
    return _sequence(version, outline, code=code, module="", said=said)


@bp.post("/programmes/<int:version_id>/sequences/<code>/end")
@needs("manage_courses")
def remove_sequence(version_id: int, code: str) -> ResponseReturnValue:
    version = _version(version_id)
    module = _module_of(queries.outline(version), code)
    try:
        services.remove_sequence(version.id, code=code, actor_id=current_user.id, now=clock.now())
    except ProgrammeRefused as refused:
        flash(" ".join(refused.faults), "bad")
    except Refused as refused:
        form = CopyVersionForm(formdata=None)
        form.refuse(refused)
        return _page(version, form=form)
    else:
        flash(_("La séquence est retirée."))
    return redirect(url_for(".programme", version_id=version.id, module=module))


def _sequence(version: ProgrammeVersion, outline: Outline, *, code: str | None, module: str, said: dict[str, Any]) -> ResponseReturnValue:
    form = SequenceForm(data=said)
    choices = [SelectChoice(one.code, f"{one.code}, {one.title}") for one in outline.skills]
    form.competence_principale.choices = form.competences_liees.choices = choices
    faults: list[str] = []
    if form.validate_on_submit():
        try:
            services.change_sequence(
                version.id, code=code, changes=_written(form, code), module=module, actor_id=current_user.id, now=clock.now()
            )
        except ProgrammeRefused as refused:
            faults = refused.faults
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le programme est à jour, ses totaux aussi."))
            return redirect(url_for(".programme", version_id=version.id, module=module or _module_of(outline, code)))
    return render_template(
        "courses/manage/sequence.html", form=form, faults=faults, version=version, outline=outline, code=code
    ), 422 if faults else form.status


def _written(form: SequenceForm, code: str | None) -> dict[str, Any]:
    """The sequence as its file says it; a code that exists stays, since timetables point at it."""
    hours = form.demi_journees.data * 3.5
    linked = [one for one in form.competences_liees.data or [] if one != form.competence_principale.data]
    row = {
        "code": code or form.code.data,
        "titre": form.titre.data,
        "heures": int(hours) if hours == int(hours) else hours,
        "competence_principale": form.competence_principale.data,
        "competences_liees": linked,
        "objectif": form.objectif.data,
        "activites": [line.strip() for line in (form.activites.data or "").splitlines() if line.strip()],
        "modalite": form.modalite.data,
        "preuve_attendue": form.preuve_attendue.data,
        "a_apporter": form.a_apporter.data,
        "contenu": form.contenu.data,
        "quiz": quizzes.from_text(form.quiz.data or ""),
    }
    return row if code else {key: value for key, value in row.items() if value not in (None, "", [])}


def _version(version_id: int) -> ProgrammeVersion:
    return queries.version(version_id, places.current().id) or abort(404)


def _module_of(outline: Outline, code: str | None) -> str | None:
    """The module where a sequence is."""
    return next((part.code for part in outline.parts for step in part.steps if step.code == code), None)
