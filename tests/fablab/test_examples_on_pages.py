"""The worked examples of the fablab, with their numbers, as people meet them on the pages.

====  ==================================================  =========================================================
 no.  through the engine, and by a program (API)          on the pages
====  ==================================================  =========================================================
 1    test_reference_lieu, api/test_fablab                test_what_the_page_says_of_an_hour
 2    race/test_fablab_races (two processes)
 3-5  test_reference_lieu, api/test_fablab                test_what_the_page_says_of_an_hour
 6    test_reference_lieu, test_trainings, api            test_training_pages (from the refusal to the clearance)
 7    test_reference_lieu, test_clearances (the mails)    test_what_the_page_says_of_an_hour
 8    test_reference_lieu                                 test_a_right_that_nobody_used_lapses_in_the_booklet
 9    test_clearances, journeys (the mail)                test_clearance_pages
 10   test_company                                        test_company
 11   test_reference_lieu, billing/test_vat_of_prices     test_durations_are_priced_longest_first, also by a program
 12   test_reference_lieu, api/test_fablab                test_what_pays_is_said_before_and_looking_uses_nothing
 13   test_reference_lieu, also by a program              test_what_pays_is_said_before_and_looking_uses_nothing
 14   api/test_fablab                                     test_what_pays_is_said_before_and_looking_uses_nothing
 15   test_reference_lieu, api/test_fablab                test_the_fee_is_announced_and_a_refused_move_changes_nothing
 16   api/test_fablab                                     test_the_fee_is_announced_and_a_refused_move_changes_nothing
 17   test_reference_lieu                                 test_here (the machine's page)
 18   test_reference_lieu, api/test_fablab                test_here, test_instead
 19   test_uses                                           test_two_hundred_hours_ask_for_upkeep_once_in_the_log
 20   test_reference_lieu, api/test_fablab                test_what_the_page_says_of_an_hour
 21   test_reference_lieu, api/test_fablab                test_a_night_print_is_priced_by_the_hours_that_there_are
 22   test_uses                                           test_what_was_really_used_is_on_the_page_and_the_account
 23   feeds/test_calendars, feeds/test_views              test_who_subscribes_to_a_machine_reads_no_name
====  ==================================================  =========================================================
"""

from dataclasses import replace
from datetime import UTC, date

import sqlalchemy as sa

from app.billing import services as shop
from app.billing.models import Charge
from app.billing.queries import balances
from app.booking.models import Booking
from app.core import clock
from app.core.db import db, transaction
from app.fablab import services
from app.fablab.models import Machine
from app.feeds import calendars
from tests.api.partner import Described, Partner
from tests.factories import between, book, clear, give_minutes, make_clearance_type, make_machine, paris, price, subscribe
from tests.pages import text_of


def choice(thing, day: str, start: str, end: str) -> str:
    begins, ends = (paris(f"{day} {hour}").astimezone(UTC) for hour in (start, end))
    return f"{thing.id}/{begins:%Y-%m-%dT%H:%MZ}/{ends:%Y-%m-%dT%H:%MZ}"


def ask(client, thing, day: str, start: str, end: str):
    return client.post("/coworking/bookings", data={"choice": choice(thing, day, start, end)})


def look(client, thing, day: str, start: str, end: str) -> str:
    return text_of(client.get(f"/coworking/?what=machine&which={thing.code}&day={day}&part=hours&start={start}&end={end}"))


def no(answer, sentence: str) -> bool:
    return answer.status_code in (409, 422) and sentence in text_of(answer)


def test_what_the_page_says_of_an_hour(fablab, log_in, frozen):
    day = "2026-12-08"
    ana = log_in(fablab.ana)
    assert "18,00 €" in look(ana, fablab.laser, day, "14:00", "15:30")
    assert ask(ana, fablab.laser, day, "14:00", "15:30").status_code == 303
    ben = log_in(fablab.ben)
    assert "7,50 €" in look(ben, fablab.laser, day, "15:30", "16:30")
    assert ask(ben, fablab.laser, day, "15:30", "16:30").status_code == 303
    with transaction():
        training = services.Wish(title="Laser", trainer_id=fablab.max.id, period=between("2026-12-12", "10:00", "12:00"), seats=4)
        services.plan_training(
            place=fablab.place,
            wish=replace(training, machine_ids=[fablab.laser.id], clearance_type_id=fablab.clearance.id),
            confirmed=True,
            actor_id=fablab.max.id,
            now=clock.now(),
        )
        book(fablab.space, between("2026-12-15", "09:00", "12:00"), fablab.max)
    for at_day, start, end, sentence in (
        (day, "15:00", "16:00", "déjà pris de"),
        (day, "13:00", "16:00", "déjà pris de"),
        (day, "10:10", "11:10", "de 15 en 15 minutes"),
        (day, "10:00", "10:15", "30 minutes au moins"),
        (day, "09:00", "13:15", "240 minutes au plus"),
        ("2026-12-01", "11:45", "12:45", "120 minutes à l’avance"),
        ("2027-02-02", "10:00", "11:00", "60 jours à l’avance"),
        ("2026-12-07", "10:00", "11:00", "Le lieu est fermé"),
        ("2026-12-24", "10:00", "11:00", "Le lieu est fermé"),
        ("2026-12-12", "17:30", "18:30", "Ce jour-là, le lieu est ouvert de 9 h à 18 h"),
        ("2026-12-12", "11:00", "12:00", "une initiation s’y tient"),
        ("2026-12-15", "11:30", "12:30", "tout l’espace est réservé"),
    ):
        assert no(ask(ben, fablab.laser, at_day, start, end), sentence), (at_day, start, sentence)
    for at_day, start, end in (("2026-12-01", "12:00", "13:00"), ("2027-01-30", "10:00", "11:00"), ("2026-12-15", "12:00", "13:00")):
        assert ask(ben, fablab.laser, at_day, start, end).status_code == 303
    for at_day, start, end in (("2026-12-09", "09:00", "09:30"), ("2026-12-09", "10:00", "14:00")):
        assert ask(ben, fablab.laser, at_day, start, end).status_code == 303
    frozen("2027-06-01T10:00+02:00")
    ana = log_in(fablab.ana)
    assert ask(ana, fablab.laser, "2027-06-30", "10:00", "11:00").status_code == 303
    assert no(ask(ana, fablab.laser, "2027-07-01", "10:00", "11:00"), "vaut jusqu’au mercredi 30 juin inclus")


