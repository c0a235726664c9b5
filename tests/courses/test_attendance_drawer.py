"""Paper and files: a scanned sheet counts as two signatures, an explanation waits in its drawer, a file is taken in once."""

import io
import struct
import zlib
from datetime import date, time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core import journal
from app.core.db import db
from app.core.refusals import Refused
from app.courses import checks
from app.courses.models import AttendanceEvent
from app.courses.queries import presence
from app.courses.rules.minutes import Minutes
from app.courses.services import drawer, importing
from tests.courses.cohorts import local, make_class
from tests.courses.test_attendance_pages import text

TUESDAY = date(2027, 3, 2)
EVENING = local(TUESDAY, time(18))


def png(width: int = 30, height: int = 20) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x80\x20\x20" * width for _ in range(min(height, 100)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def school(session):
    return make_class(people=3)


def sound(school) -> bool:
    return [*checks.guard(db.session()), *checks.chains(db.session()), *checks.states(db.session())] == []


def test_a_sheet_on_paper_counts_as_both_signatures_once_it_is_validated(school, log_in, frozen):
    frozen("2027-03-02T18:00+01:00")
    morning, afternoon = school.sessions
    first, second, third = school.enrolments
    page = f"/courses/cohorts/{school.cohort.id}/drawer"
    assert log_in(school.claire).get(page).status_code == 404, "papers are the manager's"
    client = log_in(school.ines)
    bad = client.post(page, data={"day": "2027-03-02", "scan": (io.BytesIO(b"MZ program"), "scan.png")})
    assert (bad.status_code, "ni une photo" in text(bad)) == (422, True)
    bomb = client.post(page, data={"day": "2027-03-02", "scan": (io.BytesIO(png(30_000, 30_000)), "scan.png")})
    assert "trop lourd" in text(bomb)
    kept = client.post(page, data={"day": "2027-03-02", "scan": (io.BytesIO(png()), "scan.png")})
    [paper] = drawer.papers_of(school.cohort.id)
    assert kept.location == f"/courses/papers/{paper.id}/validation"
    assert (paper.first_day, paper.last_day) == (date(2027, 3, 1), date(2027, 3, 7))
    shown = client.get(f"/courses/papers/{paper.id}.png")
    assert (shown.mimetype, shown.data.startswith(b"\x89PNG")) == ("image/png", True)
    assert shown.data != png(), "drawn again"
    assert client.get(f"/courses/papers/{paper.id}/original").data == png()
    opened = sa.select(journal.JournalEntry).where(journal.JournalEntry.event == "course_paper.opened")
    assert [entry.actor_id for entry in db.session.scalars(opened)] == [school.ines.id] * 2

    ticks = {f"s{morning.id}p{first.id}": "present", f"s{morning.id}p{second.id}": "absent", f"s{afternoon.id}p{first.id}": ""}
    assert "2 présences réglées" in text(client.post(f"/courses/papers/{paper.id}/validation", data=ticks, follow_redirects=True))
    by_enrolment = presence.followed_in(school.cohort.id, now=EVENING)
    counted = [by_enrolment[one.id].slots[0].minutes for one in school.enrolments]
    assert counted == [Minutes(210, done=210), Minutes(210, unjustified=210), Minutes(210, to_regularise=210)]
    again = drawer.validate_sheet(paper.id, present={morning.id: [second.id, third.id]}, absent={}, actor_id=school.ines.id, now=EVENING)
    assert again == 1, "what was said is corrected, never said again"
    assert sound(school)
    assert len(drawer.papers_of(school.cohort.id)) == 1
    for attack in (
        "DELETE FROM course_paper",
        "UPDATE course_paper SET content = preview",
        "UPDATE course_paper SET sha256 = '0'",
        "UPDATE course_paper SET enrolment_id = (SELECT min(id) FROM course_enrolment)",
    ):
        with pytest.raises(DBAPIError, match="course_paper_"), db.session.begin_nested():
            db.session.execute(sa.text(attack))


