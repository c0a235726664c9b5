"""Entering: the right way in, and all the wrong ones."""

import pytest
import sqlalchemy as sa

from app.core.db import transaction
from app.members import services
from app.members.models import Member, WebSession
from tests.factories import make_member

PASSWORD = "trois poules rousses"


@pytest.fixture(scope="session")
def password_hash():
    return services.hash_password(PASSWORD)


@pytest.fixture
def camille(session, password_hash) -> Member:
    return make_member("Camille", password_hash=password_hash)


def enter(client, person, password=PASSWORD, **more):
    return client.post("/login", data={"email": person if isinstance(person, str) else person.email, "password": password, **more})


def test_the_right_password_opens(client, camille, session):
    answer = enter(client, camille)

    assert (answer.status_code, answer.location) == (302, "/me")
    assert session.scalar(sa.select(sa.func.count(WebSession.id))) == 1
    assert client.get("/login").location == "/me"


def test_the_address_may_be_typed_with_capitals(client, camille):
    assert enter(client, f" {camille.email.upper()} ").status_code == 302


@pytest.mark.parametrize("status", ["inactive", "erased", "unconfirmed"])
def test_a_closed_account_and_a_wrong_password_are_answered_alike(client, camille, status):
    with transaction():
        camille.status = status

    right, wrong, unknown = enter(client, camille), enter(client, camille, "not this one"), enter(client, "nobody@example.org")

    assert right.status_code == wrong.status_code == unknown.status_code == 422
    bodies = [
        answer.text.replace(camille.email, "X").replace("nobody@example.org", "X").split("csrf")[0] for answer in (right, wrong, unknown)
    ]
    assert bodies[0] == bodies[1] == bodies[2]
    assert "Set-Cookie" not in wrong.headers or "_user_id" not in wrong.headers["Set-Cookie"]


def test_sign_out_ends_the_session_itself(client, camille, session):
    enter(client, camille)

    answer = client.post("/logout")

    assert answer.location == "/"
    assert session.scalar(sa.select(sa.func.count(WebSession.id))) == 0
    assert client.get("/login").status_code == 200  # instead of going on to « Ma semaine »


def test_a_suspended_person_still_enters(client, camille):
    with transaction():
        camille.status = "suspended"

    assert enter(client, camille).status_code == 302
