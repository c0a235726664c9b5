"""The demonstration: some thirty people of an imaginary village, and the week they made, by the same gestures as everybody."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from app.billing import services as billing
from app.billing.models import Plan
from app.booking import queries
from app.booking import services as booking
from app.booking.models import Absence, Resource
from app.booking.policy import Request
from app.cli.demo_community import gather
from app.cli.demo_course import load_course
from app.cli.demo_money import bill_a_month, month_before, sell_passes
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.period import Period, at, monday_of
from app.core.refusals import Refused
from app.coworking.services import half_day_request
from app.fablab.models import Clearance, ClearanceType, MachineLead
from app.fablab.rules import expiry
from app.members import services as members
from app.members.models import Member, MemberRole, Membership, Organisation
from app.place.models import Place

PASSWORD = "demonstration-61500"  # noqa: S105 — printed by `make run`; the demonstration is for everyone


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the demonstration; `plan`, `lots` and `clearances` as they hold them today."""

    name: str
    roles: Sequence[str] = ("member",)
    email: str = ""
    tariff_group: str = "plein"
    badge: bool = False
    plan: str = ""
    half_days: int = 0
    laser_minutes: int = 0
    clearances: Sequence[str] = ()
    leads: Sequence[str] = ()
    skills: str = ""
    born: str = ""
    guardian: str = ""
    company: str = ""


PEOPLE = (
    Person("Inès Caron", ("member", "manager"), "gestion@worklab.example", badge=True, skills="vannerie, tableur"),
    Person(
        "Max Roussel",
        ("member", "manager", "machine_lead"),
        "max@worklab.example",
        badge=True,
        plan="maker",
        clearances=("Laser", "CNC", "Résine", "Bois"),
        leads=("laser", "cnc"),
        skills="électronique, menuiserie",
    ),
    Person(
        "Camille Aubert",
        ("member", "coworker", "maker"),
        "camille@worklab.example",
        half_days=24,
        laser_minutes=300,
        clearances=("Laser",),
        skills="cartes et relevés",
    ),
    Person(
        "Nadia Benali",
        ("member", "maker"),
        "nadia@worklab.example",
        badge=True,
        plan="maker",
        clearances=("Laser", "Brodeuse"),
        leads=("brodeuse",),
        skills="couture, broderie",
    ),
    Person("Samir Haddad", ("member", "trainer"), "samir@worklab.example", badge=True, skills="développement web"),
    Person("Julie Morel", ("member", "trainee"), "julie@worklab.example", tariff_group="solidaire", half_days=3),
    Person("Paul Girard", ("member", "coworker"), badge=True, plan="resident", skills="traduction"),
    Person("Rose Tessier", ("member", "coworker"), badge=True, plan="resident", clearances=("Bois",), skills="comptabilité"),
    Person("Éric Lenoir", ("member", "maker"), clearances=("Laser", "CNC", "Bois"), skills="charpente"),
    Person("Hugo Petit", ("member", "maker"), skills="modélisation 3D"),
    Person("Léa Marchand", ("member", "coworker"), plan="mi-temps", skills="graphisme"),
    Person("Thomas Vasseur", ("member", "coworker"), plan="plein-temps", badge=True, skills="relation client"),
    Person("Anne-Laure Picard", ("member", "coworker"), half_days=10, skills="architecture"),
    Person("Mehdi Cherif", ("member", "trainee"), tariff_group="solidaire"),
    Person("Sophie Duval", ("member", "trainee"), tariff_group="solidaire", half_days=2),
    Person("Kevin Hamel", ("member", "trainee"), tariff_group="solidaire"),
    Person("Yann Le Goff", ("member", "coworker"), half_days=4, skills="pêche, réseau"),
    Person("Marie-Odile Blanchet", ("member",), tariff_group="solidaire", born="1945-03-12", skills="herbier"),
    Person("Jean-Pierre Fournier", ("member",), born="1947-09-30", clearances=("Bois",), skills="tournage sur bois"),
    Person("Zoé Lambert", ("member", "maker"), born="2014-05-21", guardian="Claire Lambert", tariff_group="solidaire"),
    Person("Claire Lambert", ("member",), skills="maraîchage"),
    Person("Olivier Guérin", ("member", "coworker"), company="Bocage Énergies"),
    Person("Fatou Ndiaye", ("member", "coworker"), company="Bocage Énergies"),
    Person("Bruno Renard", ("member", "coworker"), company="Bocage Énergies"),
    Person("Isabelle Langlois", ("member", "treasurer"), "tresoriere@worklab.example", skills="comptes d’association"),
    Person("Arthur Delaunay", ("member", "maker"), clearances=("Résine",), skills="figurines"),
    Person("Lucie Perrot", ("member", "coworker"), half_days=1, skills="rédaction"),
    Person("Nicolas Bazin", ("member", "maker"), clearances=("Laser",), skills="lutherie"),
    Person("Émilie Carpentier", ("member", "coworker"), plan="mi-temps", skills="droit rural"),
    Person("Gaëtan Leroux", ("member", "maker"), plan="maker", clearances=("Laser", "Brodeuse")),
    Person("Mairie de Boitron", ("member",), "mairie@worklab.example", tariff_group="partenaire"),
    Person("Administration", ("administrator",), "admin@worklab.example"),
)

