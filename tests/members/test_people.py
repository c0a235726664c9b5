"""What staff does for people: who may, what is refused, what is told to whom."""

import io
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from app.members import queries, services
from app.members.models import Group, GroupMember, Member, Organisation
from app.members.queries import Wanted
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("place")

NEW = {"name": "Éloïse Martin", "email": "eloise@exemple.fr", "roles": ["member", "coworker"], "tariff_group": "plein", "organisation_id": "0", "locale": "fr"}  # fmt: skip


@pytest.fixture
def ines(session) -> Member:
    return make_member("Ines", roles=("manager",))


@pytest.fixture
def staff(ines, log_in):
    return log_in(ines)


def found(session, email="eloise@exemple.fr"):
    session.expire_all()
    return session.scalar(sa.select(Member).where(Member.email == email))


def told(session):
    return [entry.event for entry in session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id))]


# ---------------------------------------------------------------- finding


def test_three_letters_find_people_without_their_accents(session, staff):
    for name in ("Éloïse Martin", "Jean-Paul Œuvrard", "Zoe", "O’Hara"):
        with transaction():
            db.session.add(Member(email=f"{len(name)}@exemple.fr", name=name, created_at=clock.now()))

    assert [person.name for person in queries.search("elo")] == ["Éloïse Martin"]
    assert [person.name for person in queries.search("jean paul")] == ["Jean-Paul Œuvrard"]
    assert [person.name for person in queries.search("OEUV")] == ["Jean-Paul Œuvrard"]
    assert [person.name for person in queries.search("o'ha")] == ["O’Hara"]
    assert queries.search("el") == []
    assert queries.search("%%%") == queries.search("___") == []
    assert "Éloïse Martin" in staff.get("/manage/members?q=elo").text
    assert "Zoe" not in staff.get("/manage/members?q=elo").text


def test_who_changes_their_name_is_found_by_the_new_one(session):
    camille = make_member("Camille")
    services.change_profile(member_id=camille.id, now=clock.now(), name="Dominique")

    assert queries.search("domi") == [camille]
    assert queries.search("zzz") == []


def test_a_closed_account_is_only_listed_when_asked_for(session):
    make_member("Gone", status="inactive")

    assert queries.people(Wanted()).rows == []
    assert [person.name for person in queries.people(Wanted(state="inactive")).rows] == ["Gone"]


def test_a_long_list_has_pages(session, staff):
    for number in range(120):
        make_member(f"Person{number:03}")

    first, last = staff.get("/manage/members").text, staff.get("/manage/members?page=3").text

    assert first.count("person0") == 49 and "?page=2" in first
    assert last.count("person1") == 20 and "page=4" not in last
    for wrong in ("0", "-1", "x", "99999999999999999999"):
        assert staff.get(f"/manage/members?page={wrong}").status_code == 200


def test_wrong_filters_are_told_and_break_nothing(staff):
    assert staff.get("/manage/members?role=queen").status_code == 422
    assert staff.get("/manage/members?q=" + "é" * 500).status_code == 422
    assert staff.get("/manage/members?q=%00%F0%9F%A6%8A'--").status_code == 200


@pytest.mark.parametrize("role", ["treasurer", "head_of_course", "machine_lead"])
def test_some_only_look(session, log_in, role):
    camille = make_member("Camille")
    client = log_in(make_member("Robin", roles=(role,)))

    page = client.get(f"/manage/members/{camille.id}")

    assert page.status_code == client.get("/manage/members").status_code == 200
    assert "/edit" not in page.text
    assert client.get(f"/manage/members/{camille.id}/edit").status_code == 404
    assert client.post(f"/manage/members/{camille.id}/suspension", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["member", "coworker", "maker", "trainee", "trainer", "tutor", "funder", "visitor"])
def test_the_others_see_no_such_page(session, log_in, role):
    camille = make_member("Camille")
    client = log_in(make_member("Robin", roles=(role,)))

    for path in ("members", f"members/{camille.id}", "members/999", "members/new", "organisations", "groups", "journal"):
        assert client.get(f"/manage/{path}").status_code == 404, path


# ---------------------------------------------------------------- opening and changing


def test_somebody_is_added_and_gets_a_way_in(staff, session, post):
    answer = staff.post("/manage/members/new", data={**NEW, "invite": "y", "badge": "y"})

    eloise = found(session)
    (message,) = post()
    link = re.search(r"http://localhost(/login/link/[\w-]+)", message.get_body(("plain",)).get_content())[1]
    assert answer.location == f"/manage/members/{eloise.id}"
    assert (eloise.status, eloise.roles, eloise.badge, eloise.confirmed_at) == ("active", {"member", "coworker"}, True, None)
    assert "Ines vous envoie" in message.get_body(("plain",)).get_content()
    staff.post("/logout")
    assert staff.post(link).location == "/me"
    assert found(session).confirmed_at is not None


