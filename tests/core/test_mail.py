"""The outbox: each mail leaves once, whatever the mail server or the machine does; nothing waits for it."""

import threading
import time
from datetime import timedelta
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from app.core import clock, delivery, mail
from app.core.db import db, transaction
from app.core.letters import House
from app.core.mail import OutgoingMail
from tests.core.post import send_everything
from tests.processes import forks


def queue(fact="f1", *, member_id=None, to=None, **facts):
    mail.queue(
        "note", fact=fact, member_id=member_id, to_address=to or (None if member_id else "camille@lieu.test"), facts=facts, now=clock.now()
    )


def send_due():
    return delivery.send_due(now=clock.now())


def rows():
    db.session.expire_all()
    found = db.session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)).all()
    db.session.commit()
    return found


def sender(house):
    process = forks.Process(target=send_everything, args=(house.config["SQLALCHEMY_DATABASE_URI"], house.config["MAIL_URL"]), daemon=True)
    process.start()
    return process


# ---------------------------------------------------------------- one by one


def test_a_mail_leaves_with_all_that_a_mail_needs(house, office):
    queue(member_id=7, subject="Votre poste A3 est réservé", text="mardi 8 décembre")

    assert send_due() == 1

    ((to, message, _peer),), row = office.received, rows()[0]
    assert to == "m7@lieu.test"
    assert message["From"] == "L’Écloserie <bonjour@lieu.test>"
    assert message["To"] == "Membre 7 <m7@lieu.test>"
    assert message["Subject"] == "Votre poste A3 est réservé"
    assert message["Message-ID"] == row.message_id
    assert abs(message["Date"].datetime - row.sent_at) < timedelta(minutes=1)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message.get_body(("plain",)).get_content().strip() == "mardi 8 décembre"
    assert message.get_body(("html",)).get_content().strip() == "<p>mardi 8 décembre</p>"
    assert (row.due_at, row.attempts, row.last_error) == (None, 1, "")


def test_one_fact_has_one_mail(house, office):
    queue("f1")
    queue("f1")
    queue("f2")

    assert send_due() == 2
    assert send_due() == 0
    assert len(office.received) == 2


def test_a_mail_of_a_gesture_that_is_undone_never_leaves(house, office):
    with pytest.raises(ZeroDivisionError), transaction():
        queue()
        raise ZeroDivisionError

    assert send_due() == 0


def test_what_is_no_longer_worth_a_mail_is_dropped_and_so_is_a_mail_to_nobody(house, office):
    queue("f1", silent=True)
    queue("f2", member_id=1000)

    assert send_due() == 2

    assert office.received == []
    assert all(row.dropped_at and not row.sent_at and not row.due_at for row in rows())


def test_mails_to_a_folder_are_whole_files_that_only_we_read(house, office, tmp_path):
    house.config["MAIL_URL"] = f"file:{tmp_path / 'new' / 'mails'}"
    queue()

    send_due()

    (file,) = (tmp_path / "new" / "mails").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    assert rows()[0].message_id.encode() in file.read_bytes()


# ---------------------------------------------------------------- nothing slips into a header


@pytest.mark.parametrize(
    "hostile",
    [
        "Bonjour\r\nBcc: x@evil.test",
        "Bonjour\nBcc: x@evil.test",
        "=?UTF-8?Q?=0ABcc:_x@evil.test?=",
        "=?UTF-8?Q?=0D=0ABcc:_x@evil.test?= é",
        "\u2028Bcc: x@evil.test",
        '"<x@evil.test>, Camille',
    ],
)
def test_nothing_that_is_written_ends_a_header(house, office, hostile, monkeypatch):
    monkeypatch.setattr("tests.core.post.HOUSE", House(hostile, "bonjour@lieu.test"))
    queue(subject=hostile, text=hostile)

    assert send_due() == 1

    ((to, message, _peer),) = office.received
    assert to == "camille@lieu.test"
    assert "Bcc" not in message
    assert [address.addr_spec for address in message["From"].addresses] == ["bonjour@lieu.test"]


# ---------------------------------------------------------------- a server in a bad mood


def test_a_server_that_is_down_is_asked_again_later_and_later_for_two_days(house, office, frozen):
    house.config["MAIL_URL"] = "smtp://127.0.0.1:9?timeout=1"
    now = start = frozen("2026-12-01T10:00+01:00")
    queue()
    tries = []

    while (row := rows()[0]).due_at:
        now = frozen(row.due_at.isoformat())
        tries.append(now - start)
        assert send_due() == 0

    assert tries[:4] == [timedelta(minutes=m) for m in (0, 2, 6, 14)]
    assert timedelta(hours=40) < tries[-1] < timedelta(hours=56)
    assert row.gave_up_at == now
    assert row.last_error.startswith("unreachable: ")
    assert mail.stuck() == 1

    house.config["MAIL_URL"] = office.url
    assert mail.retry(mail_id=row.id, now=now)
    assert send_due() == 1
    assert office.received[0].message["Message-ID"] == row.message_id
    assert mail.stuck() == 0
    assert not mail.retry(mail_id=row.id, now=now)


