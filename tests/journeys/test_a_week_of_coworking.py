"""A week of a twelve-seat coworking: forty people, a company of three, a holiday Monday, a full Thursday, a resident who is away.

Every balance, feed, mail and figure at its end was computed by hand; the sums are written where they are checked.
"""

from collections import Counter
from datetime import date, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing.models import Lot
from app.billing.queries import balances
from app.booking import queries, services
from app.booking.models import Booking, Occupancy, Status, WaitlistEntry
from app.booking.queries import used_by_organisation
from app.core import clock, mail
from app.core.db import db, transaction
from app.core.journal import deliver
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking.queries import figures
from app.feeds import calendars
from app.members.models import Organisation
from app.place.models import Place
from tests.factories import (
    PARIS,
    book_half,
    give_half_days,
    make_member,
    make_place,
    make_pool,
    make_thing,
    paris,
    price,
    subscribe,
    thing,
)
from tests.pages import text_of

MON, TUE, WED, THU, FRI, SAT = "2027-03-29", "2027-03-30", "2027-03-31", "2027-04-01", "2027-04-02", "2027-04-03"


class Week(SimpleNamespace):
    """The lieu and its people: `c` has a pass of ten, `p` a plan of twenty half-days a month, `t` pays by the month."""

    place: Place

    def at(self, moment: str) -> datetime:
        """The clock moves on: what is due is done, what happened is told."""
        now = self.frozen(paris(moment).isoformat())
        for tick in wiring.TICKS:
            tick(now=now)
        deliver(wiring.READERS, now=now)
        db.session.expire_all()
        return now

    def book(self, who, day: str, half: str) -> Booking:
        made = book_half(self.pool, day, half, who)
        self.half_days += 2 if half == "day" else 1
        return made

    def of(self, who, day: str, half: str = "morning") -> Booking:
        """The booking that this person still has at that moment."""
        (found,) = [
            row for row in queries.bookings_of(who.id, Period(paris(f"{day} 00:00"), paris(f"{day} 23:59"))) if row.half in (half, "day")
        ]
        return found

    def cancel(self, who, day: str, half: str = "morning") -> None:
        services.cancel(booking_id=self.of(who, day, half).id, actor_id=who.id, by_lieu=False, now=clock.now())

    def everybody_arrives(self, moment: str, *, but: tuple[int, ...] = ()) -> None:
        now = self.at(moment)
        half_an_hour = now.replace(minute=0)
        begun = sa.select(Booking.id, Booking.member_id).where(
            Booking.status == Status.CONFIRMED, Booking.starts_at <= now, Booking.starts_at >= half_an_hour, Booking.kind == "desk"
        )
        for booking_id, member_id in db.session.execute(begun).all():
            if member_id not in but:
                services.check_in(booking_id, actor_id=member_id, now=now)

    def left(self, who) -> int:
        return balances(who, place_id=self.place.id, on=clock.today(PARIS)).half_days

    def due(self, who) -> int:
        return balances(who, place_id=self.place.id, on=clock.today(PARIS)).due_cents


@pytest.fixture
def week(session, frozen) -> Week:
    frozen("2027-03-22T10:00+01:00")
    place = make_place(short_name="Douze")
    pool = make_pool(place, 12)
    ines, max_ = make_member("Inès"), make_member("Max", roles=("member", "manager"))
    desk = make_thing(place, "D1", pool_id=pool.id, holder_id=ines.id, rules={"sold_by": "resident"})
    price(place, "desk", "half_day", 700)
    price(place, "desk", "day", 1200)
    c = [make_member(f"Carnet{number}") for number in range(1, 21)]
    for one in c:
        give_half_days(place, one, 10, until="2028-03-22")
    p = [make_member(f"Plan{number}") for number in range(1, 11)]
    for one in p:
        subscribe(place, one, f"mi-temps-{one.id}", {"half_days": 20}, since="2027-01-01")
    t = [make_member(f"Tab{number}", tariff_group="solidaire" if number > 8 else "plein") for number in range(1, 11)]
    with transaction():
        company = Organisation(name="Trois Pommes", created_at=clock.now())
        db.session.add(company)
        db.session.flush()
    three = [make_member(name, organisation_id=company.id, is_organisation_contact=name == "Anaïs") for name in ("Anaïs", "Bruno", "Chloé")]
    return Week(
        place=db.session.get_one(Place, place.id),
        pool=thing(pool.id),
        desk=thing(desk.id),
        frozen=frozen,
        half_days=0,
        ines=ines,
        max=max_,
        c=c,
        p=p,
        t=t,
        company=company,
        three=three,
    )


