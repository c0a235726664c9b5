"""One's own course: what comes now, the week, the whole timetable, and each session's page."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.period import at, monday_of
from app.courses import models, queries
from app.courses.forms import TimetableForm
from app.courses.models import CourseSession, Enrolment
from app.courses.queries import Slot, company, learning, occasions
from app.courses.queries.occasions import Occasion
from app.courses.rules.closing import UNSIGNED_FOR
from app.courses.views.door import bp, may_run, may_teach, seen_cohort
from app.courses.views.timetables import month_asked, outline_shown, signing_said, state_of, where_of
from app.members.views import is_only_looking
from app.place import queries as places
from app.place.models import Place
from app.web import typography
from app.web.forms import FIRST_DAY, LAST_DAY


@bp.get("/")
def mine() -> ResponseReturnValue:
    place, now = places.current(), clock.now()
    today = now.astimezone(place.tz).date()
    monday = monday_of(today)
    slots = queries.own_slots(current_user.id, at(monday, 0, place.tz), at(monday, 7 * 1440, place.tz), with_cancelled=True)
    paths = queries.enrolments_of(current_user.id)
    path = paths[0] if paths else None
    ahead = queries.ahead_of(current_user.id, now)
    following = ahead.slot if ahead else None
    taught = queries.taught_by(current_user.id, place.id)
    after = next((slot for slot in slots if following and slot.starts_at >= following.ends_at and slot.state == "planned"), None)
    return render_template(
        "courses/mine.html",
        place=place,
        today=today,
        path=path,
        title=queries.programme_of(path.cohort).title if path else "",
        week_of=_week_of(path, today) if path else None,
        next=following,
        ahead=ahead,
        signing=signing_said(ahead, now, place.tz) if ahead else "",
        above=_above(following, place, now) if following else "",
        after=after if after and following and after.day == following.day else None,
        progress=learning.progress(path, now=now) if path else None,
        to_sign=company.weeks_to_sign(path.id, now) if path and not is_only_looking() else [],
        to_hand_in=[one for one in learning.works(path) if one.state in ("to_do", "to_redo")] if path and not is_only_looking() else [],
        seen=learning.skills(path) if path and not is_only_looking() else [],
        days=list(_days(slots, monday)),
        state_of=state_of,
        where=where_of,
        taught=taught,
        to_close=_to_close(place, now) if taught else [],
        to_review=[(line, number) for line in taught if (number := len(learning.to_review(line.id)))] if not is_only_looking() else [],
    )


@bp.get("/timetable")
def timetable() -> ResponseReturnValue:
    """One's own, or a cohort's: a list, month by month, or one week as a grid."""
    return _timetable("courses/timetable.html")


@bp.get("/timetable/print")
def printed() -> ResponseReturnValue:
    """The whole of it, or one week."""
    return _timetable("courses/timetable_sheet.html")


def _timetable(template: str) -> ResponseReturnValue:
    place, form = places.current(), TimetableForm()
    today = clock.today(place.tz)
    cohort = seen_cohort(form.cohort.data) if form.cohort.data is not None else None
    is_week = form.view.data == "week"
    asked = form.week.data or today
    monday = monday_of(asked)
    first, last = (monday, monday + timedelta(days=6)) if is_week else (FIRST_DAY, LAST_DAY)
    if cohort is not None:
        slots = queries.timetable(cohort.id, first, last, with_cancelled=True)
    else:
        slots = queries.own_slots(current_user.id, at(first, 0, place.tz), at(last, 1440, place.tz), with_cancelled=True)
    months = sorted({slot.day.replace(day=1) for slot in slots})
    shown = month_asked(months, request.args.get("month", ""), today)
    return render_template(
        template,
        place=place,
        today=today,
        cohort=cohort,
        months=months,
        shown=shown,
        of_month=list(_weeks([slot for slot in slots if slot.day.replace(day=1) == shown])),
        is_week=is_week,
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=monday - timedelta(days=7) if monday - timedelta(days=7) >= FIRST_DAY else None,
        later=monday + timedelta(days=7) if monday + timedelta(days=13) <= LAST_DAY else None,
        weeks=list(_weeks(slots)),
        grid=_grid(slots, monday) if is_week else [],
        minutes=sum(slot.minutes for slot in slots if slot.state == "planned"),
        state_of=state_of,
        where=where_of,
    )


@bp.get("/sessions/<int:session_id>")
def session(session_id: int) -> ResponseReturnValue:
    """What is done that half-day and what to bring; for who runs the cohort, the way to change it."""
    place, now = places.current(), clock.now()
    found = queries.session(session_id, place.id) or abort(404)
    seen_cohort(found.cohort_id)
    slot = queries.slots(CourseSession.id == found.id, with_cancelled=True)[0]
    step = db.session.get_one(models.Sequence, found.sequence_id)
    outline = queries.programme_of(found.cohort)
    skills = {skill.code: skill.title for skill in outline.skills}
    said = next(one for one in outline.steps if one.code == step.code)
    return render_template(
        "courses/session.html",
        place=place,
        slot=slot,
        step=step,
        said=said,
        follows=any(row.cohort_id == found.cohort_id for row in queries.enrolments_of(current_user.id)),
        skills=[skills[code] for code in (said.skill, *said.linked)],
        cohort=found.cohort,
        where=where_of(slot),
        state=state_of(slot),
        has_begun=found.starts_at <= now,
        may_run=may_run(found.cohort_id),
        may_teach=may_teach(found.cohort_id),
    )


@bp.get("/cohorts/<int:cohort_id>/programme")
def programme(cohort_id: int) -> ResponseReturnValue:
    """What the cohort learns: its modules, and what is done in one of them."""
    cohort = seen_cohort(cohort_id)
    return render_template("courses/programme.html", cohort=cohort, **outline_shown(queries.programme_of(cohort)))


def _week_of(path: Enrolment, today: date) -> tuple[int, int] | None:
    """(14, 26): « semaine 14 sur 26 », while the cohort runs."""
    cohort = path.cohort
    first = monday_of(cohort.first_day)
    if not cohort.first_day <= today <= cohort.last_day:
        return None
    return (today - first).days // 7 + 1, (cohort.last_day - first).days // 7 + 1


def _to_close(place: Place, now: datetime) -> Sequence[tuple[Occasion, int]]:
    """The half-days that one gave and has not closed, with how many people each still has."""
    since = now.astimezone(place.tz).date() - UNSIGNED_FOR
    return occasions.to_countersign(now=now, place_id=place.id, since=since, trainer_id=current_user.id)


def _above(slot: Slot, place: Place, now: datetime) -> str:
    words = typography.words()
    if slot.starts_at <= now < slot.ends_at:
        when = _("Maintenant, et jusqu’à %(hour)s", hour=words.hour(slot.ends_at, place.tz))
    else:
        day = words.opening(words.day_near(slot.starts_at, now.astimezone(place.tz).date(), place.tz))
        when = f"{day}, {words.hours_range(slot.starts_at, slot.ends_at, place.tz)}"
    return ", ".join(filter(None, (when, where_of(slot))))


def _days(slots: Sequence[Slot], monday: date) -> Iterator[tuple[date, list[Slot]]]:
    """The days of a week: those of work, and the others when something takes place."""
    for ahead in range(7):
        day = monday + timedelta(days=ahead)
        mine = [slot for slot in slots if slot.day == day]
        if mine or ahead < 5:
            yield day, mine


def _weeks(slots: Sequence[Slot]) -> Iterator[tuple[date, list[Slot]]]:
    """The sessions by week, each named by its Monday."""
    by_week: dict[date, list[Slot]] = {}
    for slot in slots:
        by_week.setdefault(monday_of(slot.day), []).append(slot)
    yield from by_week.items()


def _grid(slots: Sequence[Slot], monday: date) -> list[tuple[date, list[Slot], list[Slot]]]:
    """Each day of the week with its morning and its afternoon."""
    rows = []
    for day, mine in _days(slots, monday):
        rows.append((day, [slot for slot in mine if slot.half == "morning"], [slot for slot in mine if slot.half == "afternoon"]))
    return rows