def test_an_address_is_taken_once(staff, session):
    known = make_member("Known").email

    answer = staff.post("/manage/members/new", data={**NEW, "email": known.upper()})

    assert answer.status_code == 422
    assert "Quelqu’un a déjà cette adresse" in answer.text
    assert "Éloïse Martin" in answer.text  # nothing typed is lost


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "x"}, "email"),
        ({"roles": []}, "roles"),
        ({"roles": ["queen"]}, "roles"),
        ({"tariff_group": "gift"}, "tariff_group"),
        ({"organisation_id": "999"}, "organisation_id"),
        ({"organisation_id": "x"}, "organisation_id"),
        ({"birth_date": "31/02/1990"}, "birth_date"),
        ({"guardian_email": "x"}, "guardian_email"),
        ({"phone": "0" * 40}, "phone"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(staff, session, changed, field):
    answer = staff.post("/manage/members/new", data={**NEW, **changed})

    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
    assert found(session) is None


def test_a_change_is_told_in_the_journal_by_its_fields_and_roles(staff, session):
    staff.post("/manage/members/new", data=NEW)
    eloise = found(session)

    staff.post(f"/manage/members/{eloise.id}/edit", data={**NEW, "phone": "02", "roles": ["member", "maker"]})

    facts = {entry.event: entry.facts for entry in session.scalars(sa.select(JournalEntry))}
    assert found(session).roles == {"member", "maker"}
    assert facts["member.changed"] == {"fields": ["phone"]}
    assert facts["member.roles_changed"] == {"given": ["maker"], "taken": ["coworker"]}


def test_an_address_changed_by_staff_is_told_to_the_old_one(staff, session, post):
    camille = make_member("Camille")
    old = camille.email
    reset = services.new_token(member_id=camille.id, purpose="reset", now=clock.now())

    staff.post(f"/manage/members/{camille.id}/edit", data={**NEW, "email": "neuve@exemple.fr"})

    assert [message["To"] for message in post()] == [old]
    assert queries.by_access_token(reset, "reset", now=clock.now()) is None


def test_a_minor_added_without_consent_waits_and_the_guardian_is_asked(staff, session, post):
    born = clock.now().date() - timedelta(days=4000)

    staff.post(
        "/manage/members/new",
        data={**NEW, "birth_date": born.isoformat(), "guardian_name": "Léa", "guardian_email": "lea@exemple.fr"},
    )

    assert found(session).status == "unconfirmed"
    assert [message["To"] for message in post()] == ["lea@exemple.fr"]


def test_a_minor_whose_consent_is_on_paper_is_active(staff, session):
    born = clock.now().date() - timedelta(days=4000)

    staff.post("/manage/members/new", data={**NEW, "birth_date": born.isoformat(), "guardian_name": "Léa", "has_consent": "y"})

    assert (found(session).status, found(session).in_directory) == ("active", False)


# ---------------------------------------------------------------- nothing above oneself


def test_a_manager_makes_no_administrator(staff, session):
    page, answer = staff.get("/manage/members/new").text, staff.post("/manage/members/new", data={**NEW, "roles": ["administrator"]})

    assert 'value="administrator"' not in page and 'value="manager"' in page
    assert answer.status_code == 422
    assert found(session) is None


def test_a_manager_does_not_make_themself_administrator(staff, session, ines):
    data = {**NEW, "email": ines.email, "name": "Ines", "roles": ["manager", "administrator"]}

    assert staff.post(f"/manage/members/{ines.id}/edit", data=data).status_code == 422
    session.refresh(ines)
    assert ines.roles == {"manager"}


def test_a_manager_does_not_touch_who_administers(staff, session):
    """Changing their address, then asking for a link, would be taking their place."""
    boss = make_member("Boss", roles=("administrator",))
    before = boss.email

    assert staff.get(f"/manage/members/{boss.id}").status_code == 200
    for path, data in (
        ("edit", {**NEW, "email": "mine@exemple.fr"}),
        ("suspension", {"reason": "x"}),
        ("closing", {}),
        ("reactivation", {}),
        ("invitation", {}),
    ):
        assert staff.post(f"/manage/members/{boss.id}/{path}", data=data).status_code == 404, path
    session.refresh(boss)
    assert (boss.email, boss.status) == (before, "active")


@pytest.mark.parametrize("gesture", [services.suspend, services.close_account])
def test_the_services_refuse_it_too_whichever_door_asks(session, ines, gesture):
    boss = make_member("Boss", roles=("administrator",))
    more = {"reason": "x"} if gesture is services.suspend else {}

    with pytest.raises(Refused) as refused:
        gesture(member_id=boss.id, actor=ines, now=clock.now(), **more)

    assert refused.value.codes == ["above_you"]


def test_the_last_administrator_stays(session):
    first, second = make_member("A", roles=("administrator",)), make_member("B", roles=("administrator",))

    services.change_member(member_id=second.id, actor=first, now=clock.now(), roles=["member"])
    with pytest.raises(Refused) as refused:
        services.change_member(member_id=first.id, actor=first, now=clock.now(), roles=["member"])

    assert refused.value.codes == ["last_administrator"]


def test_nobody_suspends_themself(staff, ines, session):
    answer = staff.post(f"/manage/members/{ines.id}/suspension", data={"reason": "x"})

    assert answer.status_code == 422
    assert "son propre compte" in answer.text


def test_a_program_error_is_not_a_way_to_write_any_column(session, ines):
    with pytest.raises(TypeError):
        services.change_member(member_id=ines.id, actor=ines, now=clock.now(), password_hash="x")
    with pytest.raises(TypeError):
        services.change_profile(member_id=ines.id, now=clock.now(), status="active")


# ---------------------------------------------------------------- suspending, closing


def test_suspending_says_why_ends_sessions_and_may_be_undone(staff, session, post):
    camille = make_member("Camille")
    token = services.open_session(member_id=camille.id, now=clock.now())

    assert staff.post(f"/manage/members/{camille.id}/suspension", data={"reason": ""}).status_code == 422
    staff.post(f"/manage/members/{camille.id}/suspension", data={"reason": "Deux factures en attente."})
    (message,) = post()
    session.refresh(camille)
    assert (camille.status, camille.status_reason) == ("suspended", "Deux factures en attente.")
    assert "Deux factures en attente." in message.get_body(("plain",)).get_content()
    assert queries.session_member(token, now=clock.now()) is None

    staff.post(f"/manage/members/{camille.id}/reactivation")
    session.refresh(camille)
    assert (camille.status, camille.status_reason) == ("active", "")


def test_closing_ends_everything_that_opens(staff, session, ines):
    camille = make_member("Camille")
    session_token = services.open_session(member_id=camille.id, now=clock.now())
    feed = services.renew_feed(member_id=camille.id, now=clock.now())
    api = services.new_token(member_id=camille.id, purpose="api", now=clock.now())

    staff.post(f"/manage/members/{camille.id}/closing")
    services.reactivate(member_id=camille.id, actor=ines, now=clock.now())

    assert queries.session_member(session_token, now=clock.now()) is None
    assert queries.by_access_token(feed, "feed", now=clock.now()) is None
    assert queries.by_access_token(api, "api", now=clock.now()) is None


def test_a_link_is_sent_from_the_sheet(staff, session, post):
    camille = make_member("Camille")

    staff.post(f"/manage/members/{camille.id}/invitation")

    assert [message["To"] for message in post()] == [f"Camille <{camille.email}>"]
    with transaction():
        camille.status = "inactive"
    assert staff.post(f"/manage/members/{camille.id}/invitation").status_code == 422


# ---------------------------------------------------------------- a whole file


def csv_file(text):
    return {"file": (io.BytesIO(text.encode()), "people.csv")}


def test_a_file_is_tried_then_written(staff, session):
    text = "nom;courriel\nÉloïse Martin;eloise@exemple.fr\n"

    tried = staff.post("/manage/members/import", data={**csv_file(text), "dry_run": "y"})
    assert "Une personne serait ajoutée" in tried.text
    assert found(session) is None

    assert staff.post("/manage/members/import", data=csv_file(text)).location == "/manage/members"
    assert found(session).name == "Éloïse Martin"


def test_a_file_gives_no_role_above_its_sender(staff, session):
    answer = staff.post("/manage/members/import", data=csv_file("nom;courriel;rôle\nEve;eve@exemple.fr;administrateur\n"))

    assert answer.status_code == 422
    assert found(session, "eve@exemple.fr") is None


@pytest.mark.parametrize("content", [b"", b"\0\0", b"a;b\n", b"nom;courriel\n<script>;x\n", b"x" * 400_000, b"\xff\xfe\x00\x01"])
def test_a_wrong_file_is_told_and_breaks_nothing(staff, content):
    answer = staff.post("/manage/members/import", data={"file": (io.BytesIO(content), "x.csv")})

    assert answer.status_code == 422
    assert "<script>" not in answer.text


# ---------------------------------------------------------------- organisations and groups


def test_an_organisation_is_added_and_changed(staff, session):
    data = {"name": "Bocage Énergies", "siren": "552 100 554", "email": "compta@exemple.fr"}
    staff.post("/manage/organisations/new", data=data)
    organisation = session.scalar(sa.select(Organisation))

    staff.post(f"/manage/organisations/{organisation.id}", data={**data, "town": "Boitron"})

    session.refresh(organisation)
    assert (organisation.siren, organisation.town) == ("552100554", "Boitron")
    assert staff.post("/manage/organisations/new", data=data).status_code == 422
    assert staff.post("/manage/organisations/new", data={"name": "B", "siren": "123456789"}).status_code == 422
    assert "Bocage Énergies" in staff.get("/manage/organisations").text


def test_a_group_gathers_people_from_a_day_to_a_day(staff, session):
    camille = make_member("Camille")
    staff.post("/manage/groups/new", data={"name": "Promotion 2027", "tariff_group": "solidaire"})
    group = session.scalar(sa.select(Group))
    join = f"/manage/groups/{group.id}/members"

    assert group.code == "promotion-2027"
    assert staff.post(join, data={"member_id": camille.id, "since": "2026-11-01"}).status_code == 302
    assert staff.post(join, data={"member_id": camille.id, "since": "2026-12-01"}).status_code == 422  # already in it
    assert staff.post(join, data={"member_id": 999, "since": "2026-12-01"}).status_code == 422
    assert staff.post(join, data={"member_id": camille.id, "since": "2026-12-01", "until": "2026-11-01"}).status_code == 422

    row = session.scalar(sa.select(GroupMember))
    staff.post(f"{join}/{row.id}/leaving")
    session.refresh(row)
    assert row.until == clock.today(ZoneInfo("Europe/Paris"))
    assert staff.post(f"/manage/groups/999/members/{row.id}/leaving").status_code == 404
    assert told(session)[-2:] == ["group.joined", "group.left"]


def test_two_groups_may_look_alike(session, ines):
    first, second = (
        services.add_group(name=name, tariff_group=None, actor_id=ines.id, now=clock.now()) for name in ("Été 2027", "Ete-2027")
    )

    assert (first.code, second.code) == ("ete-2027", "ete-2027-2")


def test_who_begins_later_and_is_taken_out_never_was_in(session, ines):
    group = services.add_group(name="G", tariff_group=None, actor_id=ines.id, now=clock.now())
    row = services.join_group(group_id=group.id, member_id=ines.id, since=date(2030, 1, 1), until=None, actor_id=None, now=clock.now())

    services.leave_group(belonging_id=row.id, last_day=date(2026, 12, 1), actor_id=ines.id, now=clock.now())

    assert session.scalar(sa.select(sa.func.count(GroupMember.id))) == 0


# ---------------------------------------------------------------- the journal of all


def test_the_journal_is_read_in_words_and_filtered(staff, session):
    camille, sacha = make_member("Camille"), make_member("Sacha")
    services.change_profile(member_id=camille.id, now=clock.now(), phone="02 33 00 00 00")
    services.renew_feed(member_id=sacha.id, now=clock.now())
    db.session.commit()

    everything, hers = staff.get("/manage/journal").text, staff.get(f"/manage/journal?person={camille.id}").text

    assert "Profil changé" in everything and "Nouvelle adresse d’agenda" in everything
    assert "Profil changé" in hers and "Nouvelle adresse d’agenda" not in hers
    assert "Profil changé" not in staff.get("/manage/journal?kind=booking").text
    assert "Profil changé" not in staff.get("/manage/journal?until=2020-01-01").text
    for wrong in ("kind=x", "since=yesterday", "person=x", "person=99999999999999", "before=x"):
        assert staff.get(f"/manage/journal?{wrong}").status_code in (200, 422), wrong


def test_a_long_journal_is_read_by_pages(staff, session):
    camille = make_member("Camille")
    for number in range(60):
        services.change_profile(member_id=camille.id, now=clock.now(), phone=f"02 33 00 00 {number:02}")
    db.session.commit()

    first = staff.get("/manage/journal").text
    older = re.search(r'href="(/manage/journal\?before=\d+)"', first)[1]

    assert first.count("Profil changé") == 30
    assert staff.get(older).text.count("Profil changé") == 30
