"""Reading the journal: each entry has its effect once, and one that cannot be read stops no other."""

import pytest
import sqlalchemy as sa

from app.core import clock, journal, mail
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.mail import OutgoingMail
from tests.core.post import HOUSE, addressee, note


@pytest.fixture
def app_with_mails(app, session, monkeypatch):
    builders = dict.fromkeys(["booking.confirmed", "booking.cancelled", "booking.held_offer", "outage.declared", "series.booked"], note)
    monkeypatch.setitem(app.extensions, "mail", mail.Post(builders=builders, addressee=addressee, house=lambda place_id: HOUSE))
    return app


READERS = {
    "booking.confirmed": [mail.tell],
    "booking.cancelled": [mail.tell],
    "booking.held_offer": [mail.tell_anyway],
    "outage.declared": [mail.tell_each],
    "series.booked": [mail.tell],
}


def record(event, subject_id=None, **more):
    with transaction():
        return journal.record(event, subject_id, **more)


def told():
    """(kind, to whom) of the mails queued, in order."""
    return [tuple(row) for row in db.session.execute(sa.select(OutgoingMail.kind, OutgoingMail.member_id).order_by(OutgoingMail.id))]


def deliver():
    return journal.deliver(READERS, now=clock.now())


def test_an_entry_is_read_once(app_with_mails):
    record("booking.confirmed", 12, member_id=7, place_id=1)

    assert deliver() == 1
    assert deliver() == 0

    row = db.session.scalars(sa.select(OutgoingMail)).one()
    assert (row.kind, row.member_id, row.place_id, row.facts["subject"]) == ("booking.confirmed", 7, 1, 12)


def test_what_nobody_reads_is_not_looked_at_again(app_with_mails):
    record("member.signed_in", 7)

    assert deliver() == 0
    assert db.session.scalars(sa.select(JournalEntry)).one().read_at is not None


def test_what_a_larger_gesture_tells_is_not_told_again(app_with_mails):
    series = record("series.booked", 1, member_id=7)
    for booking_id in (1, 2, 3):
        record("booking.confirmed", booking_id, member_id=7, cause_id=series.id)

    assert deliver() == 4
    assert told() == [("series.booked", 7)]


def test_an_outage_is_told_once_to_each_person_it_concerns(app_with_mails):
    outage = record("outage.declared", 1)
    for booking_id, member_id in ((1, 7), (2, 7), (3, 8)):
        record("booking.cancelled", booking_id, member_id=member_id, cause_id=outage.id)

    deliver()

    assert sorted(told()) == [("outage.declared", 7), ("outage.declared", 8)]


def test_an_offer_is_told_to_the_waiter_although_somebody_elses_cancelling_caused_it(app_with_mails):
    cancelled = record("booking.cancelled", 1, member_id=7)
    record("booking.held_offer", 2, member_id=8, cause_id=cancelled.id)
    record("booking.confirmed", 3, member_id=9, cause_id=cancelled.id)

    deliver()

    assert told() == [("booking.cancelled", 7), ("booking.held_offer", 8), ("booking.confirmed", 9)]


def test_a_gesture_of_nobody_in_particular_is_told_to_nobody(app_with_mails):
    record("booking.confirmed", 1)

    assert deliver() == 1
    assert told() == []


def test_an_entry_that_cannot_be_read_stops_no_other_and_is_tried_again(app_with_mails, frozen):
    def stumble(entry):
        mail.tell(entry)
        if entry.subject_id == 1:
            raise LookupError("a mistake of ours")

    frozen("2026-12-01T10:00+01:00")
    for booking_id in (1, 2):
        record("booking.confirmed", booking_id, member_id=booking_id)

    journal.deliver({"booking.confirmed": [stumble]}, now=clock.now())
    assert told() == [("booking.confirmed", 2)]

    frozen("2026-12-01T10:02+01:00")
    assert journal.deliver({"booking.confirmed": [mail.tell]}, now=clock.now()) == 1
    assert told() == [("booking.confirmed", 2), ("booking.confirmed", 1)]


def test_many_entries_are_read_in_several_transactions(app_with_mails):
    for number in range(journal.BATCH * 2 + 1):
        record("booking.confirmed", number, member_id=7)

    assert deliver() == journal.BATCH * 2 + 1
    assert len(told()) == journal.BATCH * 2 + 1
