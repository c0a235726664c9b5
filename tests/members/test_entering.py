"""Entering: the right way in, and all the wrong ones."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.factory import create_app
from app.members import services
from app.members.models import Member, SignInAttempt, WebSession
from app.members.services import passwords, throttle
from app.members.services.entering import Device
from config import TestConfig
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("place")

PASSWORD = "trois poules rousses"


@pytest.fixture(scope="session")
def password_hash():
    return services.hash_password(PASSWORD)


@pytest.fixture
def camille(session, password_hash) -> Member:
    return make_member("Camille", password_hash=password_hash)


def enter(client, person, password=PASSWORD, *, address="203.0.113.5", **more):
    data = {"email": person if isinstance(person, str) else person.email, "password": password, **more}
    return client.post("/login", data=data, environ_base={"REMOTE_ADDR": address})


def link_in(message, path):
    (link,) = re.findall(rf"http://localhost({path}/[^\s]+)", message.get_body(("plain",)).get_content())
    return link


def sessions(session):
    return session.scalar(sa.select(sa.func.count(WebSession.id)))


# ---------------------------------------------------------------- by password


def test_the_right_password_opens(client, camille, session):
    answer = enter(client, camille)

    assert (answer.status_code, answer.location) == (302, "/me")
    assert sessions(session) == 1
    assert client.get("/login").location == "/me"


def test_the_address_may_be_typed_with_capitals(client, camille):
    assert enter(client, f" {camille.email.upper()} ").status_code == 302


def test_the_same_accents_open_whichever_keyboard_made_them(client, session):
    sacha = make_member("Sacha", password_hash=services.hash_password("une forêt très éclairée"))

    assert enter(client, sacha, "une fore\u0302t tre\u0300s e\u0301claire\u0301e").status_code == 302


@pytest.mark.parametrize("status", ["inactive", "erased", "unconfirmed"])
def test_a_closed_account_a_wrong_password_and_an_unknown_address_are_answered_alike(client, camille, status):
    with transaction():
        camille.status = status

    answers = [enter(client, camille), enter(client, camille, "not this one"), enter(client, "nobody@example.org")]

    assert {answer.status_code for answer in answers} == {422}
    said = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(said) == 1
    assert all("_user_id" not in str(answer.headers) for answer in answers)


def test_an_unknown_address_costs_as_much_work_as_a_known_one(client, camille, monkeypatch):
    """Counted, since a clock would be wrong now and then: one hash is worked out in each case."""
    worked = []

    class Counting(PasswordHasher):
        def verify(self, *args):
            worked.append(args)
            return super().verify(*args)

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    without = make_member("Sacha")  # enters by links only

    for person in (camille, "nobody@example.org", without):
        enter(client, person, "not this one")

    assert len(worked) == 3


def test_a_wrong_password_takes_about_as_long_for_an_unknown_address(session, slow_hashes):
    camille = make_member("Camille", password_hash=services.hash_password(PASSWORD))

    def seconds(email):
        started = time.perf_counter()
        with pytest.raises(Refused):
            services.sign_in(email=email, password="not this one", device=Device(address="::1"), now=clock.now())
        return time.perf_counter() - started

    seconds("warm@example.org")
    known, unknown = (min(seconds(email) for _ in range(5)) for email in (camille.email, "nobody@example.org"))

    assert 0.4 < known / unknown < 2.5


def test_a_suspended_person_still_enters_and_is_told(client, camille):
    with transaction():
        camille.status, camille.status_reason = "suspended", "deux factures en attente"

    assert enter(client, camille).status_code == 302
    assert "deux factures en attente" in client.get("/me/account").text


def test_an_old_hash_is_made_anew_at_the_door(client, session):
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    sacha = make_member("Sacha", password_hash=old)

    enter(client, sacha)

    session.refresh(sacha)
    assert sacha.password_hash != old
    assert enter(client, sacha).status_code == 302


def test_only_a_few_passwords_are_worked_out_at_once(app, monkeypatch):
    """A crowd at the door waits: each hash takes 19 MiB."""
    inside, most, gate = [], [], threading.Lock()

    def slow(_password):
        with gate:
            inside.append(1)
            most.append(len(inside))
        time.sleep(0.02)
        with gate:
            inside.pop()
        return "hash"

    monkeypatch.setattr(passwords, "_hasher", type("Slow", (), {"hash": staticmethod(slow)}))
    with ThreadPoolExecutor(12) as crowd:
        list(crowd.map(services.hash_password, ["x"] * 12))

    assert max(most) == passwords.AT_ONCE


# ---------------------------------------------------------------- the session


def test_entering_changes_the_cookie_and_keeps_nothing_of_the_one_before(client, camille):
    """Session fixation: what a stranger put in the browser before is worth nothing after."""
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["planted"], cookie["csrf_token"] = "planted", "by a stranger", "known to a stranger"

    enter(client, camille)

    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted"
        assert "planted" not in cookie and cookie.get("csrf_token") != "known to a stranger"


def test_sign_out_ends_the_session_itself(client, camille, session, app):
    enter(client, camille)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)

    answer = client.post("/logout")

    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(stolen)
    assert answer.location == "/"
    assert sessions(session) == 0
    assert "/login" in thief.get("/me/account").location


def test_a_forged_cookie_opens_nothing(client, session):
    for forged in ("", "1", "1' OR 1=1 --", "\x00", "x" * 5000):
        with client.session_transaction() as cookie:
            cookie["_user_id"] = forged
        assert client.get("/me/account").status_code == 302, forged


def test_a_remembered_device_gets_a_cookie_that_lasts(client, camille):
    short = enter(client, camille)
    client.post("/logout")
    long = enter(client, camille, remembered="y")

    assert "Expires" not in short.headers["Set-Cookie"]
    assert "Expires" in long.headers["Set-Cookie"]
    assert all(word in long.headers["Set-Cookie"] for word in ("HttpOnly", "SameSite=Lax"))
    assert "Set-Cookie" not in client.get("/me/journal").headers  # not sent again with every page


def test_a_session_is_noted_as_seen_now_and_then_and_reading_goes_on_when_nobody_may_write(client, camille, session, monkeypatch):
    enter(client, camille)
    long_ago = clock.now() - timedelta(hours=3)
    with transaction():
        session.execute(sa.update(WebSession).values(seen_at=long_ago))

    client.get("/me/account")
    assert session.scalar(sa.select(WebSession.seen_at)) > long_ago

    with transaction():
        session.execute(sa.update(WebSession).values(seen_at=long_ago))
        session.execute(sa.text("INSERT INTO house_state (name, facts, at) VALUES ('read_only', '{}', '2026-01-01 00:00:00+00:00')"))
    assert client.get("/me/account").status_code == 200


# ---------------------------------------------------------------- where one goes next


@pytest.mark.parametrize(
    ("asked", "followed"),
    [
        ("/me/profile", "/me/profile"),
        ("/coworking/?day=2026-12-08", "/coworking/?day=2026-12-08"),
        ("//evil.example", "/me"),
        ("/\\evil.example", "/me"),
        ("/\t/evil.example", "/me"),
        ("https://evil.example", "/me"),
        ("javascript:alert(1)", "/me"),
        ("/%0d%0aSet-Cookie:x=1", "/%0d%0aSet-Cookie:x=1"),
        ("\r\n/me", "/me"),
        ("", "/me"),
    ],
)
def test_one_goes_back_to_a_page_of_ours_and_nowhere_else(client, camille, asked, followed):
    assert enter(client, camille, next=asked).location == followed


def test_a_page_that_asks_to_enter_is_the_one_that_follows(client, camille):
    asked = client.get("/me/profile?x=1").location

    page = client.get(asked).text

    assert asked == "/login?next=/me/profile?x%3D1"
    assert 'name="next" value="/me/profile?x=1"' in page


# ---------------------------------------------------------------- by a link


def test_a_magic_link_opens_once_and_by_its_button_only(client, camille, session, post):
    client.post("/login/link", data={"email": camille.email, "next": "/me/profile"})
    link = link_in(post()[0], "/login/link")

    for _ in range(3):  # a program that looks through mails, then the person
        assert client.get(link).status_code == 200
    assert sessions(session) == 0

    answer = client.post(link, data={"next": "/me/profile"})
    assert (answer.location, sessions(session)) == ("/me/profile", 1)
    client.post("/logout")
    assert client.post(link).status_code == client.get(link).status_code == 410


def test_a_link_asked_for_an_unknown_address_is_answered_alike(client, camille, post):
    known, unknown = (client.post("/login/link", data={"email": email}) for email in (camille.email, "nobody@example.org"))

    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    assert [message["To"] for message in post()] == [f"Camille <{camille.email}>"]


def test_the_token_is_written_nowhere_but_in_the_mail(client, camille, session, post):
    client.post("/login/link", data={"email": camille.email})
    token = link_in(post()[0], "/login/link").rpartition("/")[2]

    facts = session.scalars(sa.select(JournalEntry.facts)).all()
    assert token not in str(facts)


def test_a_link_that_waited_a_day_in_the_outbox_is_not_sent(client, camille, session, post):
    client.post("/login/link", data={"email": camille.email})
    with transaction():
        session.execute(sa.update(JournalEntry).values(at=clock.now() - timedelta(days=2)))

    assert post() == []


# ---------------------------------------------------------------- by a new password


def test_a_new_password_ends_every_session_and_every_other_link(client, camille, session, post):
    services.open_session(member_id=camille.id, now=clock.now())
    client.post("/reset", data={"email": camille.email})
    client.post("/reset", data={"email": camille.email})
    first, second = (link_in(message, "/reset") for message in post())

    answer = client.post(second, data={"password": "quatre canards bleus"})

    assert (answer.location, sessions(session)) == ("/me", 1)  # the one that has just opened
    assert client.post(first, data={"password": "cinq oies blanches"}).status_code == 410
    client.post("/logout")
    assert enter(client, camille).status_code == 422
    assert enter(client, camille, "quatre canards bleus").status_code == 302


def test_a_weak_new_password_leaves_the_link_good(client, camille, post):
    client.post("/reset", data={"email": camille.email})
    link = link_in(post()[0], "/reset")

    assert client.post(link, data={"password": "court"}).status_code == 422
    assert client.post(link, data={"password": "quatre canards bleus"}).status_code == 302


def test_a_reset_asked_for_an_unknown_address_is_answered_alike(client, camille, post):
    known, unknown = (client.post("/reset", data={"email": email}) for email in (camille.email, "nobody@example.org"))

    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    assert len(post()) == 1


def test_a_made_up_link_opens_nothing(client):
    for path in ("/reset/x", "/login/link/x", "/signup/x", "/guardian/x", "/me/address/x", f"/reset/{'a' * 3000}"):
        assert client.get(path).status_code == 410, path
        assert client.post(path, data={"password": "quatre canards bleus"}).status_code == 410, path


# ---------------------------------------------------------------- guessing


@pytest.mark.usefixtures("throttled")
class TestGuessing:
    def test_an_account_is_guarded_after_a_few_tries_even_with_the_right_password(self, client, camille):
        codes = [enter(client, camille, f"guess {n}").status_code for n in range(8)]
        refused = enter(client, camille)

        assert codes == [422] * 8
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
        assert "trop d’essais" in refused.text

    def test_an_unknown_address_is_guarded_alike(self, client):
        codes = [enter(client, "nobody@example.org").status_code for _ in range(9)]

        assert codes == [422] * 8 + [429]

    def test_trying_from_elsewhere_does_not_help(self, client, camille):
        codes = [enter(client, camille, "guess", address=f"198.51.100.{n}").status_code for n in range(9)]

        assert codes[-1] == 429

    def test_nor_trying_one_password_on_many_accounts(self, client):
        codes = [enter(client, f"n{n}@example.org").status_code for n in range(41)]

        assert codes == [422] * 40 + [429]

    def test_an_ipv6_customer_is_one_address(self, client):
        codes = [enter(client, f"n{n}@example.org", address=f"2001:db8:0:7::{n:x}").status_code for n in range(41)]

        assert codes[-1] == 429

    def test_the_others_of_the_same_room_go_on_entering(self, client, camille):
        for n in range(50):  # a class of trainees, all right the first time
            assert enter(client, camille).status_code == 302, n
            client.post("/logout")

    def test_the_right_password_forgives_the_account_but_not_the_address(self, client, camille, session):
        for n in range(7):
            enter(client, camille, f"guess {n}")
        enter(client, camille)

        left = session.execute(sa.select(SignInAttempt.subject, sa.func.count()).group_by(SignInAttempt.subject)).all()
        assert [count for _subject, count in left] == [7]  # those of the address

    def test_it_ends_by_itself(self, client, camille, session, monkeypatch):
        for n in range(8):
            enter(client, camille, f"guess {n}")
        assert enter(client, camille).status_code == 429
        later = clock.running() + timedelta(minutes=15, seconds=1)
        monkeypatch.setattr(clock, "running", lambda: later)

        assert enter(client, camille).status_code == 302

    def test_refused_tries_do_not_make_it_last(self, client, camille, session):
        for n in range(30):
            enter(client, camille, f"guess {n}")

        assert session.scalar(sa.select(sa.func.count(SignInAttempt.id))) == 16  # eight, by account and by address

    def test_a_stopped_clock_locks_nobody_out(self, client, camille, frozen, monkeypatch):
        """`WORKLAB_NOW` stops the lieu's time, not that of those who guess."""
        frozen("2026-12-01T10:00+01:00")
        for n in range(8):
            enter(client, camille, f"guess {n}")
        later = clock.running() + timedelta(minutes=16)
        monkeypatch.setattr(clock, "running", lambda: later)

        assert enter(client, camille).status_code == 302

    def test_the_table_tells_nobody_who_tried(self, client, camille, session):
        enter(client, camille, "guess")

        kept = " ".join(session.scalars(sa.select(SignInAttempt.subject)))
        assert camille.email not in kept and "203.0.113.5" not in kept

    def test_a_forwarded_address_is_not_believed(self, client):
        """Without a declared proxy, `X-Forwarded-For` is only what the guesser wrote."""
        codes = [
            client.post(
                "/login", data={"email": f"n{n}@example.org", "password": "x"}, headers={"X-Forwarded-For": f"10.0.0.{n}"}
            ).status_code
            for n in range(41)
        ]

        assert codes[-1] == 429

    def test_links_are_not_asked_for_ever(self, client, camille, post):
        codes = [client.post("/login/link", data={"email": camille.email}).status_code for _ in range(6)]

        assert codes == [302] * 4 + [429] * 2
        assert len(post()) == 4


