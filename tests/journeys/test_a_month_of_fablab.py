"""A month of a ten-machine fablab: sixty people, four trainings, two breakdowns, packs and credits, a night print over the March change.

Every minute, cent, clearance and mail at its end was computed by hand. March 2027, open Tuesday to Saturday, 9:00-18:00.

=====================  =========================================================================================  ==============
Tue 2                  L1…L12 Wed 3 on two lasers, 90 min each at 12.00/h                                          12 × 18.00
                       S1…S6 Thu 4 (solidarity, 7.50/h); P1…P6 Thu 4, P7…P12 Fri 5 (packs); C1…C6 Fri 5 (plan)      6 × 11.25
                       L1 has Sat 6 too: the first training takes it, all comes back                               12.00 → 0
                       S6 cancels in time; L11 cancels 22 h before: half is kept; L12 never comes: all is kept     0; 9.00; 18.00
Tue 2, Sat 6           Training « Laser », 20.00: N1 N2 N3 N4, N5 waits; N4 gives up in time, N5 takes the seat     4 × 20.00
                       N1 N2 N5 are cleared until 6 March 2028; N3 came and is not
Fri 5                  Vinyl, metered, 6.00/h, 15 min at least: L1 47 min and matter for 5.30; L2 9 min             4.70; 1.50
Tue 9                  Laser A smokes: L3 (today) goes to laser B in one click; P1 (Wed 10) is given 60 min back    12.00; 0
Tue 9 … Fri 12         Sewing N13 2 h, N14 1 h at 4.00/h; CNC L5 with L6, 2 h at 20.00/h; L7 alone: released        8.00 4.00 40.00 0
Fri 12                 Training « Scie », two people of three at the hour of decision: called off                  0
Tue 16                 Vinyl: P2 30 min on a pack, C2 60 min on a plan                                             0
Tue 16                 Laser B is planned out from Mon 22 to Wed 24: L4 and C1 take laser A; the training is off    12.00; 0; 0
Wed 17                 C6, 240 min: 150 left of the plan, 90 to pay                                                18.00
Thu 18                 S8 is not cleared any more: two bookings come back                                          0
Sat 20                 Training « CNC », 30.00: N8 cleared; N9 absent, and owes the seat                           2 × 30.00
Thu 25, Sat 27         Saw L10 4 h (3 h 15.00, 1 h 6.00); P1 240 min on a pack; N1 1 h                              21.00; 0; 12.00
Sun 28                 Print of L8 from 1:00 to 4:00, the night that has no 2:30: two hours at 3.00                6.00
=====================  =========================================================================================  ==============
"""

from collections import Counter
from datetime import date
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing import services as shop
from app.billing.models import Charge
from app.billing.queries import balances
from app.booking import queries as engine
from app.booking import services as booking
from app.booking.models import Booking, Status
from app.core import clock
from app.core.db import db, transaction
from app.core.period import Period
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Machine, MachineLead, Task, TrainingSeat, Use
from app.fablab.services import Wish
from app.place.models import OpeningHours, Place
from app.place.services import touch_settings
from tests.factories import (
    PARIS,
    between,
    book,
    clear,
    give_minutes,
    make_clearance_type,
    make_machine,
    make_member,
    make_place,
    paris,
    price,
    subscribe,
    thing,
)

