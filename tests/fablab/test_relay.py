"""A badge reader beside a machine: what it signs, what is refused, what it is answered; and the real script against a real server."""

import hmac
import importlib.util
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.booking.models import Booking
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.pace import Pace
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.models import Badge, RelayNonce, Use
from app.fablab.rules import Malformed, badge_number, is_fresh, relay_signature, relay_wish
from app.fablab.views import relay as door
from app.place.models import OpeningHours
from tests.factories import between, book, make_machine, make_member, make_place, price, thing
from tests.pages import fields_of, text_of

SCRIPT = Path("docs/lecteur/lecteur.py")
ANA, BEN, CHLOE, NOBODY = "04A219F3", "04B219F3", "04:c2-19 f3", "DEADBEEF"


def the_script():
    spec = importlib.util.spec_from_file_location("lecteur", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Board:
    """A reader that speaks to the test client; what it sends may be bent."""

    def __init__(self, client, key, secret):
        self.client, self.key, self.secret, self.said = client, key, secret, 0

    def __call__(self, wish, *, ahead=0, nonce=None, secret=None, key=None):
        self.said += 1
        body = wish if isinstance(wish, bytes) else json.dumps(wish).encode()
        timestamp, nonce = str(int(clock.running().timestamp()) + ahead), nonce or f"nonce-number-{self.said:06d}"
        headers = {
            "Worklab-Key": key or self.key,
            "Worklab-Timestamp": timestamp,
            "Worklab-Nonce": nonce,
            "Worklab-Signature": relay_signature(secret or self.secret, timestamp, nonce, body),
        }
        answer = self.client.post("/fablab/relay", data=body, headers=headers)
        signed = answer.headers.get("Worklab-Signature")
        assert signed in (None, relay_signature(self.secret, nonce, answer.get_data()))
        return answer.status_code, answer.json["code"], answer.json if signed else None


@pytest.fixture
def board(fablab, client):
    row, secret = services.make_relay(thing=fablab.laser, name="À gauche", actor_id=fablab.max.id, now=clock.now())
    for member, number in ((fablab.ana, ANA), (fablab.ben, BEN), (fablab.chloe, CHLOE)):
        services.give_badge(place_id=fablab.place.id, number=number, member_id=member.id, actor_id=fablab.max.id, now=clock.now())
    return Board(client, row.key, secret)


def test_what_a_reader_may_ask_is_a_short_list():
    assert relay_wish({"action": "start", "badge": "04 a2:19-f3", "minutes": 30}).badge == ANA
    assert [badge_number(text) for text in ("", "04", "04A219F", "ZZZZZZZZ", "04A219F3" * 3)] == ["", "", "", "", ""]
    for bad in (
        None,
        [],
        {},
        {"action": "open"},
        {"action": "start"},
        {"action": "check", "badge": "x"},
        {"action": "stop", "badge": 12},
        {"action": "start", "badge": ANA, "minutes": True},
        {"action": "start", "badge": ANA, "minutes": 0},
        {"action": "start", "badge": ANA, "minutes": 1441},
    ):
        with pytest.raises(Malformed):
            relay_wish(bad)
    now = clock.running()
    assert [is_fresh(str(int(now.timestamp()) + ahead), now) for ahead in (-130, -110, 110, 130)] == [False, True, True, False]
    assert not any(is_fresh(text, now) for text in ("", "x", "-1", "1" * 13, "²"))
    message = b"1764580000\nnonce\n{}"
    for secret in ("s" * 64, "court"):
        expected = hmac.new(secret.encode(), message, "sha256").hexdigest()
        assert the_script().hmac_sha256(secret.encode(), message) == relay_signature(secret, "1764580000", "nonce", b"{}") == expected


def test_who_cannot_prove_it_is_told_nothing_and_writes_nothing(board, monkeypatch, app):
    wish = {"action": "check", "badge": ANA}
    assert board(wish, key="lec_somebody") == (401, "unknown_key", None)
    assert board(wish, secret="0" * 64) == (401, "bad_signature", None)
    assert board(wish, nonce="short")[:2] == (401, "bad_signature")
    assert board(b"x" * 1025)[:2] == (413, "too_large")
    assert db.session.scalar(sa.select(sa.func.count(RelayNonce.id))) == 0
    status, code, said = board(wish, ahead=-600)
    assert (status, code, abs(said["now"] - clock.running().timestamp()) < 5) == (401, "stale", True)

    assert board({"action": "state"}, nonce="the-same-nonce-twice")[:2] == (200, "free")
    assert board({"action": "state"}, nonce="the-same-nonce-twice")[:2] == (409, "replayed")
    for bad in (b"", b"{", b"\xff", b"[" * 900, b'{"action": "start"}', b"null"):
        assert board(bad)[:2] == (422, "malformed"), bad

    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    monkeypatch.setattr(door, "SPEAKS", Pace(burst=2, per_second=1))
    assert [board({"action": "state"})[0] for _ in range(3)] == [200, 200, 429]
    monkeypatch.setattr(door, "TRIES", Pace(burst=1, per_second=1))
    assert [board(wish, key="lec_somebody")[0] for _ in range(2)] == [401, 429]
    monkeypatch.setitem(app.config, "RATE_LIMITS", False)

    assert services.forget_nonces(now=clock.now()) == 0
    assert services.forget_nonces(now=clock.now() + timedelta(minutes=5)) > 0
    row = queries.relay_keyed(board.key)
    services.revoke_relay(row, actor_id=1, now=clock.now())
    assert board({"action": "state"}) == (401, "unknown_key", None)


def test_a_reader_is_answered_what_the_machine_s_own_page_would_say(board, fablab, frozen):
    def count():
        return [db.session.scalar(sa.select(sa.func.count(model.id))) for model in (Booking, Use, JournalEntry)]

    _status, code, said = board({"action": "start", "badge": NOBODY})
    assert (code, said["reasons"][0]["message"]) == ("unknown_badge", "Ce badge n’est à personne ici.")
    assert board({"action": "start", "badge": CHLOE})[1] == "not_qualified"

    frozen("2026-12-08T14:02+01:00")
    book(fablab.laser, between("2026-12-08", "16:30", "17:30"), fablab.ben)
    before = count()
    _status, code, said = board({"action": "check", "badge": ANA, "minutes": 45})
    assert (code, said["seconds"], said["message"]) == ("allowed", 45 * 60, "Bonjour Ana")
    assert count() == before  # tried and undone

    assert board({"action": "start", "badge": ANA})[1:] == (
        "allowed",
        {"ok": True, "code": "allowed", "until": said["until"] + 15 * 60, "seconds": 3600, "message": "Bonjour Ana"}
        | {"now": pytest.approx(clock.running().timestamp(), abs=5)},
    )
    assert board({"action": "start", "badge": ANA})[1] == "allowed"  # shown again: it is on already
    assert board({"action": "start", "badge": BEN})[1] == "already_running"
    assert "message" not in board({"action": "state"})[2] and board({"action": "state"})[1] == "running"
    assert board({"action": "stop", "badge": BEN})[1] == "not_yours"
    frozen("2026-12-08T14:49+01:00")
    assert board({"action": "stop", "badge": ANA})[1] == "stopped"
    assert board({"action": "stop"})[1] == "nothing_running"
    (use,) = db.session.scalars(sa.select(Use)).all()
    assert (use.minutes, use.member_id) == (47, fablab.ana.id)

    frozen("2026-12-08T16:31+01:00")
    assert board({"action": "state"})[1] == "busy"
    assert board({"action": "start", "badge": ANA})[1] == "overlap"
    _status, code, said = board({"action": "start", "badge": BEN})
    assert (code, said["seconds"]) == ("allowed", 59 * 60)  # in one's own booking
    assert board({"action": "stop"})[1] == "stopped"  # the machine itself was switched off

    services.report_problem(thing=thing(fablab.laser.id), member_id=fablab.ana.id, text="Fume", dangerous=True, photo=None, now=clock.now())
    assert [board({"action": "state"})[1], board({"action": "start", "badge": ANA})[1]] == ["machine_out_of_service"] * 2
    with transaction():
        fablab.ana.status = "suspended"
        db.session.flush()
    assert board({"action": "start", "badge": ANA})[1] == "suspended"


def test_keys_are_shown_once_and_badges_given_from_what_was_shown(fablab, log_in):
    max_ = log_in(fablab.max)
    assert "Ses lecteurs de badge" in max_.get("/fablab/laser/settings").text
    made = max_.post("/fablab/laser/readers", data=fields_of(max_.get("/fablab/laser/readers").text) | {"name": "Près de la porte"})
    secret = made.text.split('<code id="secret">')[1].split("<")[0]
    (row,) = queries.relays(fablab.laser.id)
    assert made.headers["Cache-Control"] == "no-store" and services.secret_of(row) == secret and secret not in row.sealed_secret
    page = text_of(max_.get("/fablab/laser/readers"))
    assert "jamais entendu" in page and secret not in page

    give = f"/fablab/laser/readers/{row.id}/badge"
    empty = max_.post(give, data={"member_id": fablab.chloe.id})
    assert empty.status_code == 422 and "Ce n’est pas un numéro de badge" in empty.text
    board = Board(max_, row.key, secret)
    assert board({"action": "check", "badge": NOBODY})[1] == "unknown_badge"
    assert "Un badge de personne y a été présenté" in text_of(max_.get("/fablab/laser/readers"))
    sent = fields_of(max_.get(give).text) | {"member_id": fablab.ana.id}
    assert board({"action": "check", "badge": CHLOE})[1] == "unknown_badge"
    other = max_.post(give, data=sent)
    assert other.status_code == 409 and "Un badge a été présenté au lecteur depuis" in other.text
    assert db.session.scalars(sa.select(Badge)).all() == []
    assert board({"action": "check", "badge": NOBODY})[1] == "unknown_badge"
    assert max_.post(give, data=sent).status_code == 302
    assert board({"action": "check", "badge": NOBODY})[1] != "unknown_badge"
    again = max_.post(give, data={"member_id": fablab.ben.id, "number": NOBODY})
    assert again.status_code == 409 and "déjà à quelqu’un" in again.text

    (badge,) = db.session.scalars(sa.select(Badge))
    assert NOBODY not in badge.mark
    assert max_.post(f"/fablab/laser/readers/badges/{badge.id}/revocation").status_code == 302
    assert board({"action": "check", "badge": NOBODY})[1] == "unknown_badge"
    assert next(kept for kept in queries.personal_data(fablab.ana.id) if kept.name == "machine_badges").rows[0]["revoked_at"]
    assert max_.post(f"/fablab/laser/readers/{row.id}/revocation").status_code == 302
    assert board({"action": "state"})[1] == "unknown_key"
    assert "clé retirée" in max_.get("/fablab/laser/readers").text
    assert log_in(fablab.ana).get("/fablab/laser/readers").status_code in (403, 404)
    with pytest.raises(Refused):
        services.give_badge(place_id=fablab.place.id, number="12", member_id=fablab.ana.id, actor_id=fablab.max.id, now=clock.now())


def test_the_script_of_the_board_runs_against_a_real_house(live, tmp_path, monkeypatch):
    monkeypatch.setitem(live.app.config, "SECRET_KEY", live.server._environment["SECRET_KEY"])
    with live.app.app_context():
        place = make_place(weekdays="00:00-24:00", saturday="00:00-24:00")
        with transaction():
            db.session.add(OpeningHours(place_id=place.id, weekday=6, opens=0, closes=1440))
            db.session.flush()
        machine = make_machine(place, "perceuse", family="bois", rules={"night": True, "notice_minutes": 0, "min_minutes": 15})
        price(place, "family:bois", "minutes", 600)
        lou = make_member("Lou")
        row, secret = services.make_relay(thing=machine, name="Mur", actor_id=lou.id, now=clock.now())
        services.give_badge(place_id=place.id, number=ANA, member_id=lou.id, actor_id=lou.id, now=clock.now())
        other, other_secret = services.make_relay(
            thing=make_machine(place, "touret", family="bois", rules={"night": True, "notice_minutes": 0}),
            name="Mur",
            actor_id=lou.id,
            now=clock.now(),
        )
        config = {"url": f"{live.url}/fablab/relay", "key": row.key, "secret": secret}
        beside = config | {"key": other.key, "secret": other_secret}

    def run(config, *lines, wakes_in_2021=False):
        (tmp_path / "config.json").write_text(json.dumps(config))
        bent = "import runpy, time; now = time.time; time.time = lambda: now() - 150_000_000; runpy.run_path({!r}, run_name='__main__')"
        begin = ["-c", bent.format(str(SCRIPT))] if wakes_in_2021 else [str(SCRIPT)]
        done = subprocess.run(
            [sys.executable, *begin, str(tmp_path / "config.json")],
            input="\n".join(lines),
            text=True,
            capture_output=True,
            timeout=60,
            check=True,
        )
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    assert run(config, NOBODY, ANA, ANA, "stop") == [
        "NON unknown_badge Ce badge n’est à personne ici.",
        "RELAIS 1",
        "OUI allowed Bonjour Lou",
        "RELAIS 0",
        "OUI stopped Bonjour Lou",
        "RELAIS 0",
        "NON nothing_running Cette utilisation est déjà terminée.",
    ]
    assert run(beside, ANA, "stop", wakes_in_2021=True) == ["RELAIS 1", "OUI allowed Bonjour Lou", "RELAIS 0", "OUI stopped"]
    assert run(config | {"secret": "0" * 64}, ANA) == ["NON no_answer"]
    assert run(config | {"url": "http://127.0.0.1:9/fablab/relay"}, ANA) == ["NON no_answer"]
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Use.id)).where(Use.ended_at.is_not(None))) == 2