@pytest.mark.parametrize(("limits", "url", "counted"), [(True, "http://localhost", True), (False, "http://localhost", False), (False, "https://lieu.example", True)])  # fmt: skip
def test_the_sign_in_throttle_is_never_off_in_public(limits, url, counted):
    assert TestConfig(SQLALCHEMY_DATABASE_URI="sqlite://", RATE_LIMITS=limits, PUBLIC_URL=url).LOGIN_THROTTLE is counted


@pytest.mark.race
def test_a_crowd_over_two_processes_gets_no_more_tries_than_one_person(database, tmp_path):
    """Two applications with their own pools and sessions stand for two processes: only the database is shared."""
    apps = [create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database, RATE_LIMITS=True, MAIL_URL=f"file:{tmp_path}")) for _ in range(2)]
    start = threading.Barrier(16)

    def guess(number):
        with apps[number % 2].app_context():
            start.wait()
            try:
                throttle.count_attempt(throttle.SIGN_IN, account="camille@example.org", address=f"198.51.100.{number}")
            except Refused as refused:
                return refused.codes[0]
            finally:
                db.session.remove()
        return "tried"

    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(guess, range(16)))
    for app in apps:
        with app.app_context():
            db.engine.dispose()

    assert sorted(answers) == ["too_many_attempts"] * 8 + ["tried"] * 8


# ---------------------------------------------------------------- forms of others


@pytest.mark.parametrize("path", ["/login", "/logout", "/login/link", "/reset", "/signup"])
def test_every_form_needs_its_token(app, client, monkeypatch, path):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)

    assert client.post(path, data={"email": "a@example.org", "password": PASSWORD}).status_code == 400


def test_a_token_of_before_does_not_serve_after_entering(app, client, camille, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)

    def token_in(answer):
        return re.search(r'name="csrf_token" value="([^"]+)"', answer.text)[1]

    before = token_in(client.get("/login"))
    assert enter(client, camille, csrf_token=before).status_code == 302

    assert client.post("/me/sessions/end", data={"csrf_token": before}).status_code == 400
    assert client.post("/me/sessions/end", data={"csrf_token": token_in(client.get("/me/sessions"))}).status_code == 302


def test_account_pages_are_kept_by_nobody(client, camille):
    enter(client, camille)

    for path in ("/me/account", "/me/profile", "/me/sessions", "/me/data", "/me/journal", "/login"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path
