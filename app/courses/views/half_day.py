"""The trainer's half-day: the code to show in the room, and the sheet closed in one gesture."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.refusals import Refused
from app.courses.forms.presence import CloseForm, JustifyForm, MarkForm, PersonForm
from app.courses.queries import occasions, presence, standing
from app.courses.queries.occasions import Occasion
from app.courses.queries.presence import Slot
from app.courses.rules import signing as rules
from app.courses.rules.minutes import State
from app.courses.rules.seeing import Viewer
from app.courses.services import absences, closing, signing
from app.courses.services.closing import Mark
from app.courses.views import said
from app.courses.views.door import looking_at
from app.web.typography import words
from app.web.words import said as reason_said

bp = Blueprint("half_day", "app.courses", url_prefix="/courses/half-days", template_folder="templates")


@bp.get("/<int:session_id>/code")
def room(session_id: int) -> ResponseReturnValue:
    """The rotating code, for the room's screen: the page asks for itself again when the code changes; without a script, a link does."""
    occasion, viewer = _mine(session_id)
    if occasion.where == "distance":
        return redirect(url_for("distance.sheet", session_id=session_id))
    now = clock.now()
    code = signing.code_of(session_id, now=now)
    slots = _expected(session_id, now)
    names = occasions.names_of([slot.enrolment_id for slot in slots])
    url = f"{current_app.config['PUBLIC_URL']}{url_for('signing.sign', session_id=session_id, code=code)}"
    drawn = segno.make(url, micro=False).svg_inline(border=2, svgclass="qr", lineclass=None, omitsize=True, light="#fff", dark="#000")
    return render_template(
        "courses/presence/code.html",
        is_staff=viewer.is_staff,
        one=occasion,
        code=code,
        seconds=rules.next_code_in(now),
        reasons=[*rules.reasons_window(occasion.starts_at, occasion.ends_at, cancelled=occasion.is_cancelled, now=now, zone=occasion.zone)],
        qr=Markup(drawn),  # noqa: S704 — drawn by segno from our own address
        signed=sum(slot.signed_at is not None for slot in slots),
        waited=[names[slot.enrolment_id] for slot in slots if slot.signed_at is None],
        total=len(slots),
    )


@bp.route("/<int:session_id>", methods=["GET", "POST"])
def sheet(session_id: int) -> ResponseReturnValue:
    """Everybody on one page, and one button."""
    occasion, viewer = _mine(session_id)
    if occasion.where == "distance":
        return redirect(url_for("distance.sheet", session_id=session_id))
    form, now = CloseForm(), clock.now()
    slots = _expected(session_id, now)
    if form.validate_on_submit():
        try:
            done = closing.close(
                session_id=session_id, actor_id=current_user.id, marks=_marks(occasion, slots), checked=bool(form.checked.data), now=now
            )
        except Refused as refused:
            form.refuse(refused)
        except _BadTime as bad:
            form.form_errors.append(str(bad))
        else:
            flash(_told(done))
            return redirect(url_for(".sheet", session_id=session_id))
    return _sheet(occasion, viewer, form, slots, now), form.status


@bp.route("/<int:session_id>/people/<int:enrolment_id>", methods=["GET", "POST"])
def person(session_id: int, enrolment_id: int) -> ResponseReturnValue:
    """One person's half-day: late, left, absent, or a correction of what was closed."""
    occasion, viewer = _mine(session_id)
    now = clock.now()
    slot = presence.slot_of(session_id, enrolment_id, now=now) or abort(404)
    form = MarkForm(state="absent" if slot.facts.state == State.ABSENT else "present", **_times(occasion, slot))
    if form.validate_on_submit():
        came = form.state.data == "present"
        mark = Mark(True, *_minutes(occasion, form)) if came else Mark(is_present=False)
        try:
            closing.mark(
                session_id=session_id, enrolment_id=enrolment_id, actor_id=current_user.id, mark=mark, reason=form.reason.data, now=now
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".sheet", session_id=session_id))
    name = occasions.names_of([enrolment_id])[enrolment_id]
    history = _history(session_id, enrolment_id, viewer)
    return render_template(
        "courses/presence/person.html",
        is_staff=viewer.is_staff,
        justify=JustifyForm(formdata=None, category=slot.category) if _may_justify(viewer, slot) else None,
        one=occasion,
        slot=slot,
        name=name,
        form=form,
        history=history,
        act_name=said.act_name,
        mark_said=said.mark,
    ), form.status


@bp.post("/<int:session_id>/people/<int:enrolment_id>/reason")
def reason(session_id: int, enrolment_id: int) -> ResponseReturnValue:
    """An absence is justified, or is no longer: for the head and the manager, who alone see the category."""
    _occasion, viewer = _mine(session_id)
    if not (viewer.is_head or viewer.is_manager):
        abort(404)
    form = JustifyForm()
    asked: dict[str, Any] = {"session_id": session_id, "enrolment_id": enrolment_id, "actor_id": current_user.id, "now": clock.now()}
    if form.validate_on_submit():
        try:
            if form.category.data:
                absences.justify(**asked, category=form.category.data)
            else:
                absences.withdraw(**asked, reason=form.why.data)
        except Refused as refused:
            for one in refused.reasons:
                flash(reason_said(one), "warn")
        else:
            flash(_("C’est noté."))
    return redirect(url_for(".person", session_id=session_id, enrolment_id=enrolment_id))