SLOTS = ("09:00-10:30", "10:30-12:00", "12:00-13:30", "13:30-15:00", "15:00-16:30", "16:30-18:00")
LASER = {"step": 15, "min_minutes": 30, "max_minutes": 240, "notice_minutes": 120, "free_hours": 24, "late_fee_percent": 50}
MAILS = {  # the beginning of each subject, and how many left
    "C’est réservé": 58,  # 36, L1, N1, L3, P1, L3 again, N13, N14, L5, L4, C1, both again, C6, S8 twice, L10, P1, L8, four on the vinyl
    "Réservation annulée": 2,  # S6, and L11 too late
    "Nous vous attendions": 1,  # L12
    "Votre demande est bien reçue": 2,  # L5 and L7, who may not be alone on the mill
    "Vous y allez ensemble": 1,  # L6
    "Votre demande est restée sans réponse": 1,  # L7
    "Votre machine est prise par une initiation": 1,  # L1
    "laser-a est hors service": 2,  # L3 today, then P1
    "laser-b est hors service": 2,  # L4 and C1
    "Dangereux": 1,  # to Lea, who looks after the lasers
    "laser-a": 1,  # to L2, who said it: what became of it
    "Entretien à faire": 1,  # the needle, to Max
    "Vous animez": 4,  # Lea
    "Votre place est prise": 12,  # N1 to N4, N5; N6 N7; N8 N9; N10 N11 N12
    "Votre place est rendue": 1,  # N4
    "Une place se libère": 1,  # N5
    "Annulée": 7,  # N6 N7; N10 N11 N12; and Lea, twice
    "Vous êtes habilité·e": 4,  # N1 N2 N5; N8
    "Votre habilitation Laser finit le 15 mars 2027": 2,  # L15, at once and seven days before
    "Votre habilitation Laser est arrivée à son terme": 1,
    "Votre habilitation Laser finit le 31 mars 2027": 2,  # L16
    "Votre habilitation Laser est retirée": 1,  # S8, with both bookings
    "La semaine du lieu": 4,  # Max, each Monday
}


class Month(SimpleNamespace):
    """The lieu and its people: `l` pays, `s` pays less, `p` has a pack, `c` a plan, `n` comes for the first time."""

    place: Place

    def at(self, moment: str) -> None:
        """The clock moves on: what is due is done, what happened is told."""
        now = self.frozen(paris(moment).isoformat())
        for tick in wiring.TICKS:
            tick(now=now)
        self.tell()

    def tell(self) -> None:
        self.mails += [(one["To"].partition(" <")[0], one["Subject"].replace("\u00a0", " ")) for one in self.post()]

    def book(self, code: str, who, day: str, span: str) -> Booking:
        return book(thing(self.machines[code]), between(f"2027-03-{day}", *span.split("-")), who)

    def arrive(self, day: str, hour: str, *, but=()) -> None:
        """Everyone whose machine begins then says that they are here, five minutes after."""
        start = paris(f"2027-03-{day} {hour}")
        self.at(f"2027-03-{day} {hour[:3]}{int(hour[3:]) + 5:02}")
        due = sa.select(Booking.id, Booking.member_id).where(
            Booking.starts_at == start, Booking.status == Status.CONFIRMED, Booking.kind == "machine"
        )
        for booking_id, member_id in db.session.execute(due).all():
            if member_id not in but:
                booking.check_in(booking_id, actor_id=member_id, now=clock.now())

    def use(self, code: str, who, begins: str, ends: str, minutes: int) -> Use:
        """On the spot, or in one's booking; from a moment of March to another."""
        self.at(f"2027-03-{begins}")
        use = services.begin_use(thing=thing(self.machines[code]), member_id=who.id, actor_id=who.id, now=clock.now(), minutes=minutes)
        self.at(f"2027-03-{begins[:3]}{ends}")
        return services.end_use(use_id=use.id, actor_id=who.id, now=clock.now())

    def plan(self, title: str, kind, code: str, day: str, span: str, seats: int, cents: int, **more) -> int:
        wish = Wish(
            title=title,
            trainer_id=self.lea.id,
            period=between(f"2027-03-{day}", *span.split("-")),
            seats=seats,
            machine_ids=[self.machines[code]],
            clearance_type_id=kind.id,
            cents=cents,
            **more,
        )
        return services.plan_training(place=self.place, wish=wish, confirmed=True, actor_id=self.max.id, now=clock.now()).id

    def enrol(self, training_id: int, *people) -> list[TrainingSeat]:
        return [services.enrol(training_id=training_id, member_id=who.id, actor_id=who.id, now=clock.now()) for who in people]

    def attend(self, training_id: int, present, cleared) -> None:
        seats = {seat.member_id: seat.id for seat in queries.seats(training_id)}
        services.record_attendance(
            training_id=training_id,
            present=[seats[who.id] for who in present],
            cleared=[seats[who.id] for who in cleared],
            actor=self.lea,
            now=clock.now(),
        )

    def take_instead(self, who) -> Booking:
        """The first of the three that the mail proposes, in one click."""
        (lost,) = booking.taken_away(who.id, now=clock.now())
        first = booking.instead_of(lost, now=clock.now())[0]
        wanted = booking.ask(
            [(thing(first.resource_id), Period(first.starts_at, first.ends_at))], member_id=who.id, actor_id=who.id, now=clock.now()
        )
        return booking.replace_taken_away(lost.id, wanted)

    def due(self, who) -> int:
        return db.session.scalar(sa.select(sa.func.sum(Charge.cents)).where(Charge.member_id == who.id)) or 0

    def left(self, who) -> int:
        return balances(who, place_id=self.place.id, on=clock.today(PARIS)).minutes


