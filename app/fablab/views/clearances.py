"""Clearances: one's booklet, who may use what, giving and taking back, the types, cohorts; and their public check."""

import sqlalchemy as sa
from flask import Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.booking import queries as booking
from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.fablab import papers, queries, services
from app.fablab.forms import POLICIES, GiveForm, GroupForm, ReasonForm, TypeForm
from app.fablab.models import ClearanceType, GroupClearance
from app.fablab.queries import Held
from app.fablab.rules import check_code, number_of
from app.fablab.views.door import bp
from app.members import queries as members
from app.members.models import Group, Member
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place
from app.web import i18n, typography
from app.web.downloads import PDF, taken_away


@bp.get("/clearances")
def clearances() -> ResponseReturnValue:
    """Who may use what: oneself and who agreed to be in the directory; all of them for who looks after machines."""
    place = place_queries.current()
    today, is_staff = clock.today(place.tz), current_user.may("manage_machines")
    kinds = queries.clearance_types(place.id)
    return render_template(
        "fablab/clearances.html",
        kinds=kinds,
        heads=[(kind.name, "") for kind in kinds],
        lines=queries.matrix(place.id, day=today, zone=place.tz, seen_by=None if is_staff else current_user.id),
        is_staff=is_staff,
        may_give=bool(_givable(place)),
        may_set=current_user.may("manage_resources"),
    )


@bp.get("/clearances/mine")
def booklet() -> ResponseReturnValue:
    return _booklet_page(current_user._get_current_object())


@bp.get("/clearances/of/<int:member_id>")
@needs("manage_machines")
def booklet_of(member_id: int) -> ResponseReturnValue:
    return _booklet_page(members.member(member_id) or abort(404))


@bp.get("/clearances/mine.pdf")
def booklet_pdf() -> ResponseReturnValue:
    return _pdf(current_user._get_current_object())


@bp.get("/clearances/of/<int:member_id>.pdf")
@needs("manage_machines")
def booklet_pdf_of(member_id: int) -> ResponseReturnValue:
    return _pdf(members.member(member_id) or abort(404))


@bp.route("/clearances/new", methods=["GET", "POST"])
def give_clearance() -> ResponseReturnValue:
    """Staff, a lead, or a cleared peer where the lieu lets peers."""
    place = place_queries.current()
    kinds = _givable(place)
    if not kinds:
        abort(404)
    form = GiveForm(data={"day": clock.today(place.tz)})
    form.offer(kinds, today=clock.today(place.tz))
    if form.validate_on_submit():
        person = members.member_by_email(form.email.data)
        if person is None:
            form.email.errors.append(_("Personne n’a cette adresse ici. Ouvrez-lui d’abord un compte."))  # type: ignore[attr-defined]
        else:
            try:
                services.give_clearance(
                    member_id=person.id,
                    clearance_type_id=form.clearance_type_id.data,
                    day=form.day.data,
                    actor=current_user._get_current_object(),
                    now=clock.now(),
                    evidence=form.evidence.data,
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("%(name)s est habilité·e, et prévenu·e.", name=person.name))
                return redirect(url_for(".clearances"))
    return render_template("fablab/give_clearance.html", form=form), form.status


@bp.route("/clearances/<int:clearance_id>/revocation", methods=["GET", "POST"])
def revoke_clearance(clearance_id: int) -> ResponseReturnValue:
    """Who looks after machines, or a lead of one of them. What it cancels is said."""
    place = place_queries.current()
    row = queries.clearance(clearance_id, place_id=place.id)
    if row is None or not _may_revoke(row.clearance_type_id):
        abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            gone = services.revoke_clearance(clearance_id=row.id, reason=form.reason.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("L’habilitation est retirée. Elle reste dans l’histoire de la personne, qui est prévenue."))
            if gone:
                flash(ngettext("%(num)d réservation annulée et rendue.", "%(num)d réservations annulées et rendues.", len(gone)))
            return redirect(url_for(".clearances"))
    member = db.session.get_one(Member, row.member_id)
    return render_template("fablab/revoke_clearance.html", form=form, row=row, member=member), form.status


# ---------------------------------------------------------------- types and cohorts


@bp.get("/clearances/types")
@needs("manage_resources")
def clearance_types() -> ResponseReturnValue:
    place = place_queries.current()
    things = booking.directory(place)
    lines = [
        (kind, _policy_words(kind), [things.any(machine_id).name for machine_id in queries.machines_of(kind.id)])
        for kind in queries.clearance_types(place.id)
    ]
    return render_template("fablab/clearance_types.html", lines=lines, groups=queries.group_clearances(place.id))


@bp.route("/clearances/types/new", methods=["GET", "POST"])
@needs("manage_resources")
def new_clearance_type() -> ResponseReturnValue:
    return _type_page(None)


@bp.route("/clearances/types/<int:type_id>", methods=["GET", "POST"])
@needs("manage_resources")
def clearance_type(type_id: int) -> ResponseReturnValue:
    return _type_page(queries.clearance_type(type_id, place_id=place_queries.current().id) or abort(404))