def test_a_server_that_is_down_is_not_asked_for_each_mail_of_the_round(house):
    house.config["MAIL_URL"] = "smtp://127.0.0.1:9?timeout=1"
    for number in range(5):
        queue(f"f{number}")

    assert send_due() == 0

    assert [row.attempts for row in rows()] == [1, 0, 0, 0, 0]
    assert db.session.scalar(mail.OLDEST_WAITING) == rows()[0].created_at


def test_a_server_that_is_slow_is_left_and_the_mail_kept(house, office):
    house.config["MAIL_URL"] = office.url.replace("timeout=2", "timeout=0.3")
    office.during = lambda: time.sleep(1)
    queue()

    assert send_due() == 0

    row = rows()[0]
    assert row.sent_at is None
    assert row.due_at > clock.now()
    assert "timed out" in row.last_error


def test_a_refused_address_stops_nobody_else_and_is_shown_without_being_written_down(house, office):
    office.refused = {"gone@lieu.test": "550 5.1.1 <gone@lieu.test> unknown", "busy@lieu.test": "450 4.2.0 later"}
    for number, to in enumerate(
        ["gone@lieu.test", "busy@lieu.test", "camille@lieu.test", "é@lieu.test", "no address", "@lieu.test", "a@", "a@b\r\nX: y"]
    ):
        queue(f"f{number}", to=to)

    assert send_due() == 8

    gone, busy, camille, *wrong = rows()
    assert office.addresses == ["camille@lieu.test"]
    assert gone.gave_up_at
    assert gone.last_error == "refused: 550 5.1.1 <…> unknown"
    assert busy.due_at > clock.now()
    assert not busy.gave_up_at
    assert camille.sent_at
    assert all(row.gave_up_at and row.last_error.startswith("refused: ") for row in wrong)


def test_a_message_refused_today_is_tried_again(house, office):
    office.answer = "554 5.7.1 looks like spam"
    queue()

    send_due()

    assert rows()[0].due_at > clock.now()


def test_a_mistake_in_one_letter_keeps_no_other_and_says_nothing_private(house, office):
    queue("f1", broken=True)
    queue("f2")

    assert send_due() == 2

    broken, sent = rows()
    assert (broken.last_error, broken.sent_at) == ("unwritable: LookupError", None)
    assert sent.sent_at


def test_a_password_never_travels_in_clear(house, office):
    house.config["MAIL_URL"] = office.url.replace("smtp://", "smtp://lieu:secret@") + "&tls=yes"
    queue()

    send_due()

    assert office.received == []
    assert rows()[0].last_error == "unreachable: STARTTLS extension not supported by server."


def test_the_connection_serves_several_mails_and_is_opened_again_when_the_server_left(house, office):
    for number in range(3):
        queue(f"f{number}")

    assert send_due() == 3
    assert len({one.peer for one in office.received}) == 1


# ---------------------------------------------------------------- nothing waits for the server


def test_no_transaction_is_open_while_the_server_takes_its_time(house, office):
    seen = []
    pool, url = cast("QueuePool", db.engine.pool), house.config["SQLALCHEMY_DATABASE_URI"]

    def look():
        other = sa.create_engine(url, connect_args={"timeout": 0.2} if url.startswith("sqlite") else {})
        with other.begin() as connection:
            connection.execute(sa.text("UPDATE outgoing_mail SET last_error = 'written meanwhile'"))
        other.dispose()
        seen.append(pool.checkedout())

    office.during = look
    queue()

    send_due()

    assert seen == [0]
    assert rows()[0].sent_at


def test_two_senders_never_send_the_same_mail(house, office):
    for number in range(24):
        queue(f"f{number}")
    db.session.remove()
    office.during = lambda: time.sleep(0.02)

    senders = [sender(house), sender(house)]

    for process in senders:
        process.join(60)
    assert [process.exitcode for process in senders] == [0, 0]
    assert len(office.received) == 24
    assert len({one.message["Message-ID"] for one in office.received}) == 24
    assert len({one.peer for one in office.received}) > 1, "both of them worked"


def test_a_mail_whose_sender_was_killed_leaves_again_as_the_same_mail(house, office, frozen):
    queue()
    db.session.remove()
    stay = threading.Event()
    office.during = lambda: stay.wait(10)

    process = sender(house)
    assert office.holding.wait(30)
    process.kill()
    process.join()
    stay.set()

    assert send_due() == 0, "its lease runs"
    frozen((rows()[0].leased_until + timedelta(seconds=1)).isoformat())
    office.received.clear()
    assert send_due() == 1

    row = rows()[0]
    assert [one.message["Message-ID"] for one in office.received] == [row.message_id]
    assert (row.attempts, row.due_at, row.leased_until) == (2, None, None)


# ---------------------------------------------------------------- keeping


def test_settled_mails_are_forgotten_after_half_a_year_and_the_others_kept(house, office, frozen):
    frozen("2026-06-01T10:00+02:00")
    queue("f1")
    send_due()
    queue("f2")

    mail.forget_old(now=frozen("2026-12-01T10:00+01:00"))

    assert [row.fact for row in rows()] == ["f2"]
