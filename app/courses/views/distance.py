"""A half-day at distance: the trainee says in one gesture what they produced; who teaches accepts it, or sends it back with a word."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses.forms.distance import AcceptForm, MadeForm, SendBackForm
from app.courses.queries import distance, occasions, presence, standing
from app.courses.queries.distance import HandedIn
from app.courses.queries.occasions import Occasion
from app.courses.rules.distance import Made, reasons_begun
from app.courses.rules.minutes import State
from app.courses.rules.signing import NotYourSession
from app.courses.services import closing
from app.courses.services import distance as services
from app.courses.views.door import looking_at
from app.web.forms import SelectChoice
from app.web.typography import words
from app.web.words import said as reason_said

bp = Blueprint("distance", "app.courses", url_prefix="/courses/distance", template_folder="templates")


@bp.route("/<int:session_id>", methods=["GET", "POST"])
def own(session_id: int) -> ResponseReturnValue:
    """One's own half-day at distance."""
    occasion = _at_distance(session_id)
    enrolment_id = occasions.enrolment_of(current_user.id, occasion.cohort_id) or abort(404)
    form, that_day = MadeForm(), services.that_day(session_id, enrolment_id)
    form.ref.choices = [SelectChoice("", _("autre chose, que voici")), *(SelectChoice(one.ref, _named(one)) for one in that_day)]
    if not that_day:
        del form.ref
    if form.validate_on_submit():
        made = Made(
            ref=form.ref.data if that_day else "", url=form.url.data, commit=form.commit.data.lower(), words=form.words.data
        )  # fmt: skip
        try:
            services.say(session_id, member_id=current_user.id, made=made, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est dit. La formatrice ou le formateur le regarde, puis ces heures seront réalisées."))
            return redirect(url_for(".own", session_id=session_id))
    now = clock.now()
    slot = presence.slot_of(session_id, enrolment_id, now=now)
    rows = distance.of_person(session_id, enrolment_id)
    reasons = [*reasons_begun(occasion.starts_at, now=now, zone=occasion.zone)] if slot else [NotYourSession()]
    return render_template(
        "courses/presence/produced.html",
        one=occasion,
        form=form,
        slot=slot,
        rows=rows,
        named=distance.named({row.ref for row in rows}),
        closed=Refused(*reasons) if reasons and form.refused is None else None,
    ), form.status


@bp.get("/<int:session_id>/productions")
def sheet(session_id: int) -> ResponseReturnValue:
    """What everybody produced, for who runs the half-day."""
    return _sheet(_taught(session_id), SendBackForm(), 0)


@bp.post("/<int:session_id>/acceptances")
def acceptance(session_id: int) -> ResponseReturnValue:
    """Everything that waits is accepted in one gesture; or what one person produced."""
    _taught(session_id)
    form = AcceptForm()
    if form.validate_on_submit():
        people = [int(form.enrolment.data)] if form.enrolment.data.isdecimal() else list(distance.of_session(session_id))
        try:
            number = services.accept(session_id, people, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            for one in refused.reasons:
                flash(reason_said(one), "warn")
        else:
            flash(words().plural(number, _("demi-journée acceptée"), _("demi-journées acceptées")))
    return redirect(url_for(".sheet", session_id=session_id))


@bp.post("/<int:session_id>/people/<int:enrolment_id>/return")
def send_back(session_id: int, enrolment_id: int) -> ResponseReturnValue:
    """With a word, which the trainee reads."""
    occasion, form = _taught(session_id), SendBackForm()
    if form.validate_on_submit():
        try:
            services.send_back(session_id, enrolment_id, word=form.word.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est renvoyé, avec votre mot."))
            return redirect(url_for(".sheet", session_id=session_id))
    return _sheet(occasion, form, enrolment_id), form.status


def _sheet(occasion: Occasion, form: SendBackForm, answered_id: int) -> str:
    slots = [slot for slot in presence.expected_at(occasion.id, now=clock.now()) if slot.facts.state != State.EXEMPT]
    names, rows = occasions.names_of([slot.enrolment_id for slot in slots]), distance.of_session(occasion.id)
    by_person = {slot.enrolment_id: slot for slot in slots}
    return render_template(
        "courses/presence/productions.html",
        one=occasion,
        is_staff=looking_at(occasion.cohort_id).is_staff,
        people=[(by_person[key], name, rows.get(key, [])) for key, name in names.items()],
        named=distance.named({row.ref for several in rows.values() for row in several}),
        waiting=sum(services.is_waiting(slot) for slot in slots),
        is_waiting=services.is_waiting,
        may_answer=closing.may_close(occasion.id, current_user.id),
        form=form,
        answered_id=answered_id,
    )


def _named(one: HandedIn) -> str:
    return f"{one.title} ({one.detail})" if one.ref.startswith("quiz:") else one.title


def _at_distance(session_id: int) -> Occasion:
    occasion = occasions.occasion(session_id) or abort(404)
    if occasion.where != "distance":
        abort(404)
    return occasion


def _taught(session_id: int) -> Occasion:
    """For who is of its cohort's staff, as the sheet of a half-day in the room."""
    occasion = _at_distance(session_id)
    if not standing.sees_sheet(looking_at(occasion.cohort_id), occasion.trainer_id):
        abort(404)
    return occasion
