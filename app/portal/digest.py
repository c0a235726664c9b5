"""The lieu's week in one mail, on Monday morning, for a manager who never opens the dashboard."""

from collections import defaultdict
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from app.booking import queries as booking
from app.booking.models import Status
from app.core import clock, mail, state
from app.core.db import db, transaction
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.core.period import Period, at, monday_of
from app.core.refusals import N_
from app.members import queries as members
from app.members.models import Member
from app.place.models import Place
from app.portal import queries
from app.portal.views.manage import EXPECTED, decisions
from app.web import typography
from app.web.letters import write

KIND, TOPIC, NAME = "place.digest", "digest", N_("La semaine du lieu")
FROM_HOUR = 7  # of the lieu's morning
CAME = (Status.CHECKED_IN, Status.DONE)


def send(*, now: datetime) -> int:
    """Once a week, from Monday at seven: a mail to each manager; who does not want it is left out when it is written. How many were queued."""
    queued = 0
    for place in db.session.scalars(sa.select(Place).order_by(Place.id)).all():
        today = now.astimezone(place.tz).date()
        monday = monday_of(today)
        told = state.recall(f"digest:{place.id}")
        if now < at(monday, FROM_HOUR * 60, place.tz) or (told is not None and told.facts["monday"] >= monday.isoformat()):
            continue
        with transaction():
            state.note(f"digest:{place.id}", at=now, monday=monday.isoformat())
            if told is None and today != monday:
                continue  # the house opened in the middle of a week: the first one is told next Monday
            for member_id in members.managers():
                mail.queue(
                    KIND,
                    fact=f"digest:{place.id}:{monday.isoformat()}:{member_id}",
                    member_id=member_id,
                    place_id=place.id,
                    facts={"monday": monday.isoformat()},
                    now=now,
                )
                queued += 1
    return queued


def digest(row: OutgoingMail) -> Letter | None:
    """What was, what comes, what there is to decide; none once the week is over, or for who wants it no more."""
    place, member = db.session.get_one(Place, row.place_id), db.session.get_one(Member, row.member_id)
    monday = date.fromisoformat(row.facts["monday"])
    if not member.wants_digest or not member.may("see_all_bookings") or clock.today(place.tz) > monday + timedelta(days=6):
        return None
    words = typography.words()
    last = queries.coming(place.id, _week(monday - timedelta(days=7), place), statuses=tuple(Status))
    came = [one for one in last if one.status in CAME]
    return write(
        row,
        "portal/mail/digest.txt",
        unsubscribe_url=mail.unsubscribe_url(member.id, TOPIC),
        name=member.name,
        place=place,
        week=words.days_range(monday, monday + timedelta(days=6)),
        people=len({one.guest_name or one.member_id for one in came}),
        bookings=len(came),
        absent=sum(one.status == Status.NO_SHOW for one in last),
        late=sum(one.status == Status.LATE_CANCELLED for one in last),
        days=_days(monday, place),
        decisions=[
            f"{one.title}{_(' : ')}{one.detail}" if one.detail else one.title
            for one in decisions(place, booking.directory(place), member.may)
        ],
    )


def _week(monday: date, place: Place) -> Period:
    return Period(at(monday, 0, place.tz), at(monday + timedelta(days=6), 1440, place.tz))


def _days(monday: date, place: Place) -> list[str]:
    """« mardi 8 décembre : 6 personnes », for each day when somebody is expected."""
    who: dict[date, set[object]] = defaultdict(set)
    for one in queries.coming(place.id, _week(monday, place), statuses=EXPECTED):
        who[one.starts_at.astimezone(place.tz).date()].add(one.guest_name or one.member_id)
    words = typography.words()
    return [f"{words.day(day)}{_(' : ')}{words.plural(len(who[day]), _('personne'), _('personnes'))}" for day in sorted(who)]
