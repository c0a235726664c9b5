"""Gérer, the people: find, open, change, suspend, close; send a way in; bring in a whole file."""

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, rules, services
from app.members.forms import ClosingForm, Form, ImportForm, MemberForm, PeopleForm, SuspensionForm
from app.members.models import Member
from app.members.queries import Wanted
from app.members.views.door import answer, bp, needs
from app.place import queries as place_queries


@bp.get("/manage/members")
@needs("see_members")
def people() -> ResponseReturnValue:
    form = PeopleForm()
    wanted = Wanted()
    if form.validate():
        wanted = Wanted(words=form.q.data, role=form.role.data, state=form.state.data)
    number = request.args.get("page", 1, type=lambda text: max(1, min(int(text), 10_000)))
    page = queries.people(wanted, page=number)
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if name in ("q", "role", "state") and value}
    earlier = url_for(".people", **asked, page=number - 1) if number > 1 else ""
    later = url_for(".people", **asked, page=number + 1) if page.has_more else ""
    return answer("members/people.html", form, people=page.rows, earlier=earlier, later=later, roles=rules.ROLE_NAMES, is_asked=bool(asked))


@bp.get("/manage/members/<int:member_id>")
@needs("see_members")
def person(member_id: int) -> ResponseReturnValue:
    found = _person(member_id)
    zone = place_queries.current().tz
    today = clock.today(zone)
    return render_template(
        "members/person.html",
        person=found,
        roles=rules.ROLE_NAMES,
        groups=queries.groups_of(member_id, on=today),
        tariff=dict(tariffs()).get(found.tariff_group, found.tariff_group),
        age=rules.years(found.birth_date, today) if found.birth_date else None,
        is_minor=rules.is_minor(found.birth_date, today),
        may_change=_may_change(found),
        has_code=queries.is_code_asked(member_id),
        zone=zone,
    )


@bp.route("/manage/members/new", methods=["GET", "POST"])
@needs("manage_members")
def new_person() -> ResponseReturnValue:
    form = _form(MemberForm(roles=["member"]))
    if form.validate_on_submit():
        try:
            made = services.create_member(
                name=form.name.data,
                email=form.email.data,
                roles=form.roles.data or [],
                actor=current_user,
                has_consent=form.has_consent.data,
                invite=form.invite.data,
                now=clock.now(),
                **_written(form),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("%(name)s a un compte ici.", name=made.name))
            return redirect(url_for(".person", member_id=made.id))
    return answer("members/edit_person.html", form, person=None, back=url_for(".people"))


@bp.route("/manage/members/<int:member_id>/edit", methods=["GET", "POST"])
@needs("manage_members")
def edit_person(member_id: int) -> ResponseReturnValue:
    found = _changeable(member_id)
    form = _form(
        MemberForm(
            obj=found,
            roles=sorted(found.roles),
            organisation_id=found.organisation_id or 0,
            has_consent=found.guardian_consent_at is not None,
        ),
        of=found,
    )
    del form.invite
    if form.validate_on_submit():
        try:
            services.change_member(
                member_id=member_id,
                actor=current_user,
                name=form.name.data,
                email=form.email.data,
                roles=form.roles.data or [],
                has_consent=form.has_consent.data,
                now=clock.now(),
                **_written(form),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".person", member_id=member_id))
    return answer("members/edit_person.html", form, person=found, back=url_for(".person", member_id=member_id))


# ---------------------------------------------------------------- the state of an account