def test_durations_are_priced_longest_first_also_by_a_program(fablab, log_in, client, app):
    long, short = (
        make_machine(fablab.place, code, family=code, rules={"max_minutes": 1440, "step": 30, "night": True}) for code in ("long", "court")
    )
    for what, tiers in (("family:long", ((60, 1200), (180, 3000), (420, 6000))), ("family:court", ((240, 4000), (60, 1200)))):
        for minutes, cents in tiers:
            price(fablab.place, what, "minutes", cents, minutes=minutes)
    with transaction():
        fablab.ana.badge = True
        db.session.flush()
    partner = Partner(client, Described(app), fablab.ana, "read write")
    for thing, start, end, cents, said in ((long, "08:00", "20:00", 11400, "114,00 €"), (short, "10:00", "14:30", 4600, "46,00 €")):
        assert said in look(log_in(fablab.ana), thing, "2026-12-08", start, end)
        wish = {"resource_id": thing.id, "start": f"2026-12-08T{start}:00+01:00", "end": f"2026-12-08T{end}:00+01:00"}
        assert partner.post("/bookings/preview", **wish).json["price_cents"] == cents


def test_what_pays_is_said_before_and_looking_uses_nothing(fablab, log_in, client, app):
    subscribe(fablab.place, fablab.ana, "maker", {"machine_minutes": 60}, since="2026-12-01", until="2026-12-31")
    give_minutes(fablab.place, fablab.ana, 90)
    ana = log_in(fablab.ana)
    for _ in range(5):
        page = look(ana, fablab.laser, "2026-12-08", "10:00", "13:00")
        assert "6,00 €" in page and "votre abonnement et votre forfait, le reste" in page
    assert balances(fablab.ana, place_id=fablab.place.id, on=date(2026, 12, 1)).minutes == 150
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 0
    after = look(ana, fablab.laser, "2027-01-05", "10:00", "13:00")  # the plan has ended: only the pack
    assert "18,00 €" in after and "votre forfait, le reste" in after and "votre abonnement" not in after
    wish = {"resource_id": fablab.laser.id, "start": "2027-01-05T10:00:00+01:00", "end": "2027-01-05T13:00:00+01:00"}
    assert Partner(client, Described(app), fablab.ana, "read write").post("/bookings/preview", **wish).json["price_cents"] == 1800
    ana = log_in(fablab.ana)
    assert ask(ana, fablab.laser, "2026-12-08", "10:00", "13:00").status_code == 303
    assert balances(fablab.ana, place_id=fablab.place.id, on=date(2026, 12, 1)).minutes == 0


def test_the_fee_is_announced_and_a_refused_move_changes_nothing(fablab, log_in, frozen):
    ana = log_in(fablab.ana)
    first, second = (book(fablab.laser, between(day, "14:00", "15:30"), fablab.ana) for day in ("2026-12-08", "2026-12-09"))
    book(fablab.laser, between("2026-12-08", "16:00", "17:00"), fablab.ben)
    taken = {"day": "2026-12-08", "start": "15:00", "end": "16:30"}
    assert no(ana.post(f"/bookings/{first.id}/move", data=taken), "déjà pris de")
    assert ana.post(f"/bookings/{first.id}/move", data=taken | {"start": "11:00", "end": "12:30"}).status_code == 303
    moved = db.session.get_one(Booking, first.id, populate_existing=True)
    assert (moved.starts_at, moved.price_cents, moved.status) == (paris("2026-12-08 11:00"), 1800, "confirmed")
    assert db.session.scalar(sa.select(sa.func.count(Charge.id)).where(Charge.ref.startswith(f"booking:{first.id}"))) == 1

    frozen("2026-12-08T14:00+01:00")
    ana = log_in(fablab.ana)
    assert "Tout vous revient : 18,00 €" in text_of(ana.get(f"/bookings/{second.id}/cancellation"))
    frozen("2026-12-08T14:01+01:00")
    page = text_of(ana.get(f"/bookings/{second.id}/cancellation"))
    assert "9,00 € reste dû, 9,00 € vous revient" in page
    assert ana.post(f"/bookings/{second.id}/cancellation").status_code == 303
    assert "déjà annulée" in text_of(ana.post(f"/bookings/{second.id}/cancellation"))
    kept = sa.select(sa.func.sum(Charge.cents)).where(Charge.ref.startswith(f"booking:{second.id}"))
    assert db.session.scalar(kept) == 900


