"""Erased, at one's own demand: nothing in the whole database says any more who it was, but what the law asks to keep."""

from dataclasses import replace
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing.models import Invoice, Mandate
from app.billing.queries import left_to_pay
from app.billing.queries.payments import payment_terms
from app.booking import services as booking
from app.booking.models import Booking
from app.core import clock, journal
from app.core.db import db, transaction
from app.courses.models import Enrolment
from app.courses.queries import trainees
from app.courses.services import erasing
from app.coworking.services import visitors
from app.members import queries as members
from app.members.models import Member
from app.portal import erasing as house
from tests.billing.bills import bill, line
from tests.billing.test_bank import GERMAN, IBAN, sign
from tests.billing.test_payments import pay
from tests.billing.test_subscriptions import make_plan, take
from tests.courses.course import Course
from tests.factories import between, book, book_half, make_member
from tests.lieux import make_lieu
from tests.pages import text_of

WHO = ("Zébulon", "Quéméneur", "zebulon", "0612345678", "rue du Ruisseau", IBAN, IBAN[-4:], "Théodule")


@pytest.fixture
def lieu(session, frozen):
    frozen("2026-12-01T10:00+01:00")
    return make_lieu()


@pytest.fixture
def zebulon(lieu):
    """Somebody who did a bit of everything here."""
    who = make_member(
        "Zébulon Quéméneur",
        email="zebulon@example.org",
        phone="0612345678",
        street="3 rue du Ruisseau",
        postal_code="61500",
        town="Boitron",
        birth_date=date(1980, 5, 6),
        password_hash="$argon2id$zebulon",
        tariff_group="solidaire",
    )
    book_half(lieu.pool, "2026-12-08", "morning", who, note="Zébulon vient avec un chien", guest_name="Théodule")
    book(lieu.room, between("2026-12-09", "10:00", "11:00"), who)
    terms = replace(payment_terms(lieu.place), iban=GERMAN, creditor_id="FR72ZZZ123456")
    sign(lieu.place, who, terms, iban=IBAN)
    visitors.invite(
        place_id=lieu.place.id, host_id=who.id, day=date(2026, 12, 8), name="Théodule", email="", actor_id=who.id, now=clock.now()
    )
    journal.deliver(wiring.READERS, now=clock.now())
    return who


def traces() -> set[tuple[str, str]]:
    """Each column of the database where something of them can still be read."""
    found = set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, sa.String | sa.JSON):
                told = db.session.scalars(sa.select(column)).all()
                if any(word.lower() in str(value).lower() for value in told for word in WHO):
                    found.add((table.name, column.name))
    return found


def test_a_person_erases_themselves_and_only_the_accounts_remember(lieu, zebulon, log_in, client, post, tmp_path, app, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    book_half(lieu.pool, "2026-12-01", "afternoon", zebulon)
    take(make_plan(lieu), zebulon, "2026-12-01", last_day=date(2026, 12, 1))
    me = log_in(zebulon)
    before = text_of(me.get("/me/erasure"))
    assert "IBAN" in before and "sont annulées sans frais" in before and "à facturer sur l’ardoise" in before
    assert me.post("/me/erasure", data={"agreed": "y", "current": "wrong"}).status_code == 422
    with transaction() as session:  # enters by links: the session is fresh
        session.get_one(Member, zebulon.id).password_hash = None
    assert me.post("/me/erasure", data={"agreed": "y"}).status_code == 422  # the tab is open
    assert not db.session.get_one(Member, zebulon.id).is_erased

    manager = make_member("Max", roles=("member", "manager"))
    page = f"/manage/members/{zebulon.id}/erasure"
    assert log_in(manager).post(page, data={"agreed": "y"}).status_code == 422
    assert log_in(make_member("Nora")).get(page).status_code == 404
    assert log_in(manager).post(page, data={"agreed": "y", "whatever_is_left": "y"}).status_code == 302

    bill = db.session.scalars(sa.select(Invoice)).one()
    assert "Zébulon Quéméneur" in bill.content and left_to_pay([bill.id])[bill.id] > 0  # what they owe is written, and stays owed
    assert {row.status for row in db.session.scalars(sa.select(Booking).where(Booking.starts_at > clock.now()))} >= {"cancelled"}
    post()
    assert traces() == {("billing_invoice", "content")}
    mandate = db.session.scalars(sa.select(Mandate)).one()
    assert (mandate.iban_sealed, mandate.holder) == ("", "—") and mandate.revoked_on is not None
    assert members.sessions(zebulon.id, now=clock.now()) == []
    assert log_in(manager).get(page).status_code == 404  # once
    assert [fault for look in wiring.CHECKS for fault in look(db.session())] == []
    (line,) = (tmp_path / "erasures.txt").read_text().splitlines()
    assert line.split()[1] == str(zebulon.id) and not any(word in line for word in WHO)


def test_a_line_of_the_list_that_could_not_be_written_is_written_a_minute_later(lieu, zebulon, tmp_path, app, monkeypatch):
    (tmp_path / "taken").write_text("a file where the folder should be")
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path / "taken"))
    house.erase(zebulon.id, actor_id=None, today=date(2026, 12, 1), now=clock.now(), whatever_is_left=True)
    assert house.keep_list(now=clock.now()) == 0

    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    assert house.keep_list in wiring.TICKS
    assert [house.keep_list(now=clock.now()) for _ in range(2)] == [1, 0]
    assert (tmp_path / "erasures.txt").read_text() == f"2026-12-01T09:00:00Z {zebulon.id} {int(zebulon.created_at.timestamp())}\n"


