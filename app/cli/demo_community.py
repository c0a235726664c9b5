"""The demonstration's life beside the desks: two events with seats, a few words to everybody, keys lent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.booking import queries as booking
from app.core.period import Period, at
from app.core.refusals import Refused
from app.coworking.services import announcements, events, keys
from app.members.models import Member
from app.place.models import Place

PATIENCE = 6  # weeks that an event waits for a day when its room is open and free


@dataclass(frozen=True, slots=True)
class Gathering:
    """An event in a room, on a day of the week, and who signed up, in order."""

    title: str
    text: str
    room: str
    weekday: int
    hours: tuple[time, time]
    seats: int
    people: Sequence[str]


GATHERINGS = (
    Gathering(
        "Repair café",
        "Apportez ce qui ne marche plus\u202f: grille-pain, lampe, jouet, vélo. On répare ensemble, on repart avec ou on a appris pourquoi.",
        "classe",
        3,
        (time(18, 30), time(21, 0)),
        14,
        ("Jean-Pierre Fournier", "Claire Lambert", "Max Roussel", "Marie-Odile Blanchet", "Camille Aubert"),
    ),
    Gathering(
        "Tourner une toupie sur bois",
        "Pour débuter, dès dix ans avec un adulte. Le bois, les gouges et les lunettes sont là\u202f; manches courtes conseillées.",
        "atelier-bois",
        5,
        (time(9, 0), time(11, 30)),
        4,
        ("Zoé Lambert", "Claire Lambert", "Yann Le Goff", "Lucie Perrot", "Léa Marchand"),  # one more than seats: she waits
    ),
)

# (what it is, what is written on it, what it opens, who has it)
KEYS = (
    ("key", "C1", "Porte de la cour", "Paul Girard"),
    ("key", "C2", "Porte de la cour", "Rose Tessier"),
    ("key", "S1", "Salle de réunion", "Mairie de Boitron"),
    ("key", "S2", "Salle de réunion", ""),
    ("badge", "B-07", "Portail, jour et nuit", "Thomas Vasseur"),
    ("badge", "B-08", "Portail, jour et nuit", ""),
)
DEPOSIT = 2000  # cents


def gather(place: Place, people: Mapping[str, Member], *, now: datetime) -> None:
    """What the manager announced and lent in the days before."""
    manager = people["Inès Caron"]
    today = now.astimezone(place.tz).date()
    for gathering in GATHERINGS:
        ahead = timedelta(days=(gathering.weekday - today.weekday() - 1) % 7 + 1)  # from tomorrow on
        _announce(gathering, place, people, today + ahead, manager, now=now)
    announcements.say_to_all(
        place_id=place.id,
        title="La fibre sera coupée un quart d’heure",
        text="Vendredi, de 12\u00a0h\u00a030 à 12\u00a0h\u00a045, le temps de changer un boîtier. Le café est offert pendant ce temps.",
        first_day=today,
        last_day=today + timedelta(days=9),
        public=False,
        actor_id=manager.id,
        now=now,
    )
    for kind, mark, opens, name in KEYS:
        key = keys.add_key(place_id=place.id, kind=kind, mark=mark, opens=opens, actor_id=manager.id, now=now)
        if name:
            keys.lend_key(key, member_id=people[name].id, deposit_cents=DEPOSIT, actor_id=manager.id, now=now)


def _announce(gathering: Gathering, place: Place, people: Mapping[str, Member], first_day: date, manager: Member, *, now: datetime) -> None:
    """On that day, or a week later when the lieu is closed or the room taken."""
    room = booking.directory(place).by_code(gathering.room)
    for later in range(PATIENCE):
        day = first_day + timedelta(weeks=later)
        starts_at, ends_at = (at(day, hour.hour * 60 + hour.minute, place.tz) for hour in gathering.hours)
        said = events.Described(gathering.title, gathering.text, Period(starts_at, ends_at), gathering.seats, public=True)
        try:
            event = events.announce_event(place_id=place.id, said=said, room=room, actor_id=manager.id, now=now)
        except Refused:
            continue
        for name in gathering.people:
            events.sign_up(event.id, member_id=people[name].id, actor_id=people[name].id, now=now)
        return
