"""The pages about mail: the manager sees what is stuck and why, one click leaves a list, and a try shows what was written."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app import wiring
from app.booking import mails as booking_mails
from app.core import clock, delivery, journal, mail, transports
from app.core.db import db
from app.core.mail import OutgoingMail
from app.members.models import Member
from tests.factories import book_half, make_member, make_place, make_pool, make_thing, thing


@pytest.fixture
def lieu(session, frozen):
    frozen("2026-12-01T10:00+01:00")
    return make_place(email="bonjour@lieu.test")


@pytest.fixture
def manager(lieu) -> Member:
    return make_member("Max", roles=["manager"])


@pytest.fixture
def camille(lieu) -> Member:
    return make_member("Camille")


@pytest.fixture
def folder(app: Flask):
    """Where the mails of these tests are written, empty."""
    folder = Path(app.config["MAIL_URL"].removeprefix("file:"))
    for file in folder.glob("*.eml"):
        file.unlink()
    return folder


def book(lieu, member):
    seat = thing(make_pool(lieu, code="salle", prefix="P").id)
    return book_half(seat, "2026-12-08", "morning", member, note="Près de <la> fenêtre")


def work():
    journal.deliver(wiring.READERS, now=clock.now())
    db.session.commit()
    delivery.send_due(now=clock.now())
    db.session.expire_all()


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.text.replace("\u00a0", " ").replace("\u202f", " "))


# ---------------------------------------------------------------- the manager's page


@pytest.fixture
def stuck(lieu, camille, folder, app, monkeypatch, frozen) -> OutgoingMail:
    """A confirmation that a full mailbox refused, and one that waits for the server."""

    def refuse(self, message, *, sender, to, message_id):
        raise transports.RefusedForGood("550 5.1.1 mailbox <b>full</b>")

    book(lieu, camille)
    monkeypatch.setattr(transports.Folder, "send", refuse)
    work()
    monkeypatch.undo()
    frozen("2026-12-01T10:00+01:00")
    return db.session.query(OutgoingMail).one()


def test_the_manager_sees_what_is_stuck_for_whom_and_why(log_in, manager, stuck):
    page = log_in(manager).get("/manage/mails")

    assert "Camille" in words(page)
    assert "Confirmation de réservation" in words(page)
    assert "L’adresse a été refusée." in words(page)
    assert "550 5.1.1 mailbox &lt;b&gt;full&lt;/b&gt;" in page.text


def test_the_manager_tries_again_and_it_leaves(log_in, manager, stuck, folder):
    client = log_in(manager)

    assert client.post(f"/manage/mails/{stuck.id}/retry").status_code == 302
    assert "repart dans un instant" in words(client.get("/manage/mails"))
    work()

    assert len(list(folder.glob("*.eml"))) == 1
    assert "Tous les messages sont partis." in words(client.get("/manage/mails"))
    assert client.post(f"/manage/mails/{stuck.id}/retry").status_code == 404


def test_everything_that_waits_is_tried_again_at_once(log_in, manager, stuck):
    log_in(manager).post("/manage/mails/retry")

    db.session.refresh(stuck)
    assert (stuck.due_at, stuck.gave_up_at, stuck.attempts) == (clock.now(), None, 0)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_else_sees_the_outbox(log_in, camille, stuck, method):
    client = log_in(camille)

    for url in ("/manage/mails", f"/manage/mails/{stuck.id}/retry", "/manage/mails/retry"):
        assert client.open(url, method=method).status_code in (404, 405)
    assert stuck.gave_up_at is not None


def test_every_mail_has_a_name_on_that_page():
    assert set(wiring.MAIL_NAMES) == set(wiring.MAILS)
    assert set(booking_mails.MAILS) <= set(booking_mails.READERS)


# ---------------------------------------------------------------- leaving a list


def address(member: Member, topic: str = "reminders") -> str:
    return mail.unsubscribe_url(member.id, topic).removeprefix("http://localhost")


def test_looking_at_the_address_changes_nothing(client, camille):
    page = client.get(address(camille))

    assert "Ne plus recevoir de rappel la veille" in page.text
    db.session.refresh(camille)
    assert camille.wants_reminders


def test_one_click_is_enough_without_signing_in(app, client, camille, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)

    page = client.post(address(camille), data={"List-Unsubscribe": "One-Click"})

    assert page.status_code == 200
    assert "Vous ne recevrez plus de rappel" in page.text
    db.session.refresh(camille)
    assert not camille.wants_reminders


@pytest.mark.parametrize("token", ["x", "WzEsInJlbWluZGVycyJd.forged", ""])
def test_an_address_that_we_did_not_make_is_nowhere(client, camille, token):
    assert client.post(f"/unsubscribe/{token}").status_code == 404
    assert camille.wants_reminders


def test_what_is_contractual_cannot_be_left(client, camille):
    assert client.get(address(camille, "invoices")).status_code == 404


# ---------------------------------------------------------------- while trying the program


@pytest.fixture
def written(lieu, camille, folder) -> str:
    """The name of a mail that was written."""
    book(lieu, camille)
    work()
    (file,) = folder.glob("*.eml")
    return file.name


def test_who_tries_the_program_reads_its_mails(client, written):
    page = client.get("/dev/mails")
    mail_page = client.get(f"/dev/mails/{written}")

    assert "Votre poste P1 est réservé" in words(page)
    assert f"/dev/mails/{written}" in page.text
    assert "Votre poste P1 est réservé mardi 8 décembre, le matin." in words(mail_page)
    assert '<a href="http://localhost/bookings/' in mail_page.text
    assert "frame-src 'self'" in mail_page.headers["Content-Security-Policy"]
    assert "reservation.ics" in mail_page.text


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(client, written):
    frame = client.get(f"/dev/mails/{written}/html")

    policy = frame.headers["Content-Security-Policy"]
    assert "sandbox" in policy.split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "<style>" in frame.text


def test_an_attachment_is_saved_and_never_opened_in_the_page(client, written):
    answer = client.get(f"/dev/mails/{written}/0")

    assert answer.data.startswith(b"BEGIN:VCALENDAR")
    assert answer.headers["Content-Disposition"] == "attachment; filename=reservation.ics"
    assert answer.content_type == "application/octet-stream"
    assert client.get(f"/dev/mails/{written}/9").status_code == 404


@pytest.mark.parametrize("name", ["..%2Fsecret_key", "%2e%2e/x.eml", "nothing.eml", "a b.eml", "x.txt"])
def test_only_mails_are_read(client, written, name):
    assert client.get(f"/dev/mails/{name}").status_code == 404


def test_a_public_house_and_one_that_really_sends_show_no_mail(app, client, written, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://lieu.test")
    assert client.get("/dev/mails").status_code == 404
    monkeypatch.undo()
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://localhost")
    assert client.get("/dev/mails").status_code == 404


def test_from_another_machine_only_the_manager_reads_them(log_in, client, written, manager, camille):
    elsewhere = {"REMOTE_ADDR": "192.168.1.20"}

    assert client.get("/dev/mails", environ_base=elsewhere).status_code == 404
    assert log_in(camille).get(f"/dev/mails/{written}", environ_base=elsewhere).status_code == 404
    assert log_in(manager).get("/dev/mails", environ_base=elsewhere).status_code == 200


# ---------------------------------------------------------------- the addresses of calendars


def test_the_manager_gives_the_address_of_a_things_calendar_and_takes_it_back(log_in, client, lieu, manager):
    room = make_thing(lieu, "R", kind="room", name="Salle de réunion")
    log_in(manager)

    client.post(f"/manage/feeds/resource:{room.id}")
    page = client.get("/manage/feeds")
    first = address_in(page)
    again = client.get("/manage/feeds")
    client.post(f"/manage/feeds/resource:{room.id}")
    second = address_in(client.get("/manage/feeds"))

    assert "Salle de réunion" in page.text
    assert ".ics" not in again.text, "it is told once"
    assert "donnée le 1er décembre 2026" in words(again)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200

    client.post(f"/manage/feeds/resource:{room.id}/stop")
    assert client.get(second).status_code == 404


def address_in(page) -> str:
    found = re.search(r"http://localhost(/feeds/[\w-]+\.ics)", page.text)
    assert found
    return found[1]


def test_only_things_of_the_lieu_have_an_address_to_give(log_in, client, lieu, manager, camille):
    client = log_in(manager)

    assert client.post(f"/manage/feeds/place:{lieu.id}").status_code == 302
    for subject in ("member", f"member:{camille.id}", "resource:999999", "place:999999", "x"):
        assert client.post(f"/manage/feeds/{subject}").status_code == 404, subject
    assert log_in(camille).post(f"/manage/feeds/place:{lieu.id}").status_code == 404
