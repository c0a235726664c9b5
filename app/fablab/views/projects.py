"""What was made here: the gallery that everybody may open, one's own, telling and showing; the same for programs."""

from collections.abc import Sequence

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.booking import queries as booking
from app.core import clock, uploads
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import PhotosForm, ProjectForm, ReasonForm, project_form
from app.fablab.models import Project
from app.fablab.queries.projects import EACH_PAGE, MOST_EXPORTED
from app.fablab.rules import LICENCES, MOST_PHOTOS, Shown, as_json, may_see
from app.fablab.views.door import bp
from app.members.views import is_only_looking, needs
from app.place import queries as place_queries
from app.place.models import Place

LONGEST_NUMBER = 9


@bp.get("/projects")
def projects() -> ResponseReturnValue:
    """The newest first: all that is public; for the people of the lieu, what is shown to them too."""
    place = place_queries.current()
    asked = request.args.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_NUMBER else None
    rows = queries.projects(place.id, shown_to=_shown_to(), before=before, most=EACH_PAGE + 1)
    later = rows[EACH_PAGE - 1].id if len(rows) > EACH_PAGE else None
    return render_template("fablab/projects.html", rows=rows[:EACH_PAGE], before=before, later=later, place=place)


@bp.get("/projects.json")
def projects_json() -> ResponseReturnValue:
    """All that is public, for a program; for who is signed in, what they may see."""
    place = place_queries.current()
    rows = queries.projects(place.id, shown_to=_shown_to(), most=MOST_EXPORTED)
    return jsonify(_for_programs(rows, place))


@bp.get("/projects/mine")
def my_projects() -> ResponseReturnValue:
    return render_template("fablab/my_projects.html", rows=_own(place_queries.current()))


@bp.get("/projects/mine.json")
def my_projects_json() -> ResponseReturnValue:
    """One's own, drafts too, to take elsewhere."""
    place = place_queries.current()
    return jsonify(_for_programs(_own(place), place))


@bp.get("/projects/<int:project_id>")
def project(project_id: int) -> ResponseReturnValue:
    row, place = _seen(project_id), place_queries.current()
    return render_template(
        "fablab/project.html", project=row, place=place, licence=LICENCES[row.licence], is_mine=_is_mine(row), is_staff=_is_staff()
    )


@bp.get("/projects/<int:project_id>.json")
def project_json(project_id: int) -> ResponseReturnValue:
    return jsonify(_for_programs([_seen(project_id)], place_queries.current()))


@bp.get("/projects/photos/<name>")
def project_photo(name: str) -> ResponseReturnValue:
    """To whom may see the project, and to nobody else."""
    row, upload = queries.project_photo(name) or abort(404)
    if row.place_id != place_queries.current().id or not _may_see(row):
        abort(404)
    return uploads.answer(upload)


# ---------------------------------------------------------------- telling


@bp.route("/projects/new", methods=["GET", "POST"])
def new_project() -> ResponseReturnValue:
    return _edit_page(None)


@bp.route("/projects/<int:project_id>/settings", methods=["GET", "POST"])
def edit_project(project_id: int) -> ResponseReturnValue:
    return _edit_page(_mine(project_id))