@bp.route("/manage/members/<int:member_id>/suspension", methods=["GET", "POST"])
@needs("manage_members")
def suspension(member_id: int) -> ResponseReturnValue:
    found, form = _changeable(member_id), SuspensionForm()
    sentences = [_("La personne ne pourra plus réserver. Elle pourra entrer, lire ses factures et ses données ; un courriel la prévient.")]
    if form.validate_on_submit():
        try:
            services.suspend(member_id=member_id, reason=form.reason.data, actor=current_user, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(member_id, _("Le compte de %(name)s est suspendu.", name=found.name))
    title, yes = _("Suspendre le compte de %(name)s", name=found.name), _("Suspendre")
    return answer("confirm.html", form, title=title, sentences=sentences, yes=yes, danger=True, **_confirming(member_id))


@bp.route("/manage/members/<int:member_id>/closing", methods=["GET", "POST"])
@needs("manage_members")
def closing(member_id: int) -> ResponseReturnValue:
    found, form = _changeable(member_id), ClosingForm()
    sentences = [
        _("La personne ne pourra plus entrer : ses appareils, ses liens et ses jetons s’arrêtent."),
        _("Ses factures et son journal restent. Vous pourrez rouvrir le compte."),
    ]
    if form.validate_on_submit():
        try:
            services.close_account(member_id=member_id, actor=current_user, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(member_id, _("Le compte de %(name)s est fermé.", name=found.name))
    title, yes = _("Fermer le compte de %(name)s", name=found.name), _("Fermer le compte")
    return answer("confirm.html", form, title=title, sentences=sentences, yes=yes, danger=True, **_confirming(member_id))


@bp.post("/manage/members/<int:member_id>/reactivation")
@needs("manage_members")
def reactivation(member_id: int) -> ResponseReturnValue:
    found = _changeable(member_id)
    return _try(member_id, services.reactivate, _("Le compte de %(name)s est rouvert.", name=found.name))


@bp.post("/manage/members/<int:member_id>/invitation")
@needs("manage_members")
def invitation(member_id: int) -> ResponseReturnValue:
    found = _changeable(member_id)
    return _try(member_id, services.invite, _("Un lien pour entrer part vers %(email)s.", email=found.email))


@bp.route("/manage/members/<int:member_id>/code", methods=["GET", "POST"])
@needs("administer")
def no_more_code(member_id: int) -> ResponseReturnValue:
    """They lost their telephone and their spare codes, and were recognised."""
    found, form = _changeable(member_id), Form()
    sentences = [_("Assurez-vous que c’est bien cette personne, de vive voix : son mot de passe seul ouvrira de nouveau son compte.")]
    if form.validate_on_submit():
        services.second_factor.remove(member_id=member_id, actor_id=current_user.id, now=clock.now())
        return _done(member_id, _("Le code n’est plus demandé à %(name)s.", name=found.name))
    title, yes = _("Ne plus demander de code à %(name)s", name=found.name), _("Ne plus le demander")
    return answer("confirm.html", form, title=title, sentences=sentences, yes=yes, danger=True, **_confirming(member_id))


# ---------------------------------------------------------------- with somebody's eyes


@bp.post("/manage/members/<int:member_id>/look")
@needs(rules.TO_LOOK_AS)
def look_as(member_id: int) -> ResponseReturnValue:
    """See what this person sees, to help them on the telephone."""
    _changeable(member_id)
    try:
        services.look_as(member_id=member_id, person=current_user, now=clock.now())
    except Refused as refused:
        return render_template("members/refused.html", refused=refused, back=url_for(".person", member_id=member_id)), refused.status
    return redirect("/me")


@bp.post("/look/end")
def look_no_more() -> ResponseReturnValue:
    member_id = current_user.id
    services.look_no_more(current_user.web_session, now=clock.now())
    return redirect(url_for(".person", member_id=member_id))


# ---------------------------------------------------------------- a whole file


@bp.route("/manage/members/import", methods=["GET", "POST"])
@needs("manage_members")
def import_people() -> ResponseReturnValue:
    """A try first, then for good: the same file, sent twice."""
    form, done = ImportForm(), None
    if form.validate_on_submit():
        now = clock.now()
        codes = [code for code, _name in tariffs()]
        try:
            lines = rules.read_people(form.file.data.read(rules.MOST_BYTES + 1), today=now.date(), tariffs=codes)
        except rules.UnreadableFile as trouble:
            form.file.errors = [_(trouble.fault.sentence, **trouble.fault.blanks)]
        else:
            done = services.import_people(lines, actor=current_user, dry_run=form.dry_run.data, now=now)
            if not done.faults and not form.dry_run.data:
                flash(_("%(count)s personnes ont maintenant un compte.", count=len(done.added)))
                return redirect(url_for(".people"))
    status = 422 if done and done.faults else form.status
    return render_template("members/import.html", form=form, done=done, columns=[names[0] for names in rules.COLUMNS.values()]), status


# ---------------------------------------------------------------- shared


def tariffs() -> list[tuple[str, str]]:
    """(code, name) of the tariffs of the lieu at hand: billing's, asked through the wiring."""
    ask: Callable[[int], list[tuple[str, str]]] = current_app.extensions["tariffs"]
    return ask(place_queries.current().id)


def _person(member_id: int) -> Member:
    return queries.member(member_id) or abort(404)


def _changeable(member_id: int) -> Member:
    """Somebody whom the one who asks may change: who administers the lieu is only changed by their like."""
    found = _person(member_id)
    if not _may_change(found):
        abort(404)
    return found


def _may_change(found: Member) -> bool:
    return (
        current_user.may("manage_members")
        and not found.is_erased
        and not list(rules.reasons_roles(current_user.roles, had=found.roles, given=()))
    )


def _form(form: MemberForm, of: Member | None = None) -> MemberForm:
    """With what may be chosen; what somebody already has stays choosable, even if it is no longer offered."""
    offered = tariffs()
    if of is not None and of.tariff_group not in dict(offered):
        offered = [*offered, (of.tariff_group, of.tariff_group)]
    form.offer(
        roles=[role for role in rules.ROLES if not list(rules.reasons_roles(current_user.roles, had=(), given=(role,)))],
        tariffs=offered,
        organisations=[(organisation.id, organisation.name) for organisation, _count in queries.organisations()],
    )
    return form


def _written(form: MemberForm) -> dict[str, Any]:
    fields = {name: field.data for name, field in form._fields.items() if name in services.FIELDS}
    return fields | {"organisation_id": form.organisation_id.data or None}


def _confirming(member_id: int) -> dict[str, Any]:
    return {"action": "", "back": url_for(".person", member_id=member_id)}


def _try(member_id: int, gesture: Callable[..., object], sentence: str) -> ResponseReturnValue:
    """One click: done, or the page again with why not."""
    try:
        gesture(member_id=member_id, actor=current_user, now=clock.now())
    except Refused as refused:
        return render_template("members/refused.html", refused=refused, back=url_for(".person", member_id=member_id)), refused.status
    return _done(member_id, sentence)


def _done(member_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for(".person", member_id=member_id))
