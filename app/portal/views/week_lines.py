"""Ma semaine, the lines of a day: one shape for whatever one goes to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from app.booking import views as say
from app.booking.models import Status
from app.booking.queries import Directory
from app.core.period import at
from app.courses.queries import Slot
from app.courses.views.timetables import state_of, where_of
from app.coworking.models import Event, SignUp
from app.fablab.models import Companion, Training, TrainingSeat
from app.place.models import Place
from app.portal.queries import Own
from app.web import typography


@dataclass(frozen=True, slots=True)
class Line:
    """What one goes to, at its hour."""

    at: str
    hours: str
    title: str
    detail: str
    sign: str
    word: str
    href: str


def booked(own: list[Own], day: date, place: Place, things: Directory) -> Iterator[Line]:
    words, (begins, ends) = typography.words(), (at(day, 0, place.tz), at(day, 1440, place.tz))
    for one in own:
        if not (one.starts_at < ends and one.ends_at > begins):
            continue
        thing = things.any(one.resource_id)
        start = one.starts_at.astimezone(place.tz)
        cover = say.covered(one.covered_by, one.price_cents, start.date()) if one.status != Status.HELD else ""
        detail = [_("pour %(name)s", name=one.guest_name) if one.guest_name else "", say.place_of(thing, things.things), cover, one.note]
        sign, word = say.state(one.status)
        yield Line(
            start.isoformat(timespec="minutes"),
            words.hours_range(max(one.starts_at, begins), min(one.ends_at, ends), place.tz),
            say.title(thing),
            words.opening(", ".join(filter(None, detail))),
            sign,
            word,
            url_for(".booking", booking_id=one.id),
        )


def sessions(slots: list[Slot], day: date, place: Place) -> Iterator[Line]:
    words = typography.words()
    for slot in slots:
        if slot.day == day:
            yield Line(
                slot.starts_at.astimezone(place.tz).isoformat(timespec="minutes"),
                words.hours_range(slot.starts_at, slot.ends_at, place.tz),
                slot.title,
                ", ".join(filter(None, (slot.cohort, where_of(slot)))),
                *state_of(slot),
                url_for("courses.session", session_id=slot.id),
            )


def events(seats: list[tuple[SignUp, Event]], day: date, place: Place) -> Iterator[Line]:
    """The lieu's events that one signed up for."""
    words = typography.words()
    for row, event in seats:
        if event.starts_at.astimezone(place.tz).date() != day:
            continue
        sign, word = {"in": ("mine", _("inscrit")), "waiting": ("wait", _("en attente")), "offered": ("wait", _("place gardée"))}[row.state]
        if event.state == "cancelled":
            sign, word = "down", _("annulé")
        start = event.starts_at.astimezone(place.tz)
        hours = words.hours_range(event.starts_at, event.ends_at, place.tz)
        yield Line(
            start.isoformat(timespec="minutes"),
            hours,
            event.title,
            event.elsewhere,
            sign,
            word,
            url_for("agenda.event", event_id=event.id),
        )


def trainings(seats: list[TrainingSeat], day: date, place: Place) -> Iterator[Line]:
    words = typography.words()
    for seat in seats:
        start = seat.training.starts_at.astimezone(place.tz)
        if start.date() != day or seat.training.place_id != place.id:
            continue
        sign, word = ("mine", _("votre place est prise")) if seat.state == "enrolled" else ("wait", _("en liste d’attente"))
        yield Line(
            start.isoformat(timespec="minutes"),
            words.hours_range(seat.training.starts_at, seat.training.ends_at, place.tz),
            seat.training.title,
            _("Avec %(name)s", name=seat.training.trainer.name),
            sign,
            word,
            url_for("fablab.training", training_id=seat.training_id),
        )


def trainings_led(led: list[Training], day: date, place: Place) -> Iterator[Line]:
    """The initiations that one leads: who comes is on their page."""
    words = typography.words()
    for training in led:
        start = training.starts_at.astimezone(place.tz)
        if start.date() != day or training.place_id != place.id:
            continue
        yield Line(
            start.isoformat(timespec="minutes"),
            words.hours_range(training.starts_at, training.ends_at, place.tz),
            training.title,
            _("Vous l’animez"),
            *(("done", _("passé")) if training.state == "done" else ("mine", _("à animer"))),
            url_for("fablab.training", training_id=training.id),
        )


def company(joined: list[Companion], day: date, place: Place) -> Iterator[Line]:
    """Where one goes too, on a machine that nobody may use alone."""
    words = typography.words()
    for one in joined:
        start = one.booking.starts_at.astimezone(place.tz)
        if start.date() == day and one.booking.place_id == place.id:
            sign, word = say.state(one.booking.status)
            yield Line(
                start.isoformat(timespec="minutes"),
                words.hours_range(one.booking.starts_at, one.booking.ends_at, place.tz),
                one.booking.resource.name,
                _("Avec %(name)s", name=one.booking.member.name),
                sign,
                word,
                url_for("fablab.one_company", booking_id=one.booking_id),
            )