@bp.route("/projects/<int:project_id>/photos", methods=["GET", "POST"])
def project_photos(project_id: int) -> ResponseReturnValue:
    row, form = _mine(project_id), PhotosForm()
    if form.validate_on_submit():
        sent = [one.stream for one in form.photos.data or () if one.filename]
        try:
            added = services.add_photos(row, sent, caption=form.caption.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(ngettext("%(num)d photo ajoutée.", "%(num)d photos ajoutées.", added) if added else _("Aucune photo n’était choisie."))
            return redirect(url_for(".project_photos", project_id=row.id))
    return render_template("fablab/project_photos.html", form=form, project=row, most=MOST_PHOTOS), form.status


@bp.post("/projects/<int:project_id>/photos/<int:photo_id>/removal")
def remove_photo(project_id: int, photo_id: int) -> ResponseReturnValue:
    row = _mine(project_id)
    services.remove_photo(row, photo_id, actor_id=current_user.id, now=clock.now())
    flash(_("La photo est effacée."))
    return redirect(url_for(".project_photos", project_id=row.id))


@bp.route("/projects/<int:project_id>/removal", methods=["GET", "POST"])
def remove_project(project_id: int) -> ResponseReturnValue:
    row = _mine(project_id)
    if request.method == "POST":
        services.remove_project(row, actor_id=current_user.id, now=clock.now())
        flash(_("Elle est effacée, avec ses photos."))
        return redirect(url_for(".my_projects"))
    return render_template(
        "confirm.html",
        title=_("Effacer « %(title)s »", title=row.title),
        sentences=[_("Le texte et les photos disparaissent pour de bon.")],
        action=url_for(".remove_project", project_id=row.id),
        yes=_("Effacer"),
        back=url_for(".project", project_id=row.id),
        danger=True,
    )


@bp.route("/projects/<int:project_id>/withdrawal", methods=["GET", "POST"])
@needs("manage_machines")
def withdraw_project(project_id: int) -> ResponseReturnValue:
    """The lieu shows it no more, and says why to its author."""
    row, form = _seen(project_id), ReasonForm()
    if form.validate_on_submit():
        services.withdraw_project(row, reason=form.reason.data, actor_id=current_user.id, now=clock.now())
        flash(_("Elle n’est plus montrée. Son auteur·e est prévenu·e, et la garde en brouillon."))
        return redirect(url_for(".projects"))
    page = render_template(
        "confirm.html",
        title=_("Ne plus montrer « %(title)s »", title=row.title),
        sentences=[_("Elle redevient un brouillon. La raison est envoyée à la personne qui l’a écrite.")],
        action=url_for(".withdraw_project", project_id=row.id),
        yes=_("Ne plus montrer"),
        back=url_for(".project", project_id=row.id),
        form=form,
        danger=True,
    )
    return page, form.status


# ---------------------------------------------------------------- small things


def _shown_to() -> Sequence[str]:
    return ("members", "public") if current_user.is_authenticated else ("public",)


def _is_staff() -> bool:
    return bool(current_user.is_authenticated and current_user.may("manage_machines"))


def _is_mine(row: Project) -> bool:
    """Whether it is theirs who asks; a draft is nobody else's, not even of who looks with their eyes."""
    is_hidden = row.visibility == "draft" and is_only_looking()
    return bool(current_user.is_authenticated and row.member_id == current_user.id and not is_hidden)


def _own(place: Place) -> list[Project]:
    return [row for row in queries.projects_of(current_user.id, place_id=place.id) if _is_mine(row)]


def _may_see(row: Project) -> bool:
    return may_see(row.visibility, is_author=_is_mine(row), is_known=current_user.is_authenticated)


def _seen(project_id: int) -> Project:
    row = queries.project(project_id, place_id=place_queries.current().id)
    if row is None or not _may_see(row):
        abort(404)
    return row


def _mine(project_id: int) -> Project:
    row = queries.project(project_id, place_id=place_queries.current().id)
    if row is None or not _is_mine(row):
        abort(404)
    return row


def _edit_page(row: Project | None) -> ResponseReturnValue:
    place = place_queries.current()
    form: ProjectForm = project_form(row, booking.directory(place).of_kind("machine"))
    if form.validate_on_submit():
        try:
            saved = services.save_project(
                place_id=place.id,
                project_id=row.id if row is not None else None,
                author=current_user._get_current_object(),
                machine_ids=form.machine_ids.data or (),
                now=clock.now(),
                **form.facts,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est enregistré."))
            return redirect(url_for(".project_photos" if row is None else ".project", project_id=saved.id))
    return render_template("fablab/edit_project.html", form=form, project=row), form.status


def _for_programs(rows: Sequence[Project], place: Place) -> dict[str, object]:
    root = str(current_app.config["PUBLIC_URL"])
    shown = [
        Shown(
            id=row.id,
            url=root + url_for(".project", project_id=row.id),
            title=row.title,
            author=row.member.name if row.is_signed else None,
            text=row.text,
            materials=row.materials,
            machines=[(one.code, one.name, one.family) for one in row.machines],
            licence=row.licence,
            link=row.link,
            photos=[(root + url_for(".project_photo", name=one.upload.name), one.caption) for one in row.photos],
            visibility=row.visibility,
            created_at=row.created_at.astimezone(place.tz),
            changed_at=row.changed_at.astimezone(place.tz),
        )
        for row in rows
    ]
    return as_json(shown, lieu=place.name, url=root)
