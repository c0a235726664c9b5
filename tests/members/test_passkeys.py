"""Passkeys: a device keeps a key and opens it for its person; in a real browser, with an authenticator that it plays."""

import json

import pytest
import sqlalchemy as sa

from app.core import clock, journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.factory import create_app
from app.members import queries, services
from app.members.models import Passkey, SecondFactor
from app.members.services import Device
from config import TestConfig
from tests.browser import axe_violations
from tests.factories import make_member, make_place
from tests.pages import text_of

PASSWORD = "une phrase que l'on retient"
HERE = Device(address="127.0.0.1")
A_PHONE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}


@pytest.mark.browser
def test_a_device_keeps_a_key_that_opens_the_account_and_no_code_is_asked(database, servers, browse):
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database))
    with app.app_context():
        make_place()
        ines = make_member("Ines", email="ines@exemple.fr", password_hash=services.hash_password(PASSWORD)).id
        db.session.remove()
    [server] = servers(1, called="localhost")
    server.answers()
    context = browse(viewport={"width": 360, "height": 740})
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": A_PHONE})

    page.goto(f"{server.url}/login?next=/me/passkeys")
    page.fill("#email", "ines@exemple.fr")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Entrer", exact=True).click()
    page.fill("#label", "mon téléphone")
    page.fill("#current", PASSWORD)
    assert axe_violations(page) == []
    page.get_by_role("button", name="Demander à cet appareil").click()
    page.get_by_text("cette clé ouvre votre compte").wait_for()
    assert page.get_by_text("Pas encore servie.").is_visible()
    page.goto(f"{server.url}/me/account")
    page.get_by_role("button", name="Me déconnecter").click()

    page.goto(f"{server.url}/login?next=/me/passkeys")
    page.get_by_role("link", name="Entrer par une clé d’accès").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Dernière fois").wait_for()

    page.get_by_role("button", name="Retirer mon téléphone").click()
    page.goto(f"{server.url}/me/account")
    page.get_by_role("button", name="Me déconnecter").click()
    page.goto(f"{server.url}/login/passkey")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Cette clé d’accès n’ouvre rien ici").wait_for()
    with app.app_context():
        assert queries.passkeys(ines) == []
        db.session.remove()
        db.engine.dispose()


# ---------------------------------------------------------------- what is sent by no browser


@pytest.fixture
def camille(session):
    make_place()
    return make_member("Camille")


def refused(gesture, *given, **named):
    with pytest.raises(Refused) as trouble:
        gesture(*given, **named)
    return trouble.value.codes


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "é" * 50_000, '{"id": "x"}', '{"id": 3, "rawId": [], "response": {}, "type": "public-key"}']
)
def test_what_no_device_would_send_opens_nothing(camille, answer):
    now = clock.now()
    challenge, options = services.passkeys.ask_to_enter(device=HERE, now=now)

    assert json.loads(options)["userVerification"] == "required"
    assert refused(services.passkeys.enter_by_passkey, answer, challenge=challenge, device=HERE, now=now) == ["wrong_passkey"]
    assert refused(services.passkeys.enter_by_passkey, answer, challenge="another", device=HERE, now=now) == ["link_spent"]


@pytest.mark.parametrize("answer", ["", "{}", "[]", "é" * 50_000, '{"id": "x"}'])
def test_what_no_device_would_send_is_not_kept(camille, session, answer):
    now, visit = clock.now(), queries.Visit(1, clock.now(), clock.now(), False, camille.id, None)
    challenge, _options = services.passkeys.ask_to_keep(
        member_id=camille.id, visit=visit, password="", address="127.0.0.1", lieu="Le lieu", now=now
    )

    assert refused(services.passkeys.keep, answer, challenge=challenge, member_id=camille.id, label="clé", now=now) == ["wrong_passkey"]
    assert session.scalars(sa.select(Passkey)).all() == []


def test_a_question_asked_to_one_person_or_for_something_else_serves_nobody_else(camille):
    now, visit = clock.now(), queries.Visit(1, clock.now(), clock.now(), False, camille.id, None)
    asked, _options = services.passkeys.ask_to_keep(
        member_id=camille.id, visit=visit, password="", address="127.0.0.1", lieu="Le lieu", now=now
    )
    knocked, _options = services.passkeys.ask_to_enter(device=HERE, now=now)
    other = make_member("Tess")

    assert refused(services.passkeys.keep, "{}", challenge=asked, member_id=other.id, label="clé", now=now) == ["wrong_passkey"]
    assert refused(services.passkeys.keep, "{}", challenge=knocked, member_id=camille.id, label="clé", now=now) == ["wrong_passkey"]
    assert refused(services.passkeys.enter_by_passkey, "{}", challenge=asked, device=HERE, now=now) == ["wrong_passkey"]


def make_key(person, label="clé"):
    with transaction() as session:
        key = Passkey(member_id=person.id, credential_id=label, public_key="def", label=label, created_at=clock.now())
        session.add(key)
    return key


def test_only_its_person_takes_a_key_away_and_is_told(camille, log_in, post):
    key = make_key(camille)

    assert log_in(make_member("Tess")).post(f"/me/passkeys/{key.id}/end").status_code == 404
    assert log_in(camille).post(f"/me/passkeys/{key.id}/end").status_code == 302
    (told,) = post()
    assert (camille.email in told["To"], told["Subject"]) == (True, "Une clé d’accès est retirée")
    assert "La clé «\u00a0clé\u00a0» vient d’être retirée" in told.get_body(("plain",)).get_content()


def test_a_key_added_is_told(camille, post):
    with transaction():
        journal.record("member.passkey_kept", camille.id, actor_id=camille.id, member_id=camille.id, label="mon téléphone")

    (told,) = post()
    assert "La clé «\u00a0mon téléphone\u00a0» vient d’être ajoutée" in told.get_body(("plain",)).get_content()


def test_keys_outlive_a_lost_password_but_those_that_are_lost_too(camille, client, post):
    phone, blue = make_key(camille, "mon téléphone"), make_key(camille, "la clé bleue")
    other = make_key(make_member("Tess"), "une autre")
    link = f"/reset/{services.new_token(member_id=camille.id, purpose='reset', now=clock.now())}"
    page = text_of(client.get(link))
    assert "mon téléphone" in page and "la clé bleue" in page and "une autre" not in page

    assert client.post(link, data={"password": "quatre canards bleus", "lost": [str(other.id)]}).status_code == 422
    assert client.post(link, data={"password": "quatre canards bleus", "lost": [str(blue.id)]}).status_code == 302

    assert [one.id for one in queries.passkeys(camille.id)] == [phone.id]
    assert [message["Subject"] for message in post()] == ["Votre mot de passe a changé"]  # one mail for one gesture


def test_who_gives_a_code_after_the_password_is_asked_about_keys_no_sooner(camille, client):
    make_key(camille, "mon téléphone")
    with transaction() as session:
        session.add(SecondFactor(member_id=camille.id, sealed_secret="x", created_at=clock.now(), confirmed_at=clock.now()))

    page = client.get(f"/reset/{services.new_token(member_id=camille.id, purpose='reset', now=clock.now())}")

    assert "mon téléphone" not in page.text
