"""A breakdown warns before the drive, and what can be had instead is one click away, from the mail and from the week."""

import re
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from app.billing.models import Charge
from app.billing.queries import balances
from app.booking import services as booking
from app.booking.models import Booking
from app.core import clock
from app.core.db import db
from app.fablab import services
from tests.factories import between, book, give_minutes, make_machine, paris, price
from tests.pages import fields_of, text_of

ADDRESS = re.compile(r"https?://\S+/instead\S+")


def links(message) -> list[str]:
    """The addresses of what can be had instead, as a browser asks for them."""
    found = ADDRESS.findall(message.get_body(("plain",)).get_content())
    return [f"{urlsplit(one).path}?{urlsplit(one).query}" for one in found]


def stop(fablab, day="2026-12-08"):
    return services.decide_outage(
        thing=fablab.laser,
        starts_at=paris(f"{day} 09:00"),
        ends_at=paris(f"{day} 18:00"),
        reason="Tube fêlé",
        actor_id=fablab.max.id,
        now=clock.now(),
    )


def due(member) -> int:
    return db.session.scalar(sa.select(sa.func.sum(Charge.cents)).where(Charge.member_id == member.id)) or 0


def test_one_click_in_the_mail_books_again_with_the_same_minutes(fablab, client, log_in, post):
    other = make_machine(fablab.place, "laser2", family="laser", clearance=fablab.clearance, name="Petite laser")
    saw = make_machine(fablab.place, "scie", family="bois", clearance=fablab.clearance, name="Scie")  # the same clearance, another family
    price(fablab.place, "family:bois", "minutes", 1200)
    give_minutes(fablab.place, fablab.ana, 60)
    lost = book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    assert (lost.price_cents, due(fablab.ana)) == (600, 600)  # 60 minutes of the pack, 30 to pay
    post()
    stop(fablab)
    assert (due(fablab.ana), balances(fablab.ana, place_id=fablab.place.id, on=clock.now().date()).minutes) == (0, 60)
    (told,) = post()
    found = links(told)
    assert len(found) == 3
    assert f"choice={other.id}/" in unquote(found[0]) and f"choice={saw.id}/" in unquote(found[1])  # at the same time first
    assert f"choice={fablab.laser.id}/2026-12-09T08:00Z" in unquote(found[2])  # then the same machine, when it is free next

    answer = client.get(found[0])
    assert answer.status_code == 302 and "next=" in answer.location  # signed out: enter, and come back
    ana = log_in(fablab.ana)
    page = ana.get(found[0])
    assert "Petite laser, mardi 8 décembre, de 14 h à 15 h 30" in text_of(page) and "/static/once." in page.text
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 1  # reading writes nothing
    assert ana.post(found[0], data=fields_of(page.text)).status_code == 303

    made = db.session.scalars(sa.select(Booking).where(Booking.resource_id == other.id)).one()
    assert (made.status, made.price_cents, due(fablab.ana)) == ("confirmed", 600, 600)
    assert [(part["source"], part["units"]) for part in made.covered_by] == [("pass", 60), ("money", 30)]
    assert ana.post(found[1], data=fields_of(page.text)).location.endswith(f"/bookings/{made.id}")  # once, whatever is pressed next
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 2
    assert "Annulé par le lieu" not in text_of(ana.get("/me"))

    assert ana.get(found[0].replace("code=", "code=0")).status_code == 404
    assert log_in(fablab.ben).get(found[0]).status_code == 404


def test_the_week_offers_it_too_and_says_when_it_is_gone(fablab, log_in, post):
    book(fablab.laser, between("2026-12-08", "10:00", "11:00"), fablab.ana)
    stop(fablab)
    ana = log_in(fablab.ana)
    page = ana.get("/me")
    assert "Annulé par le lieu : laser, mardi 8 décembre, de 10 h à 11 h" in text_of(page) and "Tube fêlé" in page.text
    hrefs = [one.replace("&amp;", "&") for one in re.findall(r'action="(/bookings/\d+/instead[^"]+)"', page.text)]
    assert len(hrefs) == 3
    (first,) = [one for one in hrefs if "/2026-12-09T09:00Z/" in unquote(one)]
    book(fablab.laser, between("2026-12-09", "10:00", "11:00"), fablab.ben)
    gone = ana.post(first)
    assert gone.status_code == 409 and "Libre maintenant" in text_of(gone)
    lost = db.session.scalars(sa.select(Booking).where(Booking.status == "cancelled")).one()
    assert len(booking.instead_of(lost, now=clock.now())) == 3
    assert ana.post(f"/bookings/{lost.id}/letting-go").status_code == 303
    assert "Annulé par le lieu" not in text_of(ana.get("/me"))
