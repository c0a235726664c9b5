"""One's own account: what one says, what opens it, where it is open, what is kept."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.members import queries, services
from app.members.models import Member, WebSession
from tests.factories import between, book, make_member, make_thing

pytestmark = pytest.mark.usefixtures("place")

PASSWORD = "trois poules rousses"


@pytest.fixture(scope="module")
def password_hash():
    return services.hash_password(PASSWORD)


@pytest.fixture
def camille(session, password_hash) -> Member:
    return make_member("Camille", password_hash=password_hash)


@pytest.fixture
def me(camille, log_in):
    return log_in(camille)


def events(session):
    return [(entry.event, entry.facts) for entry in session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id))]


def link_in(message, path):
    (link,) = re.findall(rf"http://localhost({path}/[\w-]+)", message.get_body(("plain",)).get_content())
    return link


PROFILE = {"name": "Camille Roux", "locale": "en", "phone": "02 33 00 00 00", "wants_reminders": "y"}


def test_the_profile_is_changed_and_consents_are_dated(me, camille, session):
    answer = me.post("/me/profile", data={**PROFILE, "in_directory": "y"})

    session.refresh(camille)
    assert answer.location == "/me/profile"
    assert (camille.name, camille.locale, camille.in_directory, camille.shows_presence) == ("Camille Roux", "en", True, False)
    assert events(session) == [
        ("member.consent_given", {"what": "in_directory"}),
        ("member.profile_changed", {"fields": ["name", "phone", "locale"]}),
    ]


@pytest.mark.parametrize(
    "field", ["email", "status", "roles", "badge", "tariff_group", "password_hash", "id", "organisation_id", "birth_date"]
)
def test_no_field_outside_the_form_is_taken(me, camille, session, field):
    before = {name: getattr(camille, name) for name in ("email", "status", "badge", "tariff_group", "password_hash", "organisation_id")}

    me.post("/me/profile", data={**PROFILE, field: "1"})

    session.refresh(camille)
    assert {name: getattr(camille, name) for name in before} == before
    assert camille.roles == {"member"}


@pytest.mark.parametrize("phone", ["abc", "02 33; DROP", "12", "+33 6 00 00 00 00 00 00 00 00 00 00 00"])
def test_a_wrong_number_is_told_beside_its_field(me, phone):
    answer = me.post("/me/profile", data={**PROFILE, "phone": phone})

    assert answer.status_code == 422
    assert "phone-e" in answer.text


def test_under_fifteen_nobody_is_shown_to_others(log_in, session):
    zoe = make_member("Zoe", birth_date=clock.now().date() - timedelta(days=14 * 365), guardian_consent_at=clock.now())
    client = log_in(zoe)

    page = client.get("/me/profile").text
    client.post("/me/profile", data={**PROFILE, "in_directory": "y", "shows_presence": "y"})

    session.refresh(zoe)
    assert 'name="in_directory"' not in page
    assert not zoe.in_directory and not zoe.shows_presence


def test_a_new_password_ends_every_other_session(me, camille, session, app):
    other = services.open_session(member_id=camille.id, now=clock.now())

    answer = me.post("/me/password", data={"current": PASSWORD, "password": "quatre canards bleus"})

    assert answer.location == "/me/password"
    assert queries.session_member(other, now=clock.now()) is None
    assert me.get("/me/password").status_code == 200  # this one stays


@pytest.mark.parametrize(
    ("current", "password", "says"),
    [
        ("wrong", "quatre canards bleus", "pas le mot de passe"),
        (PASSWORD, "court", "12 caractères"),
        (PASSWORD, "Camille123456", "votre nom"),
        (PASSWORD, "motdepasse2026", "premiers que l’on essaie"),
    ],
)
def test_a_password_is_refused_beside_its_field(me, camille, session, current, password, says):
    before = camille.password_hash

    answer = me.post("/me/password", data={"current": current, "password": password})

    session.refresh(camille)
    assert answer.status_code == 422
    assert says in answer.text
    assert camille.password_hash == before


def test_guessing_the_current_password_is_slowed_down(me, throttled):
    codes = [me.post("/me/password", data={"current": f"guess {n}", "password": "quatre canards bleus"}).status_code for n in range(9)]

    assert codes == [422] * 8 + [429]


def test_without_a_password_one_is_chosen_only_just_after_entering(log_in, session):
    sacha = make_member("Sacha")
    client = log_in(sacha)
    with transaction():
        session.execute(sa.update(WebSession).values(created_at=clock.now() - timedelta(hours=1)))

    late = client.post("/me/password", data={"password": "quatre canards bleus"})
    with transaction():
        session.execute(sa.update(WebSession).values(created_at=clock.now()))
    soon = client.post("/me/password", data={"password": "quatre canards bleus"})

    assert (late.status_code, soon.status_code) == (422, 302)


def test_another_address_must_answer_first_and_the_old_one_is_told(me, camille, session, post):
    old = camille.email
    me.post("/me/address", data={"email": "Neuve@Exemple.fr", "current": PASSWORD})
    (asked,) = post()
    link = link_in(asked, "/me/address")

    assert me.get(link).status_code == 200
    session.refresh(camille)
    assert (asked["To"], camille.email) == ("neuve@exemple.fr", old)

    assert me.post(link).location == "/me/profile"
    session.refresh(camille)
    (told,) = post()
    assert (camille.email, camille.new_email, told["To"]) == ("neuve@exemple.fr", "", old)
    assert me.post(link).status_code == 410


def test_the_link_of_an_address_given_up_opens_nothing(me, camille, session, post):
    me.post("/me/address", data={"email": "first@exemple.fr", "current": PASSWORD})
    link = link_in(post()[0], "/me/address")
    me.post("/me/address", data={"email": "second@exemple.fr", "current": PASSWORD})

    assert me.post(link).status_code == 410
    session.refresh(camille)
    assert camille.email not in ("first@exemple.fr", "second@exemple.fr")


def test_a_mail_late_in_the_outbox_never_confirms_another_address(me, camille, session, post):
    """Asked for one address, then another, before any mail left: the first mail is not sent at all."""
    me.post("/me/address", data={"email": "first@exemple.fr", "current": PASSWORD})
    me.post("/me/address", data={"email": "second@exemple.fr", "current": PASSWORD})

    assert [message["To"] for message in post()] == ["second@exemple.fr"]


def test_a_taken_address_is_answered_like_a_free_one_and_gets_no_mail(me, post):
    taken = make_member("Sacha").email

    free, known = (me.post("/me/address", data={"email": email, "current": PASSWORD}) for email in ("free@exemple.fr", taken))

    assert (free.status_code, free.location) == (known.status_code, known.location)
    assert taken not in [message["To"] for message in post()]


def test_links_sent_to_the_old_address_open_nothing_after_a_change(me, camille, session, post):
    reset = services.new_token(member_id=camille.id, purpose="reset", now=clock.now())
    me.post("/me/address", data={"email": "neuve@exemple.fr", "current": PASSWORD})
    me.post(link_in(post()[0], "/me/address"))

    assert queries.by_access_token(reset, "reset", now=clock.now()) is None


def test_devices_are_listed_and_closed(me, camille, session):
    phone = services.open_session(member_id=camille.id, now=clock.now(), user_agent="Mozilla/5.0 (Android 14; Mobile) Firefox/140.0")
    session_id = queries.session_member(phone, now=clock.now()).web_session.id

    assert "Firefox, Android" in me.get("/me/sessions").text
    assert me.post(f"/me/sessions/{session_id}/end").location == "/me/sessions"
    assert queries.session_member(phone, now=clock.now()) is None


def test_somebody_elses_device_does_not_exist(me, session):
    other = services.open_session(member_id=make_member("Sacha").id, now=clock.now())
    session_id = queries.session_member(other, now=clock.now()).web_session.id

    assert me.post(f"/me/sessions/{session_id}/end").status_code == 404
    assert queries.session_member(other, now=clock.now()) is not None


def test_all_the_other_devices_are_closed_at_once(me, camille):
    others = [services.open_session(member_id=camille.id, now=clock.now()) for _ in range(3)]

    me.post("/me/sessions/end")

    assert [queries.session_member(other, now=clock.now()) for other in others] == [None] * 3
    assert me.get("/me/sessions").status_code == 200


def test_the_feed_is_told_once_renewed_and_stopped(me, camille):
    def told(answer):
        return re.findall(r"http://localhost(/feeds/[\w-]+\.ics)", answer.text)

    (first,) = told(me.post("/me/calendar"))
    assert told(me.get("/me/calendar")) == []
    (second,) = told(me.post("/me/calendar"))

    assert me.get(first).status_code == 404
    assert me.get(second).status_code == 200
    me.post("/me/calendar/end")
    assert me.get(second).status_code == 404


def test_a_token_for_a_program_is_told_once_and_stopped(me, camille):
    answer = me.post("/me/tokens", data={"label": "agenda", "scopes": ["read", "write"]})
    (token,) = re.findall(r"wl_[\w-]+", answer.text)
    row = queries.by_access_token(token, "api", now=clock.now())

    assert row.scopes == "read write"
    assert token not in me.get("/me/tokens").text
    me.post(f"/me/tokens/{row.id}/end")
    assert queries.by_access_token(token, "api", now=clock.now()) is None


def test_a_member_cannot_make_a_token_that_manages(me):
    answer = me.post("/me/tokens", data={"label": "x", "scopes": ["read", "manage"]})

    assert answer.status_code == 422
    assert "wl_" not in answer.text


def test_my_data_says_why_and_until_when_and_is_taken_away(me, camille, place):
    book(make_thing(place, "cabine", kind="booth"), between("2026-12-08", "09:00", "10:00"), camille, note="=1+1 visio")

    page, answer = me.get("/me/data").text, me.post("/me/data")

    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    everything = json.loads(archive.read("donnees.json"))
    bookings = list(csv.DictReader(io.StringIO(archive.read("bookings.csv").decode("utf-8-sig")), delimiter=";"))
    assert "Mes réservations" in page and "Tenir le planning" in page
    assert everything["account"][0]["email"] == camille.email
    assert [(row["thing"], row["note"]) for row in bookings] == [("cabine", "'=1+1 visio")]
    assert {entry["event"] for entry in everything["journal"]} >= {"booking.confirmed"}
    assert camille.password_hash not in archive.read("donnees.json").decode()
    assert not [name for name in archive.namelist() if name.startswith(("/", "."))]


def test_an_export_holds_nobody_else(me, place):
    sacha = make_member("Sacha", phone="02 99 99 99 99")
    book(make_thing(place, "cabine", kind="booth"), between("2026-12-08", "09:00", "10:00"), sacha, note="secret")

    everything = zipfile.ZipFile(io.BytesIO(me.post("/me/data").data)).read("donnees.json").decode()

    assert "secret" not in everything and sacha.phone not in everything


def test_my_journal_says_in_words_what_was_done_and_by_whom(me, camille, session, place):
    ines = make_member("Ines", roles=("manager",))
    services.change_member(member_id=camille.id, actor=ines, now=clock.now(), phone="02 33 11 11 11", roles=["member", "maker"])
    db.session.commit()

    page = me.get("/me/journal").text

    assert "Fiche changée par l’équipe" in page and "par Ines" in page
    assert "usager du fablab" in page


def test_the_journal_of_others_is_not_mine(me, session):
    sacha = make_member("Sacha")
    services.change_profile(member_id=sacha.id, now=clock.now(), phone="02 33 11 11 11")

    assert "Profil changé" not in me.get("/me/journal").text


def test_the_account_page_leads_everywhere(me):
    page = me.get("/me/account").text

    for path in re.findall(r'href="(/me/[a-z]+)"', page):
        assert me.get(path).status_code == 200, path
