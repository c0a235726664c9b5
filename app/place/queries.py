"""Reads of the lieu."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import abort, g, has_request_context, session

from app.core.cache import Stamped
from app.core.db import db, is_writing, table
from app.core.prepared import Prepared
from app.place import gateways
from app.place.models import Closure, OpeningException, OpeningHours, Place
from app.place.rules import Calendar, ClosedDays
from app.web import i18n

_calendars: Stamped[Calendar] = Stamped()
_PLACE = table(Place)


# ---------------------------------------------------------------- the lieu at hand


@dataclass(frozen=True, slots=True)
class AtHand:
    """The lieu of this page, as every page reads it: one plain row. What is asked more rarely is found in the lieu itself."""

    id: int
    name: str
    zone: str
    badge_all_hours: bool
    tab_cap_cents: int
    trust_units: int
    calendar_stamp: int
    settings_stamp: int

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(db.session.get_one(Place, self.id), name)


# For who asks something else at the same time: the columns of the lieu at hand, and which it is.
COLUMNS = [_PLACE.c[field.name] for field in fields(AtHand)]
IS_AT_HAND = _PLACE.c.id == sa.func.coalesce(
    sa.bindparam("chosen_place", type_=sa.Integer), sa.select(sa.func.min(_PLACE.c.id)).scalar_subquery()
)
_AT_HAND = Prepared(sa.select(*COLUMNS).where(IS_AT_HAND))


def chosen() -> int | None:
    """The lieu that this browser has chosen, in a house that has several."""
    return session.get("place") if has_request_context() else None


def remember(row: Sequence[Any]) -> None:
    """The lieu at hand, from the `COLUMNS` that another question brought back."""
    if row[0] is not None:
        g.place = AtHand(*row)


def forget() -> None:
    """It has just been changed: it is read again when it is asked next."""
    g.pop("place", None)


def current() -> Place:
    """The lieu at hand: the one chosen in the browser's session when there are several, else the first."""
    found = at_hand()
    if found is None:
        abort(503)
    return found


def at_hand() -> Place | None:
    """The same, or none in a house that has no lieu yet."""
    if "place" not in g:
        asked = [chosen(), None] if chosen() else [None]  # the one chosen may be gone
        rows = (_AT_HAND.first(chosen_place=one) for one in asked)
        found = next(filter(None, rows), None)
        g.place = AtHand(*found) if found else None
    return cast("Place | None", g.place)


def lieu(place_id: int) -> Place:
    """A lieu; the one at hand costs nothing more. Whoever writes reads it afresh."""
    at_hand = None if is_writing() else g.get("place")
    return cast("Place", at_hand) if at_hand is not None and at_hand.id == place_id else db.session.get_one(Place, place_id)


def by_id(place_id: int) -> Place:
    return db.session.get_one(Place, place_id)


def day_at(place_id: int, moment: datetime) -> date:
    """The civil day of a moment where the lieu stands, whatever the server's zone."""
    return moment.astimezone(by_id(place_id).tz).date()


def places() -> list[Place]:
    return list(db.session.scalars(sa.select(Place).order_by(Place.id)))


def has_others(place: Place) -> bool:
    """Whether this house serves another lieu too; with only one, no page mentions the choice."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Place.id != place.id))))


def calendar(place_id: int) -> Calendar:
    """When the lieu is open; kept in the process while its settings stay the same."""
    place = lieu(place_id)
    return _calendars.get(place_id, place.settings_stamp, lambda: _read_calendar(place))


def _read_calendar(place: Place) -> Calendar:
    exceptions = db.session.scalars(sa.select(OpeningException).where(OpeningException.place_id == place.id))
    closures = db.session.scalars(
        sa.select(Closure).where(Closure.place_id == place.id, Closure.cancelled.is_(False)).order_by(Closure.first_day)
    )
    return Calendar(
        zone=place.tz,
        weekly=week(place.id),
        exceptions={row.day: [(span[0], span[1]) for span in row.spans] for row in exceptions},
        holidays=PublicHolidays(place.holidays_country, place.holidays_subdivision),
        closures=[ClosedDays(row.first_day, row.last_day, row.label) for row in closures],
        morning=(place.morning_from, place.morning_to),
        afternoon=(place.afternoon_from, place.afternoon_to),
    )


def week(place_id: int) -> dict[int, list[tuple[int, int]]]:
    """The usual hours by weekday, 0 is Monday; a day that is not there is closed."""
    found: dict[int, list[tuple[int, int]]] = {}
    for row in db.session.scalars(sa.select(OpeningHours).where(OpeningHours.place_id == place_id).order_by(OpeningHours.opens)):
        found.setdefault(row.weekday, []).append((row.opens, row.closes))
    return found


def announced(place_id: int, *, since: date) -> list[OpeningException]:
    """The days with hours of their own, in order."""
    days = sa.select(OpeningException).where(OpeningException.place_id == place_id, OpeningException.day >= since)
    return list(db.session.scalars(days.order_by(OpeningException.day).execution_options(populate_existing=True)))


def announced_on(place_id: int, day: date) -> OpeningException | None:
    return db.session.scalar(sa.select(OpeningException).where(OpeningException.place_id == place_id, OpeningException.day == day))


def closures(place_id: int, *, since: date) -> list[Closure]:
    """The closures that end that day or later, in order."""
    standing = sa.select(Closure).where(Closure.place_id == place_id, Closure.cancelled.is_(False), Closure.last_day >= since)
    return list(db.session.scalars(standing.order_by(Closure.first_day, Closure.id)))


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country, year by year as they are asked, named in the reader's language; Alsace is `6AE`, Moselle `57`."""

    country: str
    subdivision: str

    def get(self, day: date) -> str | None:
        if day not in _holidays_around(self.country, self.subdivision, day.year)[i18n.LANGUAGES[0]]:
            return None  # nearly every day: in no language
        return self._named(day.year).get(day)

    def of_year(self, year: int) -> list[tuple[date, str]]:
        return sorted((day, name) for day, name in self._named(year).items() if day.year == year)

    def _named(self, year: int) -> Mapping[date, str]:
        return _holidays_around(self.country, self.subdivision, year)[i18n.language()]


def has_public_holidays(country: str) -> bool:
    return bool(gateways.public_holidays(country, "", first_year=2000))


def _holidays_around(country: str, subdivision: str, year: int) -> Mapping[str, Mapping[date, str]]:
    return _holidays_of(country, subdivision, year - year % gateways.YEARS)


@lru_cache(maxsize=32)
def _holidays_of(country: str, subdivision: str, first_year: int) -> Mapping[str, Mapping[date, str]]:
    """Those of many years, in each language; whole before anyone reads it."""
    found = gateways.public_holidays(country, subdivision, first_year=first_year)
    return {
        language: {day: name.replace("'", "’").replace("Labor", "Labour") for day, name in days.items()} for language, days in found.items()
    }
