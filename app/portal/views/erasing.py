"""Erasing an account: what goes, what stays and until when, then the gesture; by the person, or by the lieu at their demand."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.members import queries as members
from app.members import rules
from app.members import services as members_services
from app.members.models import Member
from app.members.views import needs
from app.place import queries as place_queries
from app.portal import erasing
from app.portal.forms import EraseMeForm, EraseSomebodyForm
from app.portal.views.door import bp


@bp.route("/me/erasure", methods=["GET", "POST"])
def erase_me() -> ResponseReturnValue:
    now, today = clock.now(), clock.today(place_queries.current().tz)
    form, me = EraseMeForm(), current_user.id
    if current_user.password_hash is None:
        del form.current
    if form.validate_on_submit():
        try:
            members_services.prove(
                db.session.get_one(Member, me),
                current_user.web_session,
                form.current.data if "current" in form else "",
                address=request.remote_addr or "",
                now=now,
            )
            erasing.erase(me, actor_id=me, today=today, now=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            logout_user()
            flash(_("Votre compte est effacé. Merci d’être passé par ici."))
            return redirect("/")
    return _page(form, me, "", "/me/data")


@bp.route("/manage/members/<int:member_id>/erasure", methods=["GET", "POST"])
@needs("manage_members")
def erase_somebody(member_id: int) -> ResponseReturnValue:
    person = members.member(member_id)
    if person is None or not _may_erase(person):
        abort(404)
    form, name, back = EraseSomebodyForm(), person.name, f"/manage/members/{member_id}"
    today = clock.today(place_queries.current().tz)
    if form.validate_on_submit():
        try:
            erasing.erase(member_id, actor_id=current_user.id, today=today, now=clock.now(), whatever_is_left=form.whatever_is_left.data)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le compte est effacé. Ce qui doit rester garde son nom, jusqu’au jour dit."))
            return redirect("/manage/members")
    return _page(form, member_id, name, back)


def _page(form: EraseMeForm | EraseSomebodyForm, member_id: int, name: str, back: str) -> ResponseReturnValue:
    found = erasing.prospect(member_id, today=clock.today(place_queries.current().tz))
    if "whatever_is_left" in form and (not found.obstacles or any(one.hard for one in found.obstacles)):
        del form.whatever_is_left
    obstacles = Refused(*found.obstacles) if found.obstacles and not form.refused else None
    page = render_template("portal/erasure.html", form=form, found=found, obstacles=obstacles, name=name, back=back)
    return page, form.status


def _may_erase(person: Member) -> bool:
    return (
        person.id != current_user.id
        and not person.is_erased
        and not list(rules.reasons_roles(current_user.roles, had=person.roles, given=()))
    )
