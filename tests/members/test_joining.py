"""Joining: in a minute, by an address that answers; nobody learns who is known; minors and their guardians."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import transaction
from app.members import services
from app.members.models import Member
from app.members.services.entering import Device
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("place")

PASSWORD = "trois poules rousses"
FORM = {"name": "Camille Roux", "email": "Camille@Exemple.fr", "password": PASSWORD}
ELSEWHERE = Device(address="198.51.100.7")


def link_in(message, path):
    (link,) = re.findall(rf"http://localhost({path}/[\w-]+)", message.get_body(("plain",)).get_content())
    return link


def who(session, email="camille@exemple.fr"):
    return session.scalar(sa.select(Member).where(Member.email == email))


def years_ago(number):
    return (clock.now().date() - timedelta(days=number * 365.25)).isoformat()


def test_an_account_opens_once_its_address_has_answered(client, session, post):
    assert client.post("/signup", data=FORM).location == "/signup/mail"
    assert f"Nous venons d’écrire à {FORM['email'].lower()}" in client.get("/signup/mail").text, "a slip of the finger is seen at once"
    (message,) = post()
    link = link_in(message, "/signup")

    assert (message["To"], who(session).status) == ("Camille Roux <camille@exemple.fr>", "unconfirmed")
    assert client.post("/login", data={"email": "camille@exemple.fr", "password": PASSWORD}).status_code == 422

    page = client.get(link)
    assert (page.status_code, who(session).status) == (200, "unconfirmed")  # reading changes nothing

    answer = client.post(link, data={"password": PASSWORD})
    session.expire_all()
    assert (answer.location, who(session).status) == ("/me", "active")
    assert client.get("/me/account").status_code == 200
    assert client.post(link, data={"password": PASSWORD}).status_code == 410


def test_a_stranger_who_joins_with_my_address_keeps_nothing(client, session, post):
    """Their password opens nothing: I confirm without it, and it is forgotten."""
    client.post("/signup", data={**FORM, "password": "the stranger's secret"})
    link = link_in(post()[0], "/signup")

    assert client.post(link, data={"password": "not that one, since I never chose it"}).status_code == 422
    answer = client.post(link, data={"without": "1"})

    assert answer.location == "/me/password"
    assert who(session).password_hash is None
    client.post("/logout")
    assert client.post("/login", data={"email": "camille@exemple.fr", "password": "the stranger's secret"}).status_code == 422


def test_entering_by_a_magic_link_forgets_the_password_of_a_stranger_too(client, session, post):
    client.post("/signup", data={**FORM, "password": "the stranger's secret"})
    client.post("/login/link", data={"email": "camille@exemple.fr"})
    message = next(message for message in post() if "lien" in str(message["Subject"]))

    client.post(link_in(message, "/login/link"))

    session.expire_all()
    assert (who(session).status, who(session).password_hash) == ("active", None)


def test_a_known_address_is_answered_alike_and_only_its_mailbox_learns_it(client, session, post):
    known = make_member("Sacha", password_hash=services.hash_password("an old password"), confirmed_at=clock.now())
    before = known.password_hash

    fresh, again = client.post("/signup", data=FORM), client.post("/signup", data={**FORM, "email": known.email, "name": "Evil"})

    assert (fresh.status_code, fresh.location, fresh.text) == (again.status_code, again.location, again.text)
    session.expire_all()
    assert (known.name, known.password_hash) == ("Sacha", before)
    told = next(message for message in post() if known.email in str(message["To"]))
    assert "déjà un compte" in told.get_body(("plain",)).get_content()


def test_joining_twice_before_answering_makes_one_account(client, session, post):
    client.post("/signup", data=FORM)
    client.post("/signup", data={**FORM, "name": "Camille R."})
    links = [link_in(message, "/signup") for message in post()]

    assert session.scalar(sa.select(sa.func.count(Member.id))) == 1
    assert client.post(links[-1], data={"password": PASSWORD}).location == "/me"
    assert who(session).name == "Camille R."


def test_nothing_that_a_stranger_typed_is_sent_to_an_address_that_has_not_answered(client, post):
    client.post("/signup", data={**FORM, "name": "Gagnez sur https://evil.example !"})

    (message,) = post()

    assert "evil" not in message.get_body(("plain",)).get_content() + message.get_body(("html",)).get_content()


@pytest.mark.parametrize("field", ["status", "roles", "role", "badge", "confirmed_at", "id", "tariff_group"])
def test_no_field_outside_the_form_is_taken(client, session, field):
    client.post("/signup", data={**FORM, field: "administrator"})

    person = who(session)
    assert (person.status, person.roles, person.badge, person.tariff_group) == ("unconfirmed", {"member"}, False, "plein")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u202e\u200b "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "é@exemple.fr"}, "email"),
        ({"email": "a@b.fr\r\nBcc: x@y.fr"}, "email"),
        ({"email": "x" * 250 + "@exemple.fr"}, "email"),
        ({"password": "court"}, "password"),
        ({"password": "motdepasse2026"}, "password"),
        ({"password": "Camille123456"}, "password"),
        ({"password": "x" * 300}, "password"),
        ({"birth_date": "32/13/2010"}, "birth_date"),
        ({"birth_date": "0001-01-01"}, "birth_date"),
        ({"birth_date": "2012-05-12"}, "guardian_name"),
        ({"birth_date": "2012-05-12", "guardian_name": "Léa"}, "guardian_email"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(client, session, changed, field):
    answer = client.post("/signup", data={**FORM, **changed})

    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
    assert PASSWORD not in answer.text
    assert session.scalar(sa.select(sa.func.count(Member.id))) == 0


def test_a_domain_with_accents_is_kept_as_mail_servers_write_it(client, session):
    client.post("/signup", data={**FORM, "email": "camille@École.fr"})

    assert who(session, "camille@xn--cole-9oa.fr") is not None


def test_a_minor_waits_for_both_answers(client, session, post):
    client.post("/signup", data={**FORM, "birth_date": years_ago(13), "guardian_name": "Léa", "guardian_email": "lea@exemple.fr"})
    mine, hers = sorted(post(), key=lambda message: "lea" in str(message["To"]))

    client.post(link_in(mine, "/signup"), data={"password": PASSWORD})
    session.expire_all()
    assert who(session).status == "unconfirmed"
    assert "attend l’accord" in client.get("/me/account").text

    link = link_in(hers, "/guardian")
    assert "Camille Roux" in client.get(link).text
    assert who(session).guardian_consent_at is None  # reading changes nothing
    assert client.post(link).location == "/guardian/thanks"
    assert "le compte de Camille Roux est ouvert" in client.get("/guardian/thanks").text
    session.expire_all()
    assert (who(session).status, client.post(link).status_code) == ("active", 410)
    assert [(letter["Subject"], "Camille" in letter["To"]) for letter in post()] == [("Votre compte est ouvert", True)]


def test_the_guardian_may_answer_first(client, session, post):
    client.post("/signup", data={**FORM, "birth_date": years_ago(13), "guardian_name": "Léa", "guardian_email": "lea@exemple.fr"})
    mine, hers = sorted(post(), key=lambda message: "lea" in str(message["To"]))

    client.post(link_in(hers, "/guardian"))
    assert "dès que son adresse est confirmée" in client.get("/guardian/thanks").text
    assert post() == [], "the address that has not answered has its own mail"
    session.expire_all()
    assert who(session).status == "unconfirmed"
    client.post(link_in(mine, "/signup"), data={"password": PASSWORD})
    session.expire_all()

    assert who(session).status == "active"


def test_an_adult_who_says_their_age_needs_nobody(client, session, post):
    client.post("/signup", data={**FORM, "birth_date": years_ago(30)})

    (message,) = post()

    client.post(link_in(message, "/signup"), data={"password": PASSWORD})
    assert who(session).status == "active"


def test_a_guardian_that_was_replaced_opens_nothing(session):
    zoe = make_member(
        "Zoe", status="unconfirmed", birth_date=clock.now().date() - timedelta(days=4000), guardian_name="A", guardian_email="a@exemple.fr"
    )
    token = services.new_token(member_id=zoe.id, purpose="guardian", subject=services.mark_of("a@exemple.fr"), now=clock.now())
    with transaction():
        zoe.guardian_email = "b@exemple.fr"

    with pytest.raises(Exception, match="link_spent"):
        services.consent(token, now=clock.now())


def test_signing_up_is_slowed_down_by_address(client, throttled, session):
    codes = [client.post("/signup", data={**FORM, "email": f"n{n}@exemple.fr"}).status_code for n in range(31)]

    assert codes == [302] * 30 + [429]


def test_one_address_is_not_buried_under_our_mails(client, throttled, session, post):
    for _ in range(10):
        client.post("/signup", data=FORM)

    assert len(post()) == 4
