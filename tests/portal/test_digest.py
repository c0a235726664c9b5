"""On Monday morning, the lieu's week in one mail."""

from app import wiring
from app.core import clock, mail
from app.core.db import db
from app.portal import digest
from tests.factories import book_half, make_machine
from tests.lieux import make_lieu


def letters() -> list:
    return [wiring.MAILS[row.kind](row) for row in db.session.query(mail.OutgoingMail).where(mail.OutgoingMail.kind == digest.KIND)]


def test_each_monday_says_what_to_decide_who_comes_and_what_was(session, frozen, app):
    frozen("2026-12-01T10:00+01:00")
    lieu = make_lieu()
    book_half(lieu.pool, "2026-12-04", "morning", lieu.camille)
    book_half(lieu.pool, "2026-12-08", "morning", lieu.camille)
    book_half(lieu.pool, "2026-12-08", "afternoon", lieu.leo)
    make_machine(lieu.place, "scie", name="Scie", state="needs_attention")

    assert digest.send(now=clock.now()) == 0, "the house opened in the middle of a week"
    frozen("2026-12-07T06:59+01:00")
    wiring.TICKS[1](now=clock.now())  # Camille did not come on Friday
    assert digest.send(now=clock.now()) == 0
    assert digest.send(now=frozen("2026-12-07T07:00+01:00")) == 1
    assert digest.send(now=frozen("2026-12-07T07:01+01:00")) == 0

    with app.test_request_context():
        (letter,) = letters()
    text = letter.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert letter.subject.replace("\u00a0", " ") == "La semaine du lieu : du lundi 7 au dimanche 13 décembre"
    assert "– À surveiller : Scie" in text
    assert "– mardi 8 décembre : 2 personnes" in text
    assert "Une place est restée vide sans prévenir." in text
    assert letter.unsubscribe_url.startswith("http://localhost/unsubscribe/")


def test_a_manager_leaves_it_in_one_click_and_nobody_else_has_it(session, frozen, client, app):
    frozen("2026-12-07T08:00+01:00")
    lieu = make_lieu()

    left = mail.unsubscribe_url(lieu.max.id, digest.TOPIC).removeprefix("http://localhost")
    assert "semaine du lieu" in client.get(left).text
    client.post(left)

    assert not lieu.max.wants_digest
    digest.send(now=clock.now())
    with app.test_request_context():
        assert letters() == [None]