@pytest.fixture
def month(session, frozen, post) -> Month:
    frozen("2027-03-02T09:30+01:00")
    place = make_place(weekdays="", saturday="")
    with transaction():
        session.add_all(OpeningHours(place_id=place.id, weekday=weekday, opens=540, closes=1080) for weekday in (1, 2, 3, 4, 5))
        session.flush()
        touch_settings(place.id)
    laser, cnc, saw = (make_clearance_type(place, name) for name in ("Laser", "CNC", "Scie"))
    night = {"night": True, "max_minutes": 1440, "step": 30}
    made = {
        code: make_machine(place, code, family=family, clearance=kind, name=code, rules=rules)
        for code, family, kind, rules in (
            ("laser-a", "laser", laser, LASER),
            ("laser-b", "laser", laser, LASER),
            ("imp1", "impression-3d", None, night),
            ("imp2", "impression-3d", None, night),
            ("imp3", "impression-3d", None, night),
            ("vinyle", "decoupe", None, {"metered": 15, "min_minutes": 15, "step": 15}),
            ("cnc", "cnc", cnc, {"people": 2, "notice_minutes": 120}),
            ("couture1", "textile", None, {}),
            ("couture2", "textile", None, {}),
            ("scie", "bois", saw, {"max_minutes": 240}),
        )
    }
    for family, cents in (("laser", 1200), ("impression-3d", 300), ("decoupe", 600), ("cnc", 2000), ("textile", 400), ("bois", 600)):
        price(place, f"family:{family}", "minutes", cents)
    price(place, "family:laser", "minutes", 750, group="solidaire")
    price(place, "family:bois", "minutes", 1500, minutes=180)
    quiet = {"wants_reminders": False}
    l = [make_member(f"L{number}", badge=number == 8, **quiet) for number in range(1, 17)]  # noqa: E741 — who pays
    s = [make_member(f"S{number}", tariff_group="solidaire", **quiet) for number in range(1, 9)]
    p = [make_member(f"P{number}", **quiet) for number in range(1, 13)]
    c = [make_member(f"C{number}", **quiet) for number in range(1, 9)]
    n = [make_member(f"N{number}", **quiet) for number in range(1, 17)]
    ends = {"L15": "2027-03-15", "L16": "2027-03-31"}
    for who in (*l, *s, *p, *c):
        clear(who, laser, until=ends.get(who.name, "2027-12-31"))
    for who in l[4:7]:
        clear(who, cnc, until="2027-12-31")
    clear(l[9], saw, until="2027-12-31")
    for who in p:
        give_minutes(place, who, 60 if who.name == "P12" else 600, until="2027-06-30")
    give_minutes(place, p[10], 60, until="2027-03-31")
    for who in c:
        subscribe(place, who, f"maker-{who.id}", {"machine_minutes": 240}, since="2027-03-01")
    lea, max_ = make_member("Lea", **quiet), make_member("Max", roles=("member", "manager"), **quiet)
    with transaction():
        session.add_all(MachineLead(resource_id=made[code].id, member_id=lea.id) for code in ("laser-a", "laser-b"))
        session.get_one(Machine, made["couture1"].id).counters = [{"nom": "aiguille", "entretien_toutes_les_h": 3}]
        session.flush()
    matter = [
        shop.save_article(place_id=place.id, article_id=None, actor_id=None, now=clock.now(), code=code, name=code, unit=unit, cents=cents)
        for code, unit, cents in (("contreplaqué", "dm²", 80), ("vis", "pièce", 125))
    ]
    for one in matter:
        shop.count_stock(article_id=one.id, milli=10_000, note="", actor_id=None, now=clock.now())
    return Month(
        place=db.session.get_one(Place, place.id),
        machines={code: one.id for code, one in made.items()},
        laser=laser,
        cnc=cnc,
        saw=saw,
        matter=matter,
        frozen=frozen,
        post=post,
        mails=[],
        l=l,
        s=s,
        p=p,
        c=c,
        n=n,
        lea=lea,
        max=max_,
    )