def test_an_explanation_waits_in_the_drawer_and_shows_its_category_alone(school, log_in, frozen):
    frozen("2027-03-02T18:00+01:00")
    morning, _ = school.sessions
    person, *others = school.enrolments
    school.sign(morning, *others)
    school.close(morning)
    client, page = log_in(person.member), f"/courses/enrolments/{person.id}/absence"
    said = {"first_day": "2027-03-02", "last_day": "", "category": "illness", "scan": (io.BytesIO(png()), "certificat.png")}
    assert "La pièce est dans le tiroir" in text(client.post(page, data=said, follow_redirects=True))
    [paper] = drawer.papers_sent_by(person.id)
    assert client.get(f"/courses/papers/{paper.id}.png").status_code == 200
    for who in (school.claire, school.samir, others[0].member):
        stranger = log_in(who)
        assert stranger.get(f"/courses/papers/{paper.id}.png").status_code == 404
        assert stranger.get(f"/courses/papers/{paper.id}/original").status_code == 404
        assert stranger.get(page).status_code == 404
        assert stranger.post(f"/courses/papers/{paper.id}/answer", data={"answer": "accept"}).status_code == 404
    manager = log_in(school.ines)
    accepted = manager.post(f"/courses/papers/{paper.id}/answer", data={"answer": "accept"}, follow_redirects=True)
    assert "1 demi-journée justifiée" in text(accepted)
    assert presence.slot_of(morning.id, person.id, now=EVENING).minutes == Minutes(210, justified=210)
    sheet = f"/courses/half-days/{morning.id}"
    assert "maladie" in text(log_in(school.claire).get(sheet))
    seen = text(log_in(school.samir).get(sheet))
    assert ("absence justifiée" in seen, "maladie" in seen) == (True, False), "the trainer sees that it is justified, not why"
    assert "maladie" in text(log_in(person.member).get(f"/courses/attendance/{morning.id}"))
    assert sound(school)


def test_a_file_of_twenty_four_lines_is_looked_at_then_taken_in_once(session, log_in, frozen):
    school = make_class(people=2, days=[date(2027, 3, 22 + number) for number in range(5)] + [date(2027, 3, 30)])
    half_days = school.sessions[:11]
    lines = [(enrolment.member.name, one) for one in half_days for enrolment in school.enrolments]
    rows = [f"{name.upper()};{one.day:%d/%m/%Y};{'Matin' if one.half == 'morning' else 'Après-midi'};Présent;0" for name, one in lines]
    rows.insert(7, "Inconnue au Bataillon;22/03/2027;Matin;Présent;0")
    rows.append("Stagiaire1;29/03/2027;Matin;Présent;0")
    content = "\n".join(["Stagiaire;Date;Demi-journée;Statut;Retard", *rows]).encode("cp1252")
    assert len(rows) == 24
    now = frozen("2027-04-02T18:00+02:00")

    look = importing.look_at(school.cohort.id, content, now=now)
    assert (len(look.ready), [fault.why for fault in look.refused]) == (22, ["unknown", "holiday"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceEvent)) == 0
    client, page = log_in(school.ines), f"/courses/cohorts/{school.cohort.id}/import"
    seen = client.post(page, data={"table": (io.BytesIO(content), "region.csv")})
    assert "22 lignes prêtes , 0 déjà connue, 2 refusées" in text(seen)
    held = seen.get_data(as_text=True).split('name="held" value="')[1].split('"')[0]
    assert "22 présences reprises" in text(client.post(page, data={"held": held, "apply": "yes"}, follow_redirects=True))
    again = importing.apply(school.cohort.id, content, actor_id=school.ines.id, now=now)
    assert (again.applied, len(again.known), len(again.refused)) == (0, 22, 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceEvent)) == 11
    assert presence.followed_by(school.enrolments[0].id, now=now).to_date == Minutes(12 * 210, done=11 * 210, to_regularise=210)
    assert sound(school)
    assert log_in(school.claire).get(page).status_code == 404


def test_a_file_that_is_no_such_table_or_contradicts_what_is_known_is_refused(school):
    morning, _ = school.sessions
    school.hold(morning)
    for nonsense in (b"", b"\x00\xff\xfe", b"a;b\n1;2", "nom;date\nÉ;2".encode(), b"PK\x03\x04" + bytes(100), b'"' + b"x" * 200_000):
        with pytest.raises(Refused) as caught:
            importing.look_at(school.cohort.id, nonsense, now=EVENING)
        assert caught.value.codes == ["not_a_table"]
    with pytest.raises(Refused, match="too_many_lines"):
        importing.look_at(school.cohort.id, b"nom,date,periode,etat\n" + b"Stagiaire1,2027-03-02,matin,absent\n" * 5_001, now=EVENING)
    table = (
        "nom,prenom,jour,periode,etat,retard\n"
        ",Stagiaire1,2027-03-02,matin,absent,\n"  # signed and closed
        ",Stagiaire2,2027-03-02,matin,present,\n"  # already so
        ",Stagiaire3,2027-03-02,midi,present,\n"
        ",Stagiaire3,31/02/2027,matin,present,\n"
        ",Stagiaire3,2027-03-02,apres-midi,present,20\n"
        ",Stagiaire3,2027-03-02,apres-midi,present,20\n"
        ",=cmd(),2027-03-02,matin,present,\n"
        ",Stagiaire3,2027-03-03,matin,present,\n"
    )
    look = importing.look_at(school.cohort.id, table.encode(), now=EVENING)
    assert [fault.why for fault in look.refused] == ["contradicts", "unreadable", "unreadable", "twice", "unknown", "no_session"]
    assert (len(look.ready), len(look.known)) == (1, 1)
