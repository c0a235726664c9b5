"""A session as calendars show it."""

from flask_babel import gettext as _

from app.core.calendar import Event
from app.core.period import Period
from app.courses.models import CourseSession
from app.courses.queries.cohorts import Slot, followed_by, slots


def event(slot: Slot) -> Event:
    """Its event: the same for ever, one sequence further at each change; struck out once it is cancelled."""
    where = {"company": _("En entreprise"), "distance": _("À distance")}.get(slot.where, slot.room)
    said = [slot.objective, _("À apporter : %(what)s", what=slot.bring) if slot.bring else "", slot.note]
    return Event(
        uid=slot.uid,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        summary=f"{slot.title} · {slot.cohort}",
        changed_at=slot.changed_at,
        created_at=slot.created_at,
        sequence=slot.sequence_no,
        status="CANCELLED" if slot.state == "cancelled" else "CONFIRMED",
        description="\n".join(filter(None, said)),
        location=where,
    )


def of_member(member_id: int, window: Period) -> list[Slot]:
    """What a person follows or teaches, cancelled ones too: their calendar strikes them out."""
    within = (CourseSession.starts_at < window.ends_at, CourseSession.ends_at > window.starts_at)
    return slots(followed_by(member_id), *within, with_cancelled=True)


def of_cohort(cohort_id: int, window: Period) -> list[Slot]:
    within = (CourseSession.starts_at < window.ends_at, CourseSession.ends_at > window.starts_at)
    return slots(CourseSession.cohort_id == cohort_id, *within, with_cancelled=True)