def test_a_month_ends_as_it_was_computed_by_hand(month):
    _first_week(month)
    _second_week(month)
    _third_week(month)
    _last_week(month)
    month.at("2027-03-31 18:30")

    l, s, p, c, n = month.l, month.s, month.p, month.c, month.n  # noqa: E741
    euros = {who.name: month.due(who) / 100 for who in (*l, *s, *p, *c, *n) if month.due(who)}
    assert euros == {
        "L1": 28.00,
        "L2": 19.50,
        "L3": 30.00,
        "L4": 30.00,
        "L5": 58.00,
        "L6": 18.00,
        "L7": 18.00,
        "L8": 24.00,
        "L9": 18.00,
        "L10": 39.00,
        "L11": 9.00,
        "L12": 18.00,
        **dict.fromkeys(("S1", "S2", "S3", "S4", "S5"), 11.25),
        "P12": 6.00,
        "C6": 18.00,
        "N1": 32.00,
        "N2": 20.00,
        "N3": 20.00,
        "N5": 20.00,
        "N8": 30.00,
        "N9": 30.00,
        "N13": 8.00,
        "N14": 4.00,
    }
    assert sum(euros.values()) == 553.75
    minutes = {who.name: month.left(who) for who in (*p, *c)}
    assert minutes == {
        "P1": 270,
        "P2": 480,
        **{f"P{number}": 510 for number in range(3, 11)},
        "P11": 570,
        "P12": 0,
        "C1": 90,
        "C2": 90,
        "C3": 150,
        "C4": 150,
        "C5": 150,
        "C6": 0,
        "C7": 240,
        "C8": 240,
    }
    used = sa.select(Use.resource_id, sa.func.sum(Use.minutes)).group_by(Use.resource_id)
    by_machine = {code: dict(db.session.execute(used).all()).get(one, 0) for code, one in month.machines.items()}
    assert by_machine == {
        "laser-a": 6 * 90 + 5 * 90 + 6 * 90 + 240 + 60 + 60 + 240,
        "laser-b": 4 * 90 + 6 * 90 + 6 * 90 + 60 + 60,
        "imp1": 120,
        "imp2": 0,
        "imp3": 0,
        "vinyle": 47 + 9 + 30 + 60,
        "cnc": 120,
        "couture1": 180,
        "couture2": 0,
        "scie": 240,
    }
    assert [one.stock_milli for one in month.matter] == [6500, 8000]
    assert db.session.scalar(sa.select(sa.func.count(Task.id))) == 1  # three hours of sewing

    day = date(2027, 3, 31)
    able = {kind.name: {who.name for who, _last in queries.holders(kind.id, day=day, zone=PARIS)} for kind in (month.laser, month.cnc)}
    everyone = {who.name for who in (*l, *s, *p, *c)}
    assert able["Laser"] == everyone - {"L15", "S8"} | {"N1", "N2", "N5"}
    assert able["CNC"] == {"L5", "L6", "L7", "N8"}
    _mails(month)
    assert [fault for look in (*wiring.CHECKS, *wiring.GUARDS) for fault in look(db.session())] == []


