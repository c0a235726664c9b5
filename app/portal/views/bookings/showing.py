"""One booking as its page shows it, and what happened to it."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import gateways
from app.billing.queries import prepayment_of
from app.billing.rules import late_fee
from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import OCCUPYING, Booking, Kind, Status
from app.booking.rules import Thing
from app.booking.services.arriving import EARLY
from app.core import calendar, clock
from app.core.period import Period, day_period
from app.fablab import queries as fablab
from app.place.models import Place
from app.portal import queries
from app.portal.forms import NoteForm
from app.portal.queries import Happened
from app.portal.views.bookings.about import can_cancel, can_move, place_of, seconds_left, thing_of
from app.portal.views.door import bp, changed_booking, seen_booking
from app.web import typography
from app.web.downloads import taken_away

GIVEN_BACK = (Status.CANCELLED, Status.REJECTED, Status.RELEASED, Status.EXPIRED)


@bp.get("/bookings/<int:booking_id>", endpoint="booking")
def show(booking_id: int) -> ResponseReturnValue:
    found = seen_booking(booking_id)
    return page_of(found, NoteForm(data={"note": found.note}, formdata=None))


@bp.post("/bookings/<int:booking_id>/note")
def note(booking_id: int) -> ResponseReturnValue:
    found, form = changed_booking(booking_id), NoteForm()
    if not form.validate():
        return page_of(found, form), form.status
    booking.change_note(found.id, form.note.data, actor_id=current_user.id, now=clock.now())
    flash(_("Votre mot est gardé."))
    return redirect(url_for(".booking", booking_id=found.id), 303)


def page_of(found: Booking, note_form: NoteForm) -> str:
    """The page of a booking: what it is, what may still be done to it, what was."""
    place, thing, now = place_of(found), thing_of(found), clock.now()
    person = found.member if found.member_id != current_user.id else None
    return render_template(
        "portal/booking.html",
        booking=found,
        place=place,
        title=say.title(thing),
        where=say.place_of(thing, booking_queries.directory(place).things),
        others=_other_things(found, place),
        coming=_who_comes(found, place),
        when=papers.when(found.half, found.starts_at, found.ends_at, place.tz),
        state=say.state(found.status),
        person=person,
        price=found.price_cents,
        is_later=thing.rules.metered is not None,
        use=fablab.use_of_booking(found.id) if found.kind == Kind.MACHINE else None,
        covered=papers.covered(found.covered_by),
        left_due=_left_due(found),
        free_until=say.free_until_words(found.free_until, now, place.tz) if can_cancel(found, now) and found.free_until else "",
        history=[_told(line, found) for line in queries.history(found.id)],
        can_check_in=can_check_in(found, thing, now),
        no_show_at=booking.no_show_at(found, thing) if thing.rules.check_in else None,
        can_cancel=can_cancel(found, now),
        can_move=can_move(found, now),
        seconds_left=seconds_left(found.held_until, now),
        may_forgive=found.status in booking.FORGIVABLE and found.forgiven_at is None and current_user.may("override_rules"),
        may_decide=found.status == Status.PENDING and current_user.may("override_rules"),
        is_offer=found.status == Status.HELD and found.member_id == current_user.id,
        to_pay=_to_pay(found, now),
        prepaid=prepayment_of(booking.payment_ref(found)),
        takes_cards=gateways.is_ready(),
        is_back=request.args.get("paid") == "1",
        may_change=found.member_id == current_user.id or current_user.may("book_for_others"),
        note_form=note_form,
        again=url_for("coworking.thing", code=thing.code),
        given_up=_given_up(found, thing, place, now),
    )


@bp.get("/bookings/<int:booking_id>.ics")
def booking_ics(booking_id: int) -> ResponseReturnValue:
    found = seen_booking(booking_id)
    place = place_of(found)
    events = [papers.event(row, place) for row in booking_queries.in_parts(booking_queries.dated(Booking.id == found.id))]
    return taken_away(
        calendar.write(events, zone=place.tz), name=f"reservation-{found.id}.ics", content_type="text/calendar; charset=utf-8"
    )


def _given_up(found: Booking, thing: Thing, place: Place, now: datetime) -> str:
    """Where the moment that was given up may be booked again; empty once it has begun."""
    if (
        found.status not in (Status.CANCELLED, Status.LATE_CANCELLED)
        or found.starts_at <= now
        or found.member_id != current_user.id
        or not thing.bookable
    ):
        return ""
    start, end = Period(found.starts_at, found.ends_at).local(place.tz)
    if start.date() != end.date():
        return ""
    if found.half:
        return url_for("coworking.book", which=thing.code, day=start.date(), part=found.half)
    return url_for("coworking.book", which=thing.code, day=start.date(), part="hours", start=f"{start:%H:%M}", end=f"{end:%H:%M}")


def _left_due(found: Booking) -> str:
    """What became of its price once it did not take place; nothing to add when the whole of it is due."""
    if not any(part["source"] != "free" for part in found.covered_by):
        return ""
    is_late = found.status == Status.LATE_CANCELLED
    if found.forgiven_at or found.status in GIVEN_BACK or (is_late and found.late_fee_percent == 0):
        return _("tout est rendu")
    if is_late and found.price_cents and found.late_fee_percent < 100:
        fee = late_fee(found.price_cents, found.late_fee_percent)
        return _("annulée tard : %(fee)s restent dus", fee=typography.words().money(fee))
    return ""


def _to_pay(found: Booking, now: datetime) -> int | None:
    """What is to be paid for what is kept meanwhile; none for an offer of the waiting list."""
    is_mine = found.status == Status.HELD and found.member_id == current_user.id
    if not is_mine or found.held_until is None or found.held_until <= now or queries.offer_entry(found.id) is not None:
        return None
    return booking.price_of_hold(found, now=now)


def _who_comes(found: Booking, place: Place) -> list[str]:
    """Who else has a machine that day, of those who let it be seen: for who comes for a machine."""
    if found.kind != Kind.MACHINE or found.status not in OCCUPYING or found.member_id != current_user.id:
        return []
    day = day_period(found.starts_at.astimezone(place.tz).date(), place.tz)
    words = typography.words()
    people = fablab.who_comes(place.id, day, seen_by=current_user.id)
    return [f"{one.name} ({one.machine}, {words.hours_range(one.starts_at, one.ends_at, place.tz)})" for one in people]


def can_check_in(found: Booking, thing: Thing, now: datetime) -> bool:
    """Whether « J’arrive » would be heard now."""
    if found.status != Status.CONFIRMED or not thing.rules.check_in or not found.starts_at - EARLY <= now < found.ends_at:
        return False
    limit = booking.no_show_at(found, thing)
    return limit is None or now < limit


def _other_things(found: Booking, place: Place) -> list[str]:
    """What it holds besides, when it holds several things."""
    things = booking_queries.directory(place)
    ids = {row.resource_id for row in found.occupancies if row.active and row.holder != "space"} - {found.resource_id}
    return sorted(say.title(things.any(thing_id)) for thing_id in ids)


def _told(line: Happened, found: Booking) -> tuple[datetime, str, str]:
    """When, what, by whom (« vous », or « Max pour Leo »)."""
    what = {
        "booking.held": _("gardée"),
        "booking.held_offer": _("proposée depuis la liste d’attente"),
        "booking.pending": _("demandée"),
        "booking.confirmed": _("confirmée"),
        "booking.checked_in": _("arrivée notée"),
        "booking.done": _("terminée"),
        "booking.cancelled": _("annulée"),
        "booking.late_cancelled": _("annulée tard"),
        "booking.no_show": _("personne n’est venu"),
        "booking.rejected": _("refusée"),
        "booking.released": _("rendue"),
        "booking.expired": _("délai passé"),
        "booking.moved": _("déplacée"),
        "booking.reseated": _("places changées"),
        "booking.forgiven": _("effacée : rien n’en est gardé sur le compte"),
        "booking.on_trust": _("prise d’avance, sur la confiance"),
        "booking.noted": _("mot changé"),
    }[line.event]
    if line.actor_id is None:
        who = _("par le lieu")
    elif line.actor_id == current_user.id:
        who = _("par vous")
    else:
        who = _("par %(name)s", name=line.actor)
    if line.actor_id is not None and line.actor_id != found.member_id and line.event != "booking.rejected":
        who += _(" pour %(name)s", name=_("vous") if found.member_id == current_user.id else found.member.name)
    return line.at, what, who