ACCOUNTS = (
    ("camille@worklab.example", PASSWORD, "coworkeuse, habilitée à la laser"),
    ("nadia@worklab.example", PASSWORD, "fablab, référente de la brodeuse"),
    ("julie@worklab.example", PASSWORD, "stagiaire de la formation"),
    ("gestion@worklab.example", PASSWORD, "Inès, gestionnaire du lieu"),
    ("admin@worklab.example", PASSWORD, "administration"),
)

# (day from Monday, half, who): seats of the Grande salle.
SEATS = (
    (0, "morning", ("Léa Marchand", "Yann Le Goff", "Anne-Laure Picard", "Thomas Vasseur")),
    (0, "afternoon", ("Thomas Vasseur", "Léa Marchand")),
    (1, "morning", ("Camille Aubert", "Thomas Vasseur", "Olivier Guérin", "Fatou Ndiaye", "Émilie Carpentier", "Lucie Perrot")),
    (1, "afternoon", ("Thomas Vasseur", "Olivier Guérin", "Émilie Carpentier")),
    (2, "morning", ("Anne-Laure Picard", "Thomas Vasseur", "Léa Marchand")),
    (2, "afternoon", ("Thomas Vasseur", "Julie Morel")),
    (
        3,
        "morning",
        (
            "Camille Aubert",
            "Thomas Vasseur",
            "Léa Marchand",
            "Olivier Guérin",
            "Fatou Ndiaye",
            "Bruno Renard",
            "Émilie Carpentier",
            "Yann Le Goff",
            "Anne-Laure Picard",
            "Lucie Perrot",
            "Sophie Duval",
            "Marie-Odile Blanchet",
        ),
    ),
    (3, "afternoon", ("Thomas Vasseur", "Fatou Ndiaye", "Bruno Renard", "Émilie Carpentier", "Camille Aubert")),
    (4, "morning", ("Thomas Vasseur", "Anne-Laure Picard", "Yann Le Goff")),
    (4, "afternoon", ("Thomas Vasseur", "Léa Marchand")),
    (5, "morning", ("Julie Morel", "Claire Lambert")),
)