@bp.route("/clearances/groups/new", methods=["GET", "POST"])
@needs("manage_resources")
def clear_group() -> ResponseReturnValue:
    place = place_queries.current()
    form = GroupForm()
    groups = [(row.id, row.name) for row in db.session.execute(sa.select(Group.id, Group.name).order_by(Group.name))]
    form.offer(groups, queries.clearance_types(place.id))
    if form.validate_on_submit():
        try:
            services.clear_group(
                group_id=form.group_id.data,
                clearance_type_id=form.clearance_type_id.data,
                expires_on=form.expires_on.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Les personnes du groupe peuvent s’en servir."))
            return redirect(url_for(".clearance_types"))
    return render_template("fablab/clear_group.html", form=form, has_groups=bool(groups)), form.status


@bp.post("/clearances/groups/<int:row_id>/revocation")
@needs("manage_resources")
def revoke_group(row_id: int) -> ResponseReturnValue:
    row = db.session.get(GroupClearance, row_id)
    if row is None or row.clearance_type.place_id != place_queries.current().id:
        abort(404)
    try:
        services.revoke_group(group_clearance_id=row.id, actor_id=current_user.id, now=clock.now())
    except Refused:
        flash(_("C’est déjà fait."))
    else:
        flash(_("Le groupe n’a plus cette habilitation."))
    return redirect(url_for(".clearance_types"))


# ---------------------------------------------------------------- small things


def _givable(place: Place) -> list[ClearanceType]:
    """What this person may give: all for staff, their machines' for leads, what they have where peers may."""
    kinds = queries.clearance_types(place.id)
    if current_user.may("manage_members"):
        return kinds
    today = clock.today(place.tz)
    good = {one.type_id for one in queries.standings(current_user.id, place.id, day=today, zone=place.tz) if one.is_good}
    return [kind for kind in kinds if queries.is_lead(current_user.id, kind.id) or (kind.peers and kind.id in good)]


def _may_revoke(type_id: int) -> bool:
    return bool(current_user.may("manage_members")) or queries.is_lead(current_user.id, type_id)


def _booklet_page(person: Member) -> ResponseReturnValue:
    place = place_queries.current()
    held = queries.held_clearances(place.id, day=clock.today(place.tz), zone=place.tz, member_id=person.id)
    return render_template(
        "fablab/booklet.html",
        person=person,
        is_mine=person.id == current_user.id,
        standing=[one for one in held if one.is_good],
        past=[one for one in held if not one.is_good],
        may_revoke={one.clearance.id for one in held if one.is_good and _may_revoke(one.clearance.clearance_type_id)},
    )


def _pdf(person: Member) -> Response:
    place = place_queries.current()
    today = clock.today(place.tz)
    held = queries.held_clearances(place.id, day=today, zone=place.tz, member_id=person.id)
    words = typography.words()
    said = {
        "title": _("Carnet d’habilitations"),
        "none": _("Aucune habilitation en cours."),
        "past": _("Ce qui est passé"),
        "made": _("Imprimé le %(day)s", day=words.date_long(today)),
        "check": _("Chaque code mène à une page du lieu qui dit si l’habilitation vaut encore, sans dire à qui elle est."),
    }
    lines = [_line(one) for one in held if one.is_good]
    past = [
        _("%(name)s, donnée le %(day)s", name=one.name, day=words.date_long(one.clearance.given_on))
        + (", " + _("retirée le %(day)s", day=words.date_long(one.clearance.revoked_on)) if one.clearance.revoked_on else "")
        for one in held
        if not one.is_good
    ]
    made = papers.booklet(name=person.name, lieu=place.name, day=today, said=said, lines=lines, past=past, language=i18n.language())
    return taken_away(made, name="carnet-habilitations.pdf", content_type=PDF)


def _line(one: Held) -> dict[str, str]:
    words, number = typography.words(), number_of(one.clearance.id)
    code = check_code(current_app.config["SECRET_KEY"], one.clearance.id)
    given = _("Donnée le %(day)s", day=words.date_long(one.clearance.given_on))
    until = _("Valable jusqu’au %(day)s inclus", day=words.date_long(one.last_day)) if one.last_day else _("Valable sans limite")
    return {
        "name": one.name,
        "given": ", ".join(filter(None, (given, _("par %(name)s", name=one.giver) if one.giver else "", one.clearance.evidence))),
        "until": until,
        "number": number,
        "url": f"{current_app.config['PUBLIC_URL']}/verify/{number}?code={code}",
        "alt": _("Code pour vérifier %(number)s", number=number),
    }


def _policy_words(kind: ClearanceType) -> str:
    words = typography.words()
    if kind.policy == "fixed_date" and kind.until is not None:
        return _("jusqu’au %(day)s", day=words.date_long(kind.until))
    if kind.policy == "duration":
        return _("%(count)s mois", count=kind.months)
    if kind.policy == "unused":
        return _("%(count)s mois sans s’en servir", count=kind.months)
    return str(POLICIES["none"])


def _type_page(row: ClearanceType | None) -> ResponseReturnValue:
    form = TypeForm(obj=row) if row is not None else TypeForm()
    if form.validate_on_submit():
        try:
            services.save_clearance_type(
                place_id=place_queries.current().id,
                type_id=row.id if row is not None else None,
                name=form.name.data,
                policy=form.policy.data,
                months=form.months.data,
                until=form.until.data,
                peers=form.peers.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est enregistré. Les habilitations déjà données gardent leur date de fin."))
            return redirect(url_for(".clearance_types"))
    return render_template("fablab/clearance_type.html", form=form, row=row), form.status
