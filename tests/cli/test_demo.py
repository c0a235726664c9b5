"""The demonstration obeys the rules, since it is made by everybody's gestures."""

from datetime import date

import sqlalchemy as sa

from app import wiring
from app.billing.models import Allocation, Invoice
from app.billing.services import bills
from app.booking.models import Booking, Occupancy
from app.cli import demo, starter
from app.core import clock
from app.core.db import db
from app.coworking.models import Announcement, Event, Loan, SignUp
from app.members.models import Member
from app.place.models import Place


def test_a_new_house_has_thirty_people_and_a_believable_week(app, session, frozen):
    frozen("2026-12-09T10:00+01:00")  # a Wednesday
    app.config["DEMO"] = True
    try:
        starter.load_if_empty()
        counted = [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Member, Booking, Occupancy)]
        starter.load_if_empty()
    finally:
        app.config["DEMO"] = False

    assert [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Member, Booking, Occupancy)] == counted
    assert counted[0] == len(demo.PEOPLE)
    states = {
        row.status: row.number
        for row in db.session.execute(sa.select(Booking.status, sa.func.count().label("number")).group_by(Booking.status))
    }
    assert states["confirmed"] > 60
    assert states["done"] > 40
    assert {"no_show", "checked_in"} <= set(states)
    future = db.session.scalar(sa.select(sa.func.count()).where(Booking.starts_at > clock.now(), Booking.status == "confirmed"))
    assert (future or 0) > 50
    assert sorted(db.session.scalars(sa.select(Event.title))) == ["Repair café", "Tourner une toupie sur bois"]
    assert db.session.scalars(sa.select(SignUp.state).where(SignUp.state != "in")).all() == ["waiting"]
    assert db.session.scalars(sa.select(Announcement.title)).all() and len(db.session.scalars(sa.select(Loan.id)).all()) == 4
    paid = set(db.session.scalars(sa.select(Allocation.invoice_id)))
    plans, passes = (
        set(db.session.scalars(sa.select(Invoice.id).where(Invoice.issued_on == day))) for day in (date(2026, 11, 2), date(2026, 11, 19))
    )
    assert len(plans) + len(passes) == db.session.scalar(sa.select(sa.func.count(Invoice.id)))
    assert len(plans - paid) == 1 and passes and passes <= paid
    place = db.session.scalars(sa.select(Place)).one()
    assert len(bills.dry_run(place, date(2026, 11, 1))) > 8  # the month after, there to bill
    assert [fault for check in (*wiring.CHECKS, *wiring.GUARDS) for fault in check(session)] == []


def test_the_accounts_that_are_printed_may_sign_in(session, frozen):
    emails = {person.email for person in demo.PEOPLE if person.email}
    assert {email for email, _, _ in demo.ACCOUNTS} <= emails