def _first_week(m: Month) -> None:
    m.at("2027-03-02 10:00")
    for code, day, people in (
        ("laser-a", "03", m.l[:6]),
        ("laser-b", "03", m.l[6:12]),
        ("laser-a", "04", m.s[:6]),
        ("laser-b", "04", m.p[:6]),
        ("laser-a", "05", m.c[:6]),
        ("laser-b", "05", m.p[6:]),
    ):
        for who, span in zip(people, SLOTS, strict=True):
            m.book(code, who, day, span)
    m.book("laser-a", m.l[0], "06", "11:00-12:00")
    m.tell()
    m.first = m.plan("Initiation laser", m.laser, "laser-a", "06", "10:00-12:00", 4, 2000)
    m.second = m.plan("Initiation scie", m.saw, "scie", "13", "10:00-12:00", 6, 1500, min_seats=3)
    m.third = m.plan("Initiation CNC", m.cnc, "cnc", "20", "10:00-12:00", 2, 3000)
    m.fourth = m.plan("Initiation laser bis", m.laser, "laser-b", "23", "14:00-16:00", 8, 2000)
    *_, gives_up = m.enrol(m.first, *m.n[:4])
    waits = services.wait_for_seat(training_id=m.first, member_id=m.n[4].id, actor_id=m.n[4].id, now=clock.now())
    _cancel(m, m.s[5], "04")
    m.at("2027-03-02 17:00")
    _cancel(m, m.l[10], "03")

    for span in SLOTS:
        m.arrive("03", span[:5], but={m.l[11].id})
    m.at("2027-03-03 16:45")
    m.arrive("04", "09:00")
    services.leave_training(seat_id=gives_up.id, actor_id=m.n[3].id, by_lieu=False, now=clock.now())
    m.at("2027-03-04 09:10")
    services.accept_seat(seat_id=waits.id, actor_id=m.n[4].id, now=clock.now())
    for span in SLOTS[1:]:
        m.arrive("04", span[:5])
    for span in SLOTS[:4]:
        m.arrive("05", span[:5])
    used = m.use("vinyle", m.l[0], "05 14:00", "14:47", 60)
    for one, milli in zip(m.matter, (3500, 2000), strict=True):
        services.add_material(booking_id=used.booking_id, article_id=one.id, milli=milli, actor_id=m.l[0].id, now=clock.now())
    for span in SLOTS[4:5]:
        m.arrive("05", span[:5])
    m.use("vinyle", m.l[1], "05 15:10", "15:19", 15)
    m.arrive("05", "16:30")
    m.at("2027-03-06 12:30")
    m.attend(m.first, present=[*m.n[:3], m.n[4]], cleared=[*m.n[:2], m.n[4]])
    m.book("laser-b", m.n[0], "27", "10:00-11:00")
    with pytest.raises(Refused) as no:
        m.book("laser-b", m.n[2], "27", "11:00-12:00")
    assert no.value.codes == ["not_qualified"]
    m.book("laser-a", m.l[2], "09", "14:00-15:00")
    m.book("laser-a", m.p[0], "10", "10:00-11:00")


