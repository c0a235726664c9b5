"""One click in the mail, in a real Chromium: signed out, one enters and it is booked; without script one button is left to press."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from app.booking import papers, services
from app.booking.models import Booking
from app.core import clock
from app.core.db import db
from app.core.period import Period, at
from app.members.services.passwords import hash_password
from app.web.refusals import choice_value
from tests.browser import PHONE, axe_violations
from tests.databases import on_sqlite
from tests.factories import PARIS, book, make_machine, make_member, make_place

pytestmark = [pytest.mark.browser, on_sqlite]

PASSWORD = "quatre mots au hasard ici"


@pytest.fixture(scope="module")
def mailed(live) -> list[str]:
    """The addresses of two mails: what Ana can have instead of two afternoons that a breakdown took away."""
    with live.app.app_context():
        live.app.config["SECRET_KEY"] = "a key for the servers of the tests"
        place = make_place(weekdays="00:00-24:00", saturday="00:00-24:00")
        laser = make_machine(place)
        make_machine(place, "laser2", name="Petite laser")
        ana = make_member("Ana", email="ana@example.org", password_hash=hash_password(PASSWORD))
        days = [clock.today(PARIS) + timedelta(days=ahead) for ahead in range(3, 12)]
        days = [day for day in days if day.weekday() < 5][:2]
        lost = [book(laser, Period(at(day, 840, PARIS), at(day, 930, PARIS)), ana).id for day in days]
        whole = Period(at(days[0], 0, PARIS), at(days[1], 1440, PARIS))
        services.declare_outage(thing=laser, period=whole, starts_at=whole.starts_at, reason="Tube", actor_id=ana.id, now=clock.now())
        found = []
        for booking_id in lost:
            first = services.instead_of(db.session.get_one(Booking, booking_id), now=clock.now())[0]
            page = urlsplit(papers.page_instead(booking_id, choice_value(first)))
            found.append(f"{live.url}{page.path}?{page.query}")
        db.session.remove()
    return found


@pytest.mark.parametrize("scripted", [True, False])
def test_from_the_mail_to_the_booking(mailed, browse, scripted):
    page = browse(viewport=PHONE, java_script_enabled=scripted).new_page()
    page.goto(mailed[0 if scripted else 1])
    page.fill("#email", "ana@example.org")
    page.fill("#password", PASSWORD)
    page.click("form:has(#password) button.btn >> nth=0")
    if not scripted:
        expect(page.get_by_text("Petite laser")).to_be_visible()
        page.get_by_role("button", name="Réserver").click()
    page.wait_for_url(re.compile(r"/bookings/\d+$"))
    expect(page.get_by_text("C’est réservé à la place")).to_be_visible()
    if scripted:
        assert axe_violations(page) == []
        address = page.url
        page.go_back()
        page.go_forward()
        assert page.url == address  # nothing was sent again