@bp.post("/<int:session_id>/unlock")
def unlock(session_id: int) -> ResponseReturnValue:
    _mine(session_id)
    form = PersonForm()
    if form.validate_on_submit():
        signing.unlock(session_id=session_id, enrolment_id=form.enrolment.data, actor_id=current_user.id, now=clock.now())
        flash(_("La signature est débloquée."))
    return redirect(url_for(".sheet", session_id=session_id))


@bp.post("/<int:session_id>/link")
def link(session_id: int) -> ResponseReturnValue:
    """Send somebody their personal link by mail."""
    _mine(session_id)
    form = PersonForm()
    if form.validate_on_submit():
        try:
            signing.send_link(session_id=session_id, enrolment_id=form.enrolment.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            for one in refused.reasons:
                flash(reason_said(one), "warn")
        else:
            flash(_("Le lien personnel est parti par courriel."))
    return redirect(url_for(".sheet", session_id=session_id))


def _mine(session_id: int) -> tuple[Occasion, Viewer]:
    """The half-day, for who is of its cohort's staff; for everybody else there is no such page."""
    occasion = occasions.occasion(session_id) or abort(404)
    viewer = looking_at(occasion.cohort_id)
    if not standing.sees_sheet(viewer, occasion.trainer_id):
        abort(404)
    return occasion, viewer


def _history(session_id: int, enrolment_id: int, viewer: Viewer) -> list[occasions.Act]:
    """What was written; why an absence is excused, or no longer, is for the head and the manager."""
    acts = occasions.history(session_id, enrolment_id)
    is_told = viewer.sees("category", member_id=0)
    return [act if is_told or act.kind not in ("justified", "unjustified") else replace(act, facts={}) for act in acts]


def _may_justify(viewer: Viewer, slot: Slot) -> bool:
    missed = slot.facts.state == State.ABSENT or (slot.facts.state == State.PRESENT and slot.facts.missed > 0)
    return missed and (viewer.is_head or viewer.is_manager)


def _expected(session_id: int, now: datetime) -> list[Slot]:
    return [slot for slot in presence.expected_at(session_id, now=now) if slot.facts.state != State.EXEMPT]


def _sheet(occasion: Occasion, viewer: Viewer, form: CloseForm, slots: list[Slot], now: datetime) -> str:
    names = occasions.names_of([slot.enrolment_id for slot in slots])
    by_person = {slot.enrolment_id: slot for slot in slots}
    return render_template(
        "courses/presence/sheet.html",
        is_staff=viewer.is_staff,
        one=occasion,
        form=form,
        people=[(by_person[enrolment_id], name) for enrolment_id, name in names.items()],
        typed=request.form,
        times={slot.enrolment_id: _times(occasion, slot) for slot in slots},
        may_close=closing.may_close(occasion.id, current_user.id) and now >= occasion.starts_at,
        to_close=sum(closing.is_open(slot) for slot in slots),
        signed=sum(slot.signed_at is not None for slot in slots),
        sees_category=viewer.sees("category", member_id=0),
        category_name=said.category_name,
        has_begun=now >= occasion.starts_at,
    )


class _BadTime(ValueError):
    """An hour that is none."""


def _marks(occasion: Occasion, slots: list[Slot]) -> dict[int, Mark]:
    """What the sheet says of each person still to close."""
    marks = {}
    for slot in slots:
        ticked = request.form.get(f"p{slot.enrolment_id}", "")
        if closing.is_open(slot) and ticked in ("present", "absent"):
            form = MarkForm(MultiDict({name: request.form.get(f"{name}{slot.enrolment_id}", "") for name in ("arrived", "left")}))
            if form.arrived.process_errors or form.left.process_errors:
                raise _BadTime(_("Écrivez l’heure comme 14:30."))
            late, early = _minutes(occasion, form)
            marks[slot.enrolment_id] = Mark(is_present=True, late=late, early=early) if ticked == "present" else Mark(is_present=False)
    return marks


def _times(occasion: Occasion, slot: Slot) -> dict[str, object]:
    """The hours of arrival and departure, when they are not those of the half-day."""
    start, end = (moment.astimezone(occasion.zone) for moment in (occasion.starts_at, occasion.ends_at))
    return {
        "arrived": _later(start, slot.facts.late) if slot.facts.late else None,
        "left": _later(end, -slot.facts.early) if slot.facts.early else None,
    }


def _later(moment: datetime, minutes: int) -> object:
    total = moment.hour * 60 + moment.minute + minutes
    return moment.replace(hour=total // 60, minute=total % 60).time()


def _minutes(occasion: Occasion, form: MarkForm) -> tuple[int, int]:
    """Minutes late and early, from the hours typed; negative when they are outside the half-day, which is refused."""
    start, end = (moment.astimezone(occasion.zone) for moment in (occasion.starts_at, occasion.ends_at))
    late = form.arrived.data.hour * 60 + form.arrived.data.minute - (start.hour * 60 + start.minute) if form.arrived.data else 0
    early = end.hour * 60 + end.minute - (form.left.data.hour * 60 + form.left.data.minute) if form.left.data else 0
    return late, early


def _told(done: closing.Closed) -> str:
    say = words()
    parts = [say.plural(done.countersigned, _("présence contresignée"), _("présences contresignées"))]
    if done.unsigned:
        parts.append(say.plural(done.unsigned, _("signature encore attendue"), _("signatures encore attendues")))
    if done.absent:
        parts.append(say.plural(done.absent, _("absence"), _("absences")))
    return str(_("Demi-journée close\u00a0: %(counts)s.", counts=say.listed(parts)))