def test_a_week_ends_as_it_was_computed_by_hand(week, log_in):
    c, p, t = week.c, week.p, week.t
    _reserve_the_week(week, log_in)
    assert week.half_days == 112

    # -- Monday is a holiday; the day before Tuesday, « until 18:00 » excludes 18:00
    with pytest.raises(Refused) as closed:
        book_half(week.pool, MON, "morning", c[0])
    assert closed.value.codes == ["holiday"]
    week.at(f"{MON} 17:05")  # reminders
    week.at(f"{MON} 17:59")
    week.cancel(c[0], TUE)
    week.at(f"{MON} 18:00")
    week.cancel(c[1], TUE)
    week.at(f"{MON} 18:05")
    week.book(t[4], TUE, "morning")
    week.book(t[5], TUE, "morning")

    # -- Tuesday: one does not come in the morning, one in the afternoon
    week.everybody_arrives(f"{TUE} 08:35", but=(c[2].id,))
    week.at(f"{TUE} 09:15")
    week.at(f"{TUE} 10:00")
    week.cancel(p[0], WED, "day")
    week.book(t[2], WED, "day")
    week.everybody_arrives(f"{TUE} 13:05", but=(t[0].id,))
    week.at(f"{TUE} 13:45")
    week.at(f"{TUE} 17:05")

    # -- Wednesday: a place of Thursday comes free, and goes down the waiting list
    week.everybody_arrives(f"{WED} 08:35")
    week.at(f"{WED} 12:00")
    week.cancel(c[0], THU)
    assert "Gardé pour vous encore 20 minutes" in text_of(log_in(t[4]).get("/me"))
    week.at(f"{WED} 12:21")  # no answer: it is the next one's
    offered = week.of(t[5], THU)
    assert offered.status == Status.HELD
    with pytest.raises(Refused):
        book_half(week.pool, THU, "morning", p[4])  # nobody else's while it is kept
    week.at(f"{WED} 12:25")
    assert log_in(t[5]).post(f"/bookings/{offered.id}/acceptance").status_code == 303
    week.half_days += 1
    week.at(f"{WED} 17:05")
    week.at(f"{WED} 19:00")
    week.cancel(c[1], THU)  # too late: it counts, and the place is offered all the same
    declined = week.of(t[6], THU)
    assert log_in(t[6]).post(f"/bookings/{declined.id}/refusal").status_code == 303

    # -- Thursday: somebody walks in; one does not come, and is forgiven; the resident comes back a day early
    week.at(f"{THU} 08:32")
    week.book(c[19], THU, "morning")
    week.everybody_arrives(f"{THU} 08:40", but=(c[3].id,))
    week.at(f"{THU} 09:16")
    missed = db.session.scalars(sa.select(Booking).where(Booking.member_id == c[3].id, Booking.status == Status.NO_SHOW)).one()
    assert log_in(week.max).post(f"/bookings/{missed.id}/forgiveness", data={"reason": "neige"}).status_code == 303
    (absence,) = queries.absences(week.desk.id, since=date(2027, 4, 1))
    back = log_in(week.ines).post(f"/me/desk/absences/{absence.id}/return", data={"on": FRI})
    assert text_of(back).count("Prendre une place libre") == 2  # both halves of Friday were sold, and stand
    week.everybody_arrives(f"{THU} 13:05")
    week.at(f"{THU} 17:05")
    week.at(f"{THU} 20:00")
    week.cancel(t[9], FRI, "afternoon")

    # -- Friday and Saturday
    week.everybody_arrives(f"{FRI} 08:35")
    week.at(f"{FRI} 10:00")
    for giving, taking in ((c[10], t[7]), (c[11], t[8])):
        week.cancel(giving, SAT)
        week.book(taking, SAT, "morning")
    week.everybody_arrives(f"{FRI} 13:05")
    week.at(f"{FRI} 17:05")
    week.everybody_arrives(f"{SAT} 09:05")
    week.at("2027-04-05 10:00")

    assert week.half_days == 120
    _balances(week)
    _figures(week, log_in)
    _mails()
    _feeds(week)
    assert [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())] == []


def _reserve_the_week(week: Week, log_in) -> None:
    """112 half-days: every seat of every half-day from Tuesday to Saturday morning, the resident's desk on Thursday and Friday."""
    c, p, t = week.c, week.p, week.t
    for who in c[:12]:
        week.book(who, TUE, "morning")
    for who in (*c[:8], *t[:4]):
        week.book(who, TUE, "afternoon")
    for who in (*p, *t[:2]):
        week.book(who, WED, "day")
    assert log_in(week.ines).post("/me/desk", data={"first_day": THU, "last_day": FRI}).status_code == 303
    block = {"pool": "grande-salle", "seats": "3", "first_day": THU, "last_day": FRI, "half": "day", "payer": f"o{week.company.id}"}
    assert log_in(week.three[0]).post("/coworking/groups", data={**block, "confirmed": "1"}).status_code == 303
    week.half_days += 12
    for who in c[:10]:
        week.book(who, THU, "morning")
    for who in t[4:7]:
        full = log_in(who).get(f"/coworking/?what=desk&day={THU}&part=morning")
        assert "c’est complet à ce moment-là" in text_of(full) or "Rien n’est libre" in text_of(full)
        choice = f"{week.pool.id}/{THU}T06:30Z/{THU}T11:00Z"
        assert log_in(who).post("/coworking/waitlist", data={"choice": choice}).status_code == 303
    for who in c[10:]:
        week.book(who, THU, "afternoon")
    for who in p:
        week.book(who, FRI, "morning")
    for who in t:
        week.book(who, FRI, "afternoon")
    for who in c[:12]:
        week.book(who, SAT, "morning")