def _second_week(m: Month) -> None:
    m.at("2027-03-08 10:00")  # seven days before L15's right ends
    m.at("2027-03-09 08:00")
    services.report_problem(thing=thing(m.machines["laser-a"]), member_id=m.l[1].id, text="Elle fume", dangerous=True, now=clock.now())
    m.tell()
    assert engine.booking(m.take_instead(m.l[2]).id).resource_id == m.machines["laser-b"]
    m.at("2027-03-09 09:00")
    laser_a = thing(m.machines["laser-a"])
    services.decide_outage(
        thing=laser_a, starts_at=clock.now(), ends_at=paris("2027-03-10 18:00"), reason="Tube fêlé", actor_id=m.lea.id, now=clock.now()
    )
    m.tell()
    assert m.left(m.p[0]) == 510
    (lost,) = booking.taken_away(m.p[0].id, now=clock.now())
    booking.let_go(lost.id, actor_id=m.p[0].id, now=clock.now())

    m.book("couture1", m.n[12], "10", "10:00-12:00")
    m.book("couture1", m.n[13], "11", "14:00-15:00")
    together = m.book("cnc", m.l[4], "11", "10:00-12:00")
    m.book("cnc", m.l[6], "12", "14:00-15:00")
    m.tell()
    services.join_company(booking_id=together.id, member_id=m.l[5].id, actor_id=m.l[5].id, now=clock.now())
    m.enrol(m.second, *m.n[5:7])
    m.enrol(m.third, *m.n[7:9])
    m.enrol(m.fourth, *m.n[9:12])
    m.book("laser-b", m.l[3], "23", "10:00-11:00")
    m.book("laser-b", m.c[0], "24", "10:00-11:00")
    m.book("laser-a", m.c[5], "17", "09:00-13:00")
    for day in ("25", "26"):
        m.book("laser-a", m.s[7], day, "10:00-11:00")
    m.arrive("09", "14:00")
    m.arrive("10", "10:00")
    m.at("2027-03-11 08:00")
    services.back_in_service(thing=thing(m.machines["laser-a"]), note="Tube changé", actor_id=m.lea.id, now=clock.now())
    m.at("2027-03-11 10:00")
    services.begin_use(thing=thing(m.machines["cnc"]), member_id=m.l[4].id, actor_id=m.l[4].id, now=clock.now())
    m.at("2027-03-11 12:00")  # nobody says « j’ai fini »: it ends with its booking
    m.arrive("11", "14:00")
    m.at("2027-03-12 10:00")  # two of three people for the saw
    m.at("2027-03-12 12:00")  # nobody came to L7 on the mill


def _third_week(m: Month) -> None:
    m.at("2027-03-16 11:00")
    services.decide_outage(
        thing=thing(m.machines["laser-b"]),
        starts_at=paris("2027-03-22 00:00"),
        ends_at=paris("2027-03-25 00:00"),
        reason="Entretien annuel",
        actor_id=m.lea.id,
        now=clock.now(),
    )
    m.at("2027-03-16 11:05")
    for who in (m.l[3], m.c[0]):
        assert m.take_instead(who).resource_id == m.machines["laser-a"]
    m.book("scie", m.l[9], "25", "09:00-13:00")
    m.book("laser-a", m.p[0], "27", "09:00-13:00")
    m.use("vinyle", m.p[1], "16 14:00", "14:30", 60)
    m.use("vinyle", m.c[1], "16 15:00", "16:00", 90)
    night = Period(paris("2027-03-28 01:00"), paris("2027-03-28 04:00"))
    print_of = book(thing(m.machines["imp1"]), night, m.l[7])
    assert (night.minutes, print_of.price_cents) == (120, 600)
    with pytest.raises(Refused) as no:
        book(thing(m.machines["imp2"]), night, m.l[8])  # no badge
    assert no.value.codes == ["closed"]
    m.arrive("17", "09:00")
    m.at("2027-03-18 10:00")
    (right,) = queries.history(m.s[7].id)
    assert len(services.revoke_clearance(clearance_id=right.id, reason="Vitre ouverte", actor_id=m.max.id, now=clock.now())) == 2
    m.at("2027-03-20 12:30")
    m.attend(m.third, present=[m.n[7]], cleared=[m.n[7]])


def _last_week(m: Month) -> None:
    m.arrive("23", "10:00")
    m.arrive("24", "10:00")  # seven days before L16's right ends
    m.arrive("25", "09:00")
    m.arrive("27", "09:00")
    m.arrive("27", "10:00")
    m.arrive("28", "01:00")


def _cancel(m: Month, who, day: str) -> None:
    (mine,) = engine.bookings_of(who.id, Period(paris(f"2027-03-{day} 00:00"), paris(f"2027-03-{day} 23:59")))
    booking.cancel(booking_id=mine.id, actor_id=who.id, by_lieu=False, now=clock.now())


def _mails(m: Month) -> None:
    found = Counter(subject.split(":")[0].strip() for _to, subject in m.mails)
    assert found == MAILS