def test_a_night_print_is_priced_by_the_hours_that_there_are(fablab, log_in, frozen):
    frozen("2027-03-01T10:00+01:00")
    with transaction():
        fablab.ana.badge = True
        db.session.flush()
    ana = log_in(fablab.ana)
    assert "6,00 €" in look(ana, fablab.printer, "2027-03-28", "01:00", "04:00")
    assert ask(ana, fablab.printer, "2027-03-28", "01:00", "04:00").status_code == 303


def test_what_was_really_used_is_on_the_page_and_the_account(fablab, log_in, frozen):
    make_machine(fablab.place, "plotter", family="laser", rules={"metered": 15, "min_minutes": 15, "step": 15})
    plywood, screws = (
        shop.save_article(
            place_id=fablab.place.id, article_id=None, actor_id=None, now=clock.now(), code=code, name=code, unit=unit, cents=cents
        )
        for code, unit, cents in (("contreplaqué", "dm²", 80), ("vis", "pièce", 125))
    )
    ana = log_in(fablab.ana)
    for start, end, said in (("10:00", "10:47", "47 min, 9,40 €"), ("11:00", "11:09", "9 min, 3,00 €")):
        frozen(f"2026-12-01T{start}+01:00")
        assert ana.post("/fablab/m/plotter/use", data={"minutes": "60"}).status_code == 302
        frozen(f"2026-12-01T{end}+01:00")
        assert said in text_of(ana.post("/fablab/m/plotter/use/end", follow_redirects=True))
    held = db.session.scalars(sa.select(Booking).order_by(Booking.id)).first()
    page = text_of(ana.get(f"/bookings/{held.id}"))
    assert "9,40 €" in page and "47 min" in page
    for article, quantity in ((plywood, "3,5"), (screws, "2")):
        assert ana.post("/fablab/m/plotter/material", data={"article_id": article.id, "quantity": quantity}).status_code == 302
    assert "17,70 €" in text_of(ana.get("/billing/"))  # 9.40 + 3.00 + 5.30, on one bill


def test_who_subscribes_to_a_machine_reads_no_name(fablab, client):
    book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    feed = calendars.of_thing(fablab.laser.id, now=clock.now()).decode()
    assert "ccupé" in feed and "Ana" not in feed and "example.org" not in feed
    assert client.get("/feeds/wrong.ics").status_code == 404


def test_a_right_that_nobody_used_lapses_in_the_booklet(fablab, log_in, frozen):
    kind = make_clearance_type(fablab.place, "Traceur", policy="unused", months=6)
    plotter = make_machine(fablab.place, "traceur", family="traceur", clearance=kind, rules={"notice_minutes": 0})
    clear(fablab.ana, kind, on="2026-08-31")
    frozen("2027-02-28T10:00+01:00")
    ana = log_in(fablab.ana)
    assert "jusqu’au 28 février 2027" in text_of(ana.get("/fablab/clearances/mine"))
    assert no(ask(ana, plotter, "2027-03-02", "10:00", "11:00"), "28 février inclus")
    frozen("2027-03-01T10:00+01:00")
    ana = log_in(fablab.ana)
    assert "finie le 28 février 2027" in text_of(ana.get("/fablab/clearances/mine"))
    assert no(ask(ana, plotter, "2027-03-02", "10:00", "11:00"), "habilitation")


def test_two_hundred_hours_ask_for_upkeep_once_in_the_log(fablab, log_in, frozen):
    with transaction():
        db.session.get_one(Machine, fablab.printer.id).counters = [{"nom": "buse", "entretien_toutes_les_h": 200, "valeur_min": 198 * 60}]
        db.session.flush()
    for start, stop in (("09:00", "11:00"), ("14:00", "15:00")):
        book(fablab.printer, between("2026-12-08", start, stop), fablab.ana)
        frozen(f"2026-12-08T{start}+01:00")
        log_in(fablab.ana).post(f"/fablab/m/{fablab.printer.code}/use")
        frozen(f"2026-12-08T{stop}+01:00")
        log_in(fablab.ana).post(f"/fablab/m/{fablab.printer.code}/use/end")
        shown = text_of(log_in(fablab.max).get(f"/fablab/{fablab.printer.code}/log"))
        assert shown.count("C’est fait") == 1, shown
