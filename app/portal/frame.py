"""What every page asks about this house: who we are, where one may go, whether it is open, who is here."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.cache import Stamped
from app.members.rules import STAFF
from app.place import queries as place_queries
from app.place.models import Place
from app.place.rules import Calendar
from app.web import i18n, typography
from app.web.registry import Identity, NavItem

NOBODYS = Identity(name="Worklab", zone=ZoneInfo("Europe/Paris"))  # a house without a lieu yet
_identities: Stamped[Identity] = Stamped()
_openings: Stamped[str] = Stamped()
LEARNING = frozenset(("trainee", "trainer", "head_of_course"))  # for them the course is nearer than the lieu
DAYS_LOOKED = 40  # to find when it opens again


def identity() -> Identity:
    place = place_queries.at_hand()
    if place is None:
        return NOBODYS
    return _identities.get(place.id, place.settings_stamp, lambda: _identity(place))


def _identity(place: Place) -> Identity:
    return Identity(
        name=place.name,
        short_name=place.short_name,
        zone=place.tz,
        street=place.street,
        postcode=place.postal_code,
        town=place.town,
        email=place.email,
        phone=place.phone,
        legal_form=place.legal_form,
        siret=place.siret,
        rna=place.rna,
        nda=place.training_number,
        has_others=place_queries.has_others(place),
    )


def navigation() -> Sequence[NavItem]:
    """Four places to go; a fifth, with shorter words, for who runs the lieu."""
    known = current_user.is_authenticated
    return _bar(i18n.language(), is_known=known, is_staff=is_staff(), learns=known and not LEARNING.isdisjoint(current_user.roles))


@lru_cache(maxsize=8 * len(i18n.LANGUAGES))
def _bar(_language: str, *, is_known: bool, is_staff: bool, learns: bool) -> Sequence[NavItem]:
    """The same for all those who may go to the same places: made once."""
    if not is_known:
        return [
            NavItem("place", _("Le lieu"), "/"),
            NavItem("week", _("La semaine"), "/#semaine"),
            NavItem("enter", _("Entrer"), "/login"),
        ]
    if is_staff:
        return [
            NavItem("week", _("Semaine"), "/me"),
            NavItem("book", _("Réserver"), "/coworking/"),
            NavItem("place", _("Le lieu"), "/place"),
            NavItem("account", _("Compte"), "/billing/"),
            NavItem("manage", _("Gérer"), "/manage/"),
        ]
    return [
        NavItem("week", _("Ma semaine"), "/me"),
        NavItem("book", _("Réserver"), "/coworking/"),
        NavItem("course", _("Formation"), "/courses/") if learns else NavItem("place", _("Le lieu"), "/place"),
        NavItem("account", _("Mon compte"), "/billing/"),
    ]


def open_now() -> str:
    """« Ouvert jusqu’à 18 h 30 », or when it opens."""
    place = place_queries.at_hand()
    if place is None:
        return ""
    now = clock.now()
    return _openings.get((place.id, i18n.language()), (place.settings_stamp, int(now.timestamp()) // 60), lambda: _opening(place, now))


def language() -> str | None:
    """The language that this person asked for once and for all."""
    chosen: str | None = current_user.locale
    return chosen


def is_staff() -> bool:
    return not STAFF.isdisjoint(current_user.roles)


def _opening(place: Place, now: datetime) -> str:
    calendar, local = place_queries.calendar(place.id), now.astimezone(place.tz)
    minute, say = local.hour * 60 + local.minute, typography.words()
    today = [] if calendar.closure_on(local.date()) else calendar.spans(local.date())
    for opens, closes in today:
        if opens <= minute < closes:
            return str(_("Ouvert jusqu’à %(hour)s", hour=say.hour_at(closes)))
        if minute < opens:
            return str(_("Ouvre à %(hour)s", hour=say.hour_at(opens)))
    found = _next_opening(calendar, local.date())
    if found is None:
        return str(_("Fermé"))
    day, opens = found
    if day == local.date() + timedelta(days=1):
        return str(_("Ouvre demain à %(hour)s", hour=say.hour_at(opens)))
    return str(_("Ouvre %(day)s à %(hour)s", day=say.day(day), hour=say.hour_at(opens)))


def _next_opening(calendar: Calendar, today: date) -> tuple[date, int] | None:
    for ahead in range(1, DAYS_LOOKED):
        day = today + timedelta(days=ahead)
        spans = [] if calendar.closure_on(day) else calendar.spans(day)
        if spans:
            return day, spans[0][0]
    return None