# (code, day from Monday, from, to, who)
HOURS = (
    ("salle-reunion", 0, "14:00", "15:30", "Olivier Guérin"),
    ("salle-reunion", 1, "09:00", "10:30", "Mairie de Boitron"),
    ("salle-reunion", 3, "14:00", "16:00", "Émilie Carpentier"),
    ("salle-reunion", 4, "10:00", "11:00", "Inès Caron"),
    ("cabine-1", 1, "10:00", "10:30", "Thomas Vasseur"),
    ("cabine-2", 3, "11:00", "12:00", "Camille Aubert"),
    ("classe", 2, "14:00", "16:00", "Marie-Odile Blanchet"),
    ("laser", 0, "10:00", "12:00", "Nadia Benali"),
    ("laser", 1, "14:00", "15:30", "Nicolas Bazin"),
    ("laser", 2, "09:00", "11:00", "Gaëtan Leroux"),
    ("laser", 3, "17:15", "18:15", "Camille Aubert"),
    ("laser", 4, "10:00", "13:00", "Éric Lenoir"),
    ("imp3d-1", 0, "09:00", "17:00", "Hugo Petit"),
    ("imp3d-1", 2, "10:00", "18:00", "Arthur Delaunay"),
    ("imp3d-2", 1, "09:00", "13:00", "Hugo Petit"),
    ("imp3d-2", 4, "09:00", "18:00", "Zoé Lambert"),
    ("resine", 3, "10:00", "14:00", "Arthur Delaunay"),
    ("brodeuse", 2, "14:00", "16:00", "Nadia Benali"),
    ("electro", 4, "14:00", "17:00", "Hugo Petit"),
    ("vinyle", 5, "10:00", "11:30", "Claire Lambert"),
    ("cnc", 4, "14:00", "16:00", "Éric Lenoir"),
)


def load_demonstration(*, now: datetime) -> None:
    """The starter lieu's people, last week as it happened, and the open weeks to come."""
    place = db.session.scalars(sa.select(Place).where(Place.is_demo).order_by(Place.id)).first()
    if place is None:
        return
    with transaction():
        one_hash = members.hash_password(PASSWORD)  # slow on purpose: once for all
        people = {person.name: _join(person, place, password_hash=one_hash, now=now) for person in PEOPLE}
        bill_a_month(place, people, now=now)
        half_days = [(one.name, "half_day", "desk", one.half_days) for one in PEOPLE]
        minutes = [(one.name, "minute", "family:laser", one.laser_minutes) for one in PEOPLE]
        sell_passes(place, people, half_days + minutes, now=now)
        _residents(place, people, now=now)
        load_course(place, people, now=now)
        db.session.flush()
        local = now.astimezone(place.tz)
        monday = monday_of(local.date())
        for first in (monday - timedelta(days=7), monday, monday + timedelta(days=7)):
            _week(place, people, first, now=now)
        gather(place, people, now=now)
        # the mails of an imaginary week are written to nobody
        db.session.execute(sa.update(JournalEntry).where(JournalEntry.read_at.is_(None)).values(read_at=now))


def may_be_entered() -> bool:
    """Whether the accounts of the demonstration, whose password is known, are here. Its file may have been loaded without them."""
    addresses = [email for email, _password, _who in ACCOUNTS]
    return db.session.scalar(sa.select(Member.id).where(Member.email.in_(addresses)).limit(1)) is not None


def _join(person: Person, place: Place, *, password_hash: str, now: datetime) -> Member:
    """One person, with what they hold. Only those who may sign in have a password."""
    today = now.astimezone(place.tz).date()
    slug = person.name.lower().replace(" ", ".").replace("’", "")
    member = Member(
        email=person.email or f"{_ascii(slug)}@worklab.example",
        name=person.name,
        password_hash=password_hash if person.email else None,
        tariff_group=person.tariff_group,
        badge=person.badge,
        skills=person.skills,
        in_directory=bool(person.skills) and not person.born.startswith("201"),
        shows_presence=bool(person.skills),
        birth_date=date.fromisoformat(person.born) if person.born else None,
        guardian_name=person.guardian,
        guardian_consent_at=now if person.guardian else None,
        organisation_id=_company(person.company, now=now) if person.company else None,
        created_at=now - timedelta(days=400),
        confirmed_at=now - timedelta(days=400),
    )
    member.role_rows = [MemberRole(role=role) for role in person.roles]
    db.session.add(member)
    db.session.flush()
    db.session.add(
        Membership(
            place_id=place.id, member_id=member.id, first_day=today.replace(month=1, day=1), last_day=today.replace(month=12, day=31)
        )
    )
    _hold(person, member, place, today, now=now)
    return member


