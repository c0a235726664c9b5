"""Hours: one's own with their reasons, and a cohort's for who runs it."""

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core import clock
from app.courses.queries import alerts, occasions, presence
from app.courses.queries.presence import Followed, Slot
from app.courses.rules.minutes import Minutes, State
from app.courses.rules.seeing import Viewer
from app.courses.services import certificates
from app.courses.views import said
from app.courses.views.door import looking_at
from app.courses.views.timetables import month_asked
from app.place import queries as place_queries

bp = Blueprint("presence", "app.courses", url_prefix="/courses", template_folder="templates")


@bp.get("/attendance")
def mine() -> ResponseReturnValue:
    """One's own hours, month by month, and each half-day of one month."""
    now, place = clock.now(), place_queries.current()
    enrolments = occasions.enrolments_of(current_user.id)
    wanted = request.args.get("enrolment", "")
    enrolment = next((one for one in enrolments if str(one.id) == wanted), enrolments[-1] if enrolments else None)
    if enrolment is None:
        return render_template("courses/presence/mine.html", enrolment=None)
    followed = presence.followed_by(enrolment.id, now=now)
    months = _months(followed)
    today = now.astimezone(place.tz).date()
    shown = month_asked(list(months), request.args.get("month", ""), today)
    return render_template(
        "courses/presence/mine.html",
        enrolment=enrolment,
        enrolments=enrolments,
        total=followed.to_date,
        planned=followed.planned,
        months=[(month, presence.total(slots), len(slots)) for month, slots in months.items()],
        shown=shown,
        slots=months.get(shown, []),
        is_begun=any(slot.day.replace(day=1) == shown for slot in followed.over()),
        zone=place.tz,
        alerts=said.alerts(alerts.given_to([enrolment.id])),
        certificates=certificates.held_by(enrolment.id),
    )


@bp.get("/attendance/<int:session_id>")
def why(session_id: int) -> ResponseReturnValue:
    """Why a half-day counts so many minutes."""
    occasion = occasions.occasion(session_id) or abort(404)
    enrolment_id = occasions.enrolment_of(current_user.id, occasion.cohort_id) or abort(404)
    slot = presence.slot_of(session_id, enrolment_id, now=clock.now()) or abort(404)
    return render_template(
        "courses/presence/why.html",
        one=occasion,
        slot=slot,
        minutes=slot.minutes,
        history=occasions.history(session_id, enrolment_id),
        category=said.category_name(slot.category),
        act_name=said.act_name,
        mark_said=said.mark,
    )


@bp.get("/cohorts/<int:cohort_id>/attendance")
def cohort(cohort_id: int) -> ResponseReturnValue:
    """Everybody's hours to date, and what is to regularise; a trainer sees those of their own half-days."""
    row = occasions.cohort(cohort_id) or abort(404)
    viewer = looking_at(cohort_id)
    if not viewer.is_staff:
        abort(404)
    now = clock.now()
    followed = {key: _seen(viewer, one) for key, one in presence.followed_in(cohort_id, now=now).items()}
    names = occasions.names_of(list(followed))
    totals = {enrolment_id: presence.total(followed[enrolment_id]) for enrolment_id in names}
    lines = [(enrolment_id, name, totals[enrolment_id], said.rate(totals[enrolment_id])) for enrolment_id, name in names.items()]
    unsettled: dict[int, list[str]] = {}
    days: dict[int, Slot] = {}
    for enrolment_id, name in names.items():
        for slot in followed[enrolment_id]:
            if slot.minutes.to_regularise:
                unsettled.setdefault(slot.session_id, []).append(name)
                days[slot.session_id] = slot
    return render_template(
        "courses/presence/cohort.html",
        cohort=row,
        lines=lines,
        total=sum(totals.values(), Minutes()),
        unsettled=[(days[key], people) for key, people in sorted(unsettled.items(), key=lambda item: days[item[0]].starts_at)],
        sees_all=viewer.is_head or viewer.is_manager,
        alerts=said.alerts(alerts.given_to(list(followed))) if viewer.is_head or viewer.is_manager else [],
        is_manager=viewer.is_manager,
    )


def _seen(viewer: Viewer, followed: Followed) -> list[Slot]:
    """The half-days whose minutes this person may see."""
    return [slot for slot in followed.slots if viewer.sees("minutes", member_id=0, trainer_id=slot.trainer_id)]


def _months(followed: Followed) -> dict[date, list[Slot]]:
    months: dict[date, list[Slot]] = {}
    for slot in followed.slots:
        if slot.facts.state != State.CANCELLED:
            months.setdefault(slot.day.replace(day=1), []).append(slot)
    return months
