"""A second factor: a code on the telephone, asked after the password, that serves once."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.core.sealing import seal
from app.members import queries, services
from app.members.models import AccessToken, SecondFactor, SpareCode, WebSession
from app.members.services import forgetting, second_factor
from app.members.services.entering import Device
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("place")

PASSWORD = "une phrase que l'on retient"


@pytest.fixture
def ines(session):
    return make_member("Ines", roles=("manager",), email="ines@exemple.fr", password_hash=services.hash_password(PASSWORD))


class Telephone(pyotp.TOTP):
    """Draws the codes of an instant that we choose: no test falls between two codes."""

    def code(self, later: int = 0) -> str:
        return self.at(int(clock.running().timestamp()) + later)


@pytest.fixture(autouse=True)
def _one_instant(monkeypatch):
    instant = clock.running()
    monkeypatch.setattr(clock, "running", lambda: instant)


def set_up(client, ines):
    """Through the pages, as one does: the telephone reads the secret; its generator, and the spare codes."""
    assert client.post("/me/second", data={"current": PASSWORD}).location == "/me/second/telephone"
    secret = re.search(r"secret=(\w+)", client.get("/me/second/telephone").text)
    assert secret is not None
    phone = Telephone(secret[1])
    shown = client.post("/me/second/telephone", data={"code": phone.code(-30)})
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", shown.text)
    assert len(codes) == len(set(codes)) == 8
    client.post("/logout")
    return phone, codes


def by_password(client, page="/me/account"):
    return client.post(f"/login?next={page}", data={"email": "ines@exemple.fr", "password": PASSWORD})


@pytest.fixture
def entering(client, log_in, ines, session):
    return client, *set_up(log_in(ines), ines)


def test_the_code_is_asked_after_the_password_then_one_is_where_one_was_going(entering):
    client, phone, _spare = entering

    half = by_password(client)

    assert half.location == "/login/code?next=/me/account"
    assert client.get("/me/account").status_code == 302  # the password alone opens nothing
    assert "Entrer" in client.get(half.location).text
    assert client.post(half.location, data={"code": f" {phone.code()[:3]} {phone.code()[3:]} "}).location == "/me/account"
    assert client.get("/me/account").status_code == 200


def test_a_wrong_code_and_one_that_has_served_open_nothing(entering, session):
    client, phone, _spare = entering
    by_password(client)
    code = phone.code()
    client.post("/login/code", data={"code": code})
    client.post("/logout")
    by_password(client)

    for wrong in (code, phone.code(60), "000", "", "é" * 20, "x" * 500):
        refused = client.post("/login/code", data={"code": wrong})
        assert refused.status_code == 422
    assert client.get("/me/account").status_code == 302


def test_a_spare_code_opens_once(entering, session):
    client, _phone, spare = entering
    by_password(client)

    assert client.post("/login/code", data={"code": spare[3].upper().replace("-", " ")}).location == "/me"
    client.post("/logout")
    by_password(client)
    assert client.post("/login/code", data={"code": spare[3]}).status_code == 422
    assert session.scalar(sa.select(sa.func.count(SpareCode.id)).where(SpareCode.used_at.is_(None))) == 7


def test_codes_are_not_guessed(entering, throttled):
    client, _phone, _spare = entering
    by_password(client)

    answers = [client.post("/login/code", data={"code": f"{guess:06}"}).status_code for guess in range(9)]

    assert answers == [422] * 8 + [429]


def test_the_half_open_session_does_not_wait_for_ever(entering, frozen):
    client, phone, _spare = entering
    frozen("2026-12-01T10:00+01:00")
    by_password(client)
    frozen("2026-12-01T10:11+01:00")

    assert client.post("/login/code", data={"code": phone.code()}).location == "/login"


def test_a_link_of_a_mail_is_half_a_proof_too(entering, session, ines):
    client, _phone, _spare = entering
    token = services.new_token(member_id=ines.id, purpose="magic", now=clock.now())

    assert client.post(f"/login/link/{token}").location.startswith("/login/code")
    assert client.get("/me/account").status_code == 302


def test_it_is_given_up_with_the_password_only(entering, session, post):
    client, phone, _spare = entering
    by_password(client)
    client.post("/login/code", data={"code": phone.code()})

    post()

    assert client.post("/me/second", data={"current": "autre chose"}).status_code == 422
    assert client.post("/me/second", data={"current": PASSWORD}).location == "/me/second"
    assert [message["Subject"] for message in post()] == ["Plus de code pour entrer"]
    client.post("/logout")
    assert by_password(client).location == "/me/account"
    assert session.scalars(sa.select(SpareCode)).all() == []


def test_who_administers_removes_it_for_somebody_who_lost_their_telephone(entering, session, ines, log_in, post):
    _client, _phone, _spare = entering
    assert [message["Subject"] for message in post()] == ["Un code est demandé pour entrer"]
    ada = make_member("Ada", roles=("administrator",))

    log_in(ada).post(f"/manage/members/{ines.id}/code")

    assert session.scalars(sa.select(SecondFactor)).all() == []
    last = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert (last.event, last.actor_id, last.member_id) == ("member.second_factor_ended", ada.id, ines.id)
    (told,) = post()
    assert (ines.email in told["To"], told["Subject"]) == (True, "Plus de code pour entrer")
    assert "l’équipe du lieu a retiré le code" in told.get_body(("plain",)).get_content()


def test_it_is_asked_only_once_a_first_code_has_answered(client, log_in, session, ines):
    log_in(ines).post("/me/second", data={"current": PASSWORD})
    assert client.post("/me/second/telephone", data={"code": "123456"}).status_code == 422
    client.post("/logout")

    assert by_password(client).location == "/me/account"


def test_the_secret_is_sealed_and_a_spare_code_is_a_hash(entering, session):
    _client, phone, spare = entering

    assert phone.secret not in session.scalars(sa.select(SecondFactor)).one().sealed_secret
    assert not set(spare) & set(session.scalars(sa.select(SpareCode.code_hash)))


def doors_of(member_id: int) -> list[tuple[object, ...]]:
    """Everything that opens for somebody, column by column."""
    tables = [model.__table__ for model in (WebSession, AccessToken, SecondFactor, SpareCode)]
    return [tuple(row) for table in tables for row in db.session.execute(sa.select(table).where(table.c.member_id == member_id))]


def test_what_somebody_does_with_their_doors_leaves_everybody_else_s_as_they_were(session, ines):
    """A spare code of another person opens nothing; a factor taken away, a device closed, an account erased are one's own."""
    nora, now = make_member("Nora"), clock.now()
    for person in (ines, nora):
        services.open_session(member_id=person.id, now=now)
        services.new_token(member_id=person.id, purpose="api", now=now)
        with transaction():
            session.add(
                SecondFactor(
                    member_id=person.id,
                    sealed_secret=seal(pyotp.random_base32(), use="second factor", where=str(person.id)),
                    created_at=now,
                    confirmed_at=now,
                )
            )
            session.add(SpareCode(member_id=person.id, code_hash=second_factor._hash(f"spare-{person.id}")))
            session.flush()
    hers = doors_of(nora.id)
    (visit,) = queries.sessions(ines.id, now=now)
    assert [one.member_id for one in queries.tokens(ines.id, "api", now=now)] == [ines.id]

    services.note_seen(visit, now=now + timedelta(hours=1))
    waiting = services.open_session(member_id=ines.id, now=now, awaits_code=True)
    with pytest.raises(Refused):
        second_factor.prove_code(waiting, code=f"spare-{nora.id}", device=Device(address="127.0.0.1"), now=now)
    assert second_factor.prove_code(waiting, code=f"spare-{ines.id}", device=Device(address="127.0.0.1"), now=now).member_id == ines.id
    second_factor.remove(member_id=ines.id, actor_id=None, now=now)
    assert queries.spare_codes_left(ines.id) == 0 and queries.spare_codes_left(nora.id) == 1
    services.end_sessions(member_id=ines.id, actor_id=ines.id, now=now)
    forgetting.erase_person(ines.id, now)

    assert doors_of(ines.id) == [] and doors_of(nora.id) == hers and len(hers) == 4