def _hold(person: Person, member: Member, place: Place, today: date, *, now: datetime) -> None:
    """Plan and clearances."""
    if person.plan:  # billed here since the month before last
        plan_id = db.session.scalars(sa.select(Plan.id).where(Plan.place_id == place.id, Plan.code == person.plan)).one()
        first = today.replace(day=1) - timedelta(days=120)
        billing.join(
            plan_id=plan_id, member_id=member.id, first_day=first, billed_from=month_before(month_before(today)), now=now, actor_id=None
        )
    given = today - timedelta(days=150)
    for name in person.clearances:
        kind = db.session.scalars(sa.select(ClearanceType).where(ClearanceType.place_id == place.id, ClearanceType.name == name)).one()
        db.session.add(
            Clearance(
                member_id=member.id,
                clearance_type_id=kind.id,
                given_on=given,
                expires_on=expiry(kind.policy, given_on=given, months=kind.months, until=kind.until),
                evidence="Initiation du samedi",
                created_at=now,
            )
        )
    for code in person.leads:
        thing_id = db.session.scalars(sa.select(Resource.id).where(Resource.place_id == place.id, Resource.code == code)).one()
        db.session.add(MachineLead(resource_id=thing_id, member_id=member.id))


def _company(name: str, *, now: datetime) -> int:
    row = db.session.scalar(sa.select(Organisation).where(Organisation.name == name))
    if row is None:
        row = Organisation(name=name, siren="732829320", email="factures@bocage.example", town="Alençon", created_at=now)
        db.session.add(row)
        db.session.flush()
    return row.id


def _residents(place: Place, people: dict[str, Member], *, now: datetime) -> None:
    """Two residents; Paul is away on two days of next week, and his desk is lent."""
    today = now.astimezone(place.tz).date()
    wednesday = today + timedelta(days=9 - today.weekday())
    for code, name in (("D1", "Paul Girard"), ("D2", "Rose Tessier")):
        desk = db.session.scalars(sa.select(Resource).where(Resource.place_id == place.id, Resource.code == code)).one()
        desk.holder_id = people[name].id
        if code == "D1":
            db.session.add(Absence(resource_id=desk.id, first_day=wednesday, last_day=wednesday + timedelta(days=1), created_at=now))
    place.settings_stamp += 1


def _week(place: Place, people: dict[str, Member], monday: date, *, now: datetime) -> None:
    """One week, booked the Friday before; then each day that is past happens: people come, or do not."""
    asked = min(at(monday - timedelta(days=3), 12 * 60, place.tz), now)
    directory = queries.directory(place)
    pool = directory.by_code("grande-salle", "pool")
    assert pool is not None
    for ahead, half, names in SEATS:
        for name in names:
            who = people[name].id
            day = monday + timedelta(days=ahead)
            _reserve(half_day_request(pool, day=day, half=half, member_id=who, actor_id=who, now=asked))
    for code, ahead, start, end, name in HOURS:
        thing = directory.by_code(code)
        assert thing is not None
        day = monday + timedelta(days=ahead)
        period = Period(at(day, _minutes(start), place.tz), at(day, _minutes(end), place.tz))
        _reserve(booking.ask([(thing, period)], member_id=people[name].id, actor_id=people[name].id, now=asked))
    _live(place, monday, now=now)


def _live(place: Place, monday: date, *, now: datetime) -> None:
    """What already happened of a week: nearly everyone signals their arrival."""
    span = Period(at(monday, 0, place.tz), min(at(monday + timedelta(days=7), 0, place.tz), now))
    if not span.is_forward:
        return
    due = queries.bookings_in(place.id, span, statuses=("confirmed",))
    for row in due:
        if row.starts_at <= now and row.id % 17:  # one in seventeen forgets
            booking.check_in(row.id, actor_id=row.member_id, now=row.starts_at)
    booking.settle_arrivals(now=now)


def _reserve(request: Request) -> None:
    """A public holiday or a closure of the day when one tries the demonstration is no reason to stop it."""
    try:
        booking.reserve(request)
    except Refused:
        return


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
