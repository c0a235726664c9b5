"""Clearances: given, renewed, revoked, warned of; never deleted."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.billing.models import Charge
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Clearance, MachineLead
from app.fablab.rules import warning_due
from tests.factories import PARIS, between, book, clear, make_clearance_type, make_machine, make_member


def give(fablab, member, *, actor, kind=None, day="2026-12-05"):
    return services.give_clearance(
        member_id=member.id, clearance_type_id=(kind or fablab.clearance).id, day=date.fromisoformat(day), actor=actor, now=clock.now()
    )


def events(name: str) -> list[JournalEntry]:
    return list(db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == name).order_by(JournalEntry.id)))


def test_max_clears_chloe_for_a_year_and_she_may_book(fablab):
    clearance = give(fablab, fablab.chloe, actor=fablab.max)

    assert (clearance.expires_on, clearance.given_by_id) == (date(2027, 12, 5), fablab.max.id)
    assert book(fablab.laser, between("2026-12-08", "14:00", "15:00"), fablab.chloe).status == "confirmed"


def test_a_lead_and_a_cleared_peer_may_clear_where_the_lieu_lets_them(fablab):
    with transaction():
        fablab.clearance.peers = False
        db.session.flush()
    with pytest.raises(Refused) as no:
        give(fablab, fablab.chloe, actor=fablab.ana)
    assert no.value.codes == ["not_allowed"]

    with transaction():
        fablab.clearance.peers = True
        db.session.flush()
    assert give(fablab, fablab.chloe, actor=fablab.ana).given_by_id == fablab.ana.id
    dora = make_member("Dora")
    with pytest.raises(Refused):
        give(fablab, make_member("Elie"), actor=dora)
    with transaction():
        db.session.add(MachineLead(resource_id=fablab.laser.id, member_id=dora.id))
        db.session.flush()
    assert give(fablab, make_member("Fanny"), actor=dora)


def test_nobody_clears_themselves(fablab):
    with pytest.raises(Refused) as no:
        give(fablab, fablab.ana, actor=fablab.ana)
    assert "not_allowed" in no.value.codes


def test_a_right_that_stands_is_renewed_only_when_the_new_one_goes_further(fablab):
    with pytest.raises(Refused) as no:
        give(fablab, fablab.ana, actor=fablab.max, day="2026-06-30")
    assert no.value.codes == ["already_cleared"]
    assert give(fablab, fablab.ana, actor=fablab.max).expires_on == date(2027, 12, 5)


def test_revoking_cancels_what_needed_it_gives_all_back_and_is_one_cause(fablab):
    booked = [book(fablab.laser, between(day, "10:00", "11:00"), fablab.ana) for day in ("2026-12-08", "2026-12-09")]
    printing = book(fablab.printer, between("2026-12-10", "10:00", "11:00"), fablab.ana)
    clearance = db.session.scalars(sa.select(Clearance).where(Clearance.member_id == fablab.ana.id)).one()

    gone = services.revoke_clearance(clearance_id=clearance.id, reason="Capot ouvert", actor_id=fablab.max.id, now=clock.now())

    assert {one.id for one in gone} == {one.id for one in booked}
    assert db.session.get_one(type(printing), printing.id).status == "confirmed"
    assert db.session.scalar(sa.select(sa.func.sum(Charge.cents))) == printing.price_cents
    (cause,) = events("clearance.revoked")
    assert {entry.cause_id for entry in events("booking.cancelled")} == {cause.id}
    assert [row.revoked_reason for row in queries.history(fablab.ana.id)] == ["Capot ouvert"]
    with pytest.raises(Refused) as no:
        services.revoke_clearance(clearance_id=clearance.id, reason="Encore", actor_id=fablab.max.id, now=clock.now())
    assert no.value.codes == ["already_revoked"]


def test_another_right_that_stands_keeps_the_bookings(fablab):
    clear(fablab.ana, fablab.clearance, until="2028-01-01", on="2026-11-01")
    book(fablab.laser, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    first = db.session.scalars(sa.select(Clearance).where(Clearance.member_id == fablab.ana.id).order_by(Clearance.id)).first()
    assert services.revoke_clearance(clearance_id=first.id, reason="Doublon", actor_id=fablab.max.id, now=clock.now()) == []


def test_one_warning_at_thirty_days_one_at_seven_one_word_when_it_lapsed(fablab, frozen):
    with transaction():  # Ben is renewed: nothing to warn him of
        db.session.execute(sa.update(Clearance).where(Clearance.member_id == fablab.ben.id).values(expires_on=date(2029, 1, 1)))
    told = []
    for day in ("2027-05-30", "2027-05-31", "2027-06-23", "2027-06-24", "2027-06-30", "2027-07-01"):
        frozen(f"{day}T03:00+02:00")
        told.append([services.warn_of_expiry(now=clock.now()), services.warn_of_expiry(now=clock.now())])

    assert told == [[0, 0], [1, 0], [1, 0], [0, 0], [0, 0], [1, 0]]
    assert [entry.facts["days"] for entry in events("clearance.expires_soon")] == ["30", "7"]
    assert [entry.facts["expires_on"] for entry in events("clearance.lapsed")] == ["2027-06-30"]
    assert len(queries.history(fablab.ana.id)) == 1


def test_the_four_policies_end_and_warn_each_in_its_way(fablab, frozen):
    """None never; twelve months after it was given; on a day; six months after the last use, which moves the end and its warnings."""
    zoe = make_member("Zoe")
    kinds = {
        "none": make_clearance_type(fablab.place, "Sans fin", policy="none", months=None),
        "duration": make_clearance_type(fablab.place, "Douze mois"),
        "fixed_date": make_clearance_type(fablab.place, "Saison", policy="fixed_date", months=None),
        "unused": make_clearance_type(fablab.place, "Six mois sans", policy="unused", months=6),
    }
    with transaction():
        kinds["fixed_date"].until = date(2027, 8, 31)
        db.session.execute(sa.update(Clearance).values(expires_on=date(2035, 1, 1)))  # the others have nothing to be told
    lathe = make_machine(fablab.place, "tour", family="tour", clearance=kinds["unused"], rules={"night": True})
    given = {give(fablab, zoe, actor=fablab.max, kind=kind, day="2026-12-01").id: name for name, kind in kinds.items()}

    expected = [
        ("unused", "2027-05-02", "30"),
        ("fixed_date", "2027-08-01", "30"),
        ("fixed_date", "2027-08-24", "7"),
        ("fixed_date", "2027-09-01", "lapsed"),
        ("unused", "2027-10-21", "30"),
        ("duration", "2027-11-01", "30"),
        ("unused", "2027-11-13", "7"),
        ("unused", "2027-11-21", "lapsed"),
        ("duration", "2027-11-24", "7"),
        ("duration", "2027-12-02", "lapsed"),
    ]
    around = {date.fromisoformat(day).toordinal() + ahead for _name, day, _word in expected for ahead in (-1, 0, 1)}
    used_on = date(2027, 5, 20).toordinal()  # warned already of the first of June: used, it lasts until the twentieth of November
    said = []
    for number in sorted(around | {used_on}):
        day = date.fromordinal(number)
        now = frozen(f"{day}T10:00+01:00")
        if number == used_on:
            use = book(lathe, between(day.isoformat(), "14:00", "15:00"), zoe)
            with transaction():
                use.status = "done"
                db.session.flush()
        services.warn_of_expiry(now=now)
        services.warn_of_expiry(now=now)
        told = [*events("clearance.expires_soon"), *events("clearance.lapsed")]
        said += [(given[one.subject_id], str(day), one.facts["days"]) for one in told if one.at == now]

    assert said == expected


@pytest.mark.parametrize(
    ("left", "told_30", "told_7", "told_lapse", "expected"),
    [
        (31, False, False, False, None),
        (30, False, False, False, "30"),
        (29, True, False, False, None),
        (7, True, False, False, "7"),
        (5, False, False, False, "7"),
        (0, True, True, False, None),
        (-1, True, True, False, "lapsed"),
        (-1, True, True, True, None),
        (-40, False, False, False, "lapsed"),
    ],
)
def test_what_is_told_of_a_right_that_ends(left, told_30, told_7, told_lapse, expected):
    today = date(2027, 6, 1)
    ends = date.fromordinal(today.toordinal() + left)
    assert warning_due(ends, today, told_30=told_30, told_7=told_7, told_lapse=told_lapse) == expected


def test_everyone_sees_who_may_use_what(fablab):
    day = date(2026, 12, 1)
    assert [member.name for member, _ in queries.holders(fablab.clearance.id, day=day, zone=PARIS)] == ["Ana", "Ben"]
    assert [(one.name, one.is_good) for one in queries.standings(fablab.ana.id, fablab.place.id, day=day, zone=PARIS)] == [
        ("CNC", False),
        ("Laser", True),
    ]
    unused = make_clearance_type(fablab.place, "Traceur", policy="unused", months=6)
    clear(fablab.ana, unused, on="2026-01-31")
    assert queries.holders(unused.id, day=day, zone=PARIS) == []