def test_with_nothing_left_to_settle_one_click_is_enough_and_what_stays_is_dated(lieu, zebulon, log_in, tmp_path, app, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    with transaction() as session:
        session.get_one(Member, zebulon.id).password_hash = None
    for row in db.session.scalars(sa.select(Booking).where(Booking.member_id == zebulon.id)).all():
        booking.cancel(booking_id=row.id, actor_id=zebulon.id, by_lieu=True, now=clock.now())
    invoice = billing_one(lieu, zebulon)
    me = log_in(zebulon)
    page = text_of(me.get("/me/erasure"))
    assert "jusqu’au 31 décembre 2036" in page and "Ce qui n’est pas réglé" not in page
    assert me.post("/me/erasure", data={}).status_code == 422  # without having said that one has read
    gone = me.post("/me/erasure", data={"agreed": "y"})
    assert (gone.status_code, gone.headers["Location"]) == (302, "/")
    assert me.get("/me").status_code == 302
    assert db.session.get_one(Member, zebulon.id).is_erased and db.session.get_one(Invoice, invoice.id).content == invoice.content


def billing_one(lieu, who) -> Invoice:
    made = bill(lieu.place, who, line(700, rate=0, category="O"))
    pay(lieu.place, who, 700, made)
    return made


def test_the_last_administrator_stays_and_the_command_tells_before_it_does(lieu, app, session, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    boss, other = make_member("Ada", roles=("administrator",)), make_member("Bob")

    def erase(*words: str):
        return app.test_cli_runner().invoke(args=["members", "erase", *words])

    assert "dernière personne qui administre" in erase(boss.email, "--yes", "--whatever-is-left").stderr
    told = erase(other.email)
    assert told.exit_code == 0 and "ajoutez --yes" in told.output and not db.session.get_one(Member, other.id).is_erased
    address = other.email
    assert [erase(address, "--yes").exit_code for _ in range(2)] == [0, 1]
    assert db.session.get_one(Member, other.id).is_erased


def test_of_a_backup_where_they_alone_administered_the_lieu_somebody_comes_back_and_the_others_do_not(lieu, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    boss, other = make_member("Ada", roles=("administrator",)), make_member("Bob")
    house.take_list("\n".join(f"2026-12-01T09:00:00Z {one.id} {int(one.created_at.timestamp())}" for one in (boss, other)))

    erased, left = house.again(now=clock.now())

    assert (erased, [(number, refused.codes) for number, refused in left]) == (1, [(boss.id, ["last_administrator"])])
    db.session.expire_all()
    assert (db.session.get_one(Member, boss.id).name, db.session.get_one(Member, other.id).name) == ("Ada", "—")


def test_what_proves_a_training_keeps_its_name_for_its_legal_time_and_the_rest_goes(session, frozen, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    frozen("2027-01-11T09:00+01:00")
    course = Course()
    cohort = course.cohort("A")
    enrolment = course.trainee(cohort, "Zébulon")
    member_id = enrolment.member_id
    found = house.prospect(member_id, today=date(2027, 3, 1)).obstacles
    assert [one.code for one in found] == ["course_under_way"]

    frozen("2027-09-01T09:00+02:00")
    prospect = house.prospect(member_id, today=date(2027, 9, 1))
    assert [str(one.until) for one in prospect.stays] == ["2030-12-31"] and not prospect.obstacles
    house.erase(member_id, actor_id=None, today=date(2027, 9, 1), now=clock.now())
    assert [one.name for one in trainees(cohort.id)] == ["Zébulon"] and db.session.get_one(Member, member_id).name == "—"
    assert erasing.forget_names(now=datetime.fromisoformat("2030-12-31T09:00+01:00")) == 0
    assert erasing.forget_names(now=datetime.fromisoformat("2031-01-01T09:00+01:00")) == 1
    db.session.expire_all()
    assert [one.name for one in trainees(cohort.id)] == ["—"] and db.session.get_one(Enrolment, enrolment.id).kept_name == ""
