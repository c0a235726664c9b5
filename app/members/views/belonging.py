"""Gérer, organisations that pay for people, and groups that people belong to."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, services
from app.members.forms import GroupForm, JoinGroupForm, OrganisationForm, people_to_choose
from app.members.queries import Wanted
from app.members.views.door import answer, bp, needs
from app.members.views.people import tariffs
from app.place import queries as place_queries


@bp.get("/manage/organisations")
@needs("manage_members")
def organisations() -> ResponseReturnValue:
    return render_template("members/organisations.html", organisations=queries.organisations())


@bp.route("/manage/organisations/new", methods=["GET", "POST"])
@needs("manage_members")
def new_organisation() -> ResponseReturnValue:
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            made = services.add_organisation(actor_id=current_user.id, now=clock.now(), **form.written)
        except Refused as refused:
            form.tell_beside("name", refused)
        else:
            flash(_("%(name)s est dans la liste.", name=made.name))
            return redirect(url_for(".organisation", organisation_id=made.id))
    return answer("members/edit_organisation.html", form, organisation=None, people=[])


@bp.route("/manage/organisations/<int:organisation_id>", methods=["GET", "POST"])
@needs("manage_members")
def organisation(organisation_id: int) -> ResponseReturnValue:
    found = queries.organisation(organisation_id) or abort(404)
    form = OrganisationForm(obj=found)
    if form.validate_on_submit():
        try:
            services.change_organisation(organisation_id=organisation_id, actor_id=current_user.id, now=clock.now(), **form.written)
        except Refused as refused:
            form.tell_beside("name", refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".organisation", organisation_id=organisation_id))
    people = queries.people(Wanted(organisation_id=organisation_id)).rows
    return answer("members/edit_organisation.html", form, organisation=found, people=people)


# ---------------------------------------------------------------- groups


@bp.get("/manage/groups")
@needs("manage_members")
def groups() -> ResponseReturnValue:
    today = clock.today(place_queries.current().tz)
    return render_template("members/groups.html", groups=queries.groups(on=today), tariffs=dict(tariffs()))


@bp.route("/manage/groups/new", methods=["GET", "POST"])
@needs("manage_members")
def new_group() -> ResponseReturnValue:
    form = GroupForm()
    form.offer(tariffs())
    if form.validate_on_submit():
        try:
            made = services.add_group(
                name=form.name.data, tariff_group=form.tariff_group.data or None, actor_id=current_user.id, now=clock.now()
            )
        except Refused as refused:
            form.tell_beside("name", refused)
        else:
            return redirect(url_for(".group", group_id=made.id))
    return answer("members/new_group.html", form)


@bp.get("/manage/groups/<int:group_id>")
@needs("manage_members")
def group(group_id: int) -> ResponseReturnValue:
    return _group(group_id)


@bp.post("/manage/groups/<int:group_id>")
@needs("manage_members")
def change_group(group_id: int) -> ResponseReturnValue:
    if queries.group(group_id) is None:
        abort(404)
    form = GroupForm()
    form.offer(tariffs())
    if form.validate_on_submit():
        try:
            services.change_group(
                group_id=group_id,
                name=form.name.data,
                tariff_group=form.tariff_group.data or None,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.tell_beside("name", refused)
        else:
            return redirect(url_for(".group", group_id=group_id))
    return _group(group_id, form=form)


@bp.post("/manage/groups/<int:group_id>/members")
@needs("manage_members")
def join_group(group_id: int) -> ResponseReturnValue:
    found = queries.group(group_id) or abort(404)
    form = JoinGroupForm()
    form.member_id.choices = people_to_choose()
    if form.validate_on_submit():
        try:
            services.join_group(
                group_id=found.id,
                member_id=form.member_id.data,
                since=form.since.data,
                until=form.until.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(url_for(".group", group_id=group_id))
    return _group(group_id, join=form)


@bp.post("/manage/groups/<int:group_id>/members/<int:belonging_id>/leaving")
@needs("manage_members")
def leave_group(group_id: int, belonging_id: int) -> ResponseReturnValue:
    """Today is the last day."""
    found = queries.belonging(group_id, belonging_id) or abort(404)
    today = clock.today(place_queries.current().tz)
    services.leave_group(belonging_id=found.id, last_day=today, actor_id=current_user.id, now=clock.now())
    return redirect(url_for(".group", group_id=group_id))


def _group(group_id: int, *, form: GroupForm | None = None, join: JoinGroupForm | None = None) -> ResponseReturnValue:
    """The page of a group: its name and tariff, who is in it, and a way to add somebody."""
    found = queries.group(group_id) or abort(404)
    today = clock.today(place_queries.current().tz)
    if form is None:
        form = GroupForm(formdata=None, obj=found, tariff_group=found.tariff_group or "")
        form.offer(tariffs())
    if join is None:
        join = JoinGroupForm(formdata=None, since=today)
        join.member_id.choices = people_to_choose()
    status = max(form.status, join.status)
    return (
        render_template("members/group.html", form=form, join=join, group=found, belongings=queries.belongings(group_id), today=today),
        status,
    )