def _balances(week: Week) -> None:
    c, p, t = week.c, week.p, week.t
    # of ten: 1 gave two back in time; 2 gave two back too late; 3 did not come; 4 was forgiven; 11 and 12 gave Saturday back; 20 walked in
    assert [week.left(who) for who in c] == [8, 6, 6, 7, 6, 6, 6, 6, 7, 7, 8, 8, 9, 9, 9, 9, 9, 9, 9, 8]
    assert [week.due(who) for who in c] == [0] * 20
    # Wednesday is of March (18 of 20 left, but for the first who gave it back), Friday of April
    assert [week.left(who) for who in p] == [19] * 10
    march = db.session.execute(
        sa.select(Lot.granted - Lot.used - Lot.held).where(Lot.valid_to == date(2027, 3, 31)).order_by(Lot.member_id)
    )
    assert list(march.scalars()) == [20] + [18] * 9
    # half-days at 7.00, a day at 12.00, half of it for the last two; a no-show and a late cancellation are due
    assert [week.due(who) for who in t] == [2600, 2600, 2600, 1400, 1400, 2100, 700, 1400, 700, 350]
    assert [week.due(who) for who in week.three] == [0, 0, 0]  # their organisation pays: six days at 12.00
    used = used_by_organisation(week.company.id, Period(paris("2027-04-01 00:00"), paris("2027-05-01 00:00")))
    assert [(one.bookings, one.half_days, one.cents) for one in used.values()] == [(1, 12, 7200)]
    states = db.session.execute(sa.select(WaitlistEntry.member_id, WaitlistEntry.state)).all()
    assert {(member_id, state) for member_id, state in states} == {(t[4].id, "lapsed"), (t[5].id, "taken"), (t[6].id, "left")}


def _figures(week: Week, log_in) -> None:
    """Seats that somebody had, of thirteen: given up, freed by an absence and taken again are counted as they ended."""
    halves = figures.halves_of_week(week.place, date.fromisoformat(MON), date.fromisoformat(SAT))
    assert [(half.taken, half.percent) for half in halves] == [
        *((0, None), (0, None)),  # the holiday
        *((11, 84), (11, 84)),  # 12 - 2 given back + 2 taken - 1 absent; 12 - 1 absent
        *((12, 92), (12, 92)),  # 12 - 1 + 1
        *((12, 92), (13, 100)),  # 13 - 1 + 1 from the list - 1 late + 1 walked in - 1 absent
        *((13, 100), (12, 92)),  # 13 - 1 late
        *((12, 92), (0, None)),  # 12 - 2 + 2
        *((0, None), (0, None)),
    ]
    told = figures.outcomes(week.place, date.fromisoformat(MON), date.fromisoformat(SAT))
    assert (told.came, told.no_shows, told.late, told.cancelled, told.forgiven) == (85, 3, 3, 5, 1)
    page = text_of(log_in(week.max).get(f"/manage/occupancy/?first_day={MON}&last_day={SAT}"))
    assert "11 sur 13" in page and "3 %" in page  # 3 of 88
    assert db.session.scalar(sa.select(sa.func.count(Occupancy.id)).where(Occupancy.active, Occupancy.lapses_at.is_not(None))) == 0


def _mails() -> None:
    counted = Counter(db.session.scalars(sa.select(mail.OutgoingMail.kind).where(mail.OutgoingMail.kind.startswith("booking."))))
    assert counted == {
        "booking.confirmed": 96,  # 89 at first, 6 later, 1 from the list
        "booking.cancelled": 5,
        "booking.late_cancelled": 3,
        "booking.no_show": 3,
        "booking.forgiven": 1,
        "booking.held_offer": 3,
        "booking.released": 1,  # who declined knows: nothing leaves
        "booking.reminder_due": 77,  # 16 for Tuesday, 11, 20, 20, 10: one a person, none for who booked that very day
    }


def _feeds(week: Week) -> None:
    now = clock.now()
    first = calendars.of_member(week.c[0], [week.place], now=now)
    assert first.count(b"BEGIN:VEVENT") == 4 and first.count(b"STATUS:CANCELLED") == 2
    assert calendars.of_member(week.c[0], [week.place], now=now) == first  # the same bytes
    taken = calendars.of_member(week.t[5], [week.place], now=now)
    assert taken.count(b"BEGIN:VEVENT") == 3 and b"STATUS:CANCELLED" not in taken
    assert b"DTSTART;TZID=Europe/Paris:20270401T083000" in taken
