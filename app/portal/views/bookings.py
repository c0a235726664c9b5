"""One booking: what it is, what happened to it, and every gesture that changes it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.models import Booking, Series, SeriesDate, Status
from app.booking.rules import Thing, reasons_typed
from app.booking.services import Refund
from app.booking.services.arriving import EARLY
from app.core import calendar, clock
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking.services import half_day_request
from app.place.models import Place
from app.portal import queries
from app.portal.forms import CancelForm, MoveHalfForm, MoveHoursForm, NoteForm, RejectForm
from app.portal.queries import Happened
from app.portal.views.door import bp, by_lieu, changed_booking, seen_booking
from app.web import typography
from app.web.security import safe_next

FAR = date(2100, 12, 31)


def place_of(found: Booking) -> Place:
    return db.session.get_one(Place, found.place_id)


def thing_of(found: Booking) -> Thing:
    return booking_queries.directory(place_of(found)).any(found.resource_id)


def words_of(found: Booking) -> str:
    """« Poste A3, mardi 8 décembre, le matin »."""
    return f"{say.title(thing_of(found))}, {papers.when(found.half, found.starts_at, found.ends_at, place_of(found).tz)}"


# ---------------------------------------------------------------- seen


@bp.get("/bookings/<int:booking_id>", endpoint="booking")
def show(booking_id: int) -> ResponseReturnValue:
    found = seen_booking(booking_id)
    place, thing, now = place_of(found), thing_of(found), clock.now()
    person = found.member if found.member_id != current_user.id else None
    return render_template(
        "portal/booking.html",
        booking=found,
        place=place,
        title=say.title(thing),
        where=say.place_of(thing, booking_queries.directory(place).things),
        others=_other_things(found, place),
        when=papers.when(found.half, found.starts_at, found.ends_at, place.tz),
        state=say.state(found.status),
        person=person,
        price=found.price_cents,
        covered=papers.covered(found.covered_by),
        free_until=say.free_until_words(found.free_until, now, place.tz) if _can_cancel(found, now) and found.free_until else "",
        history=[_told(line, found) for line in queries.history(found.id)],
        can_check_in=can_check_in(found, thing, now),
        no_show_at=booking.no_show_at(found, thing) if thing.rules.check_in else None,
        can_cancel=_can_cancel(found, now),
        can_move=_can_move(found, now),
        may_decide=found.status == Status.PENDING and current_user.may("override_rules"),
        is_offer=found.status == Status.HELD and found.member_id == current_user.id,
        may_change=found.member_id == current_user.id or current_user.may("book_for_others"),
        note_form=NoteForm(data={"note": found.note}, formdata=None),
        again=url_for("coworking.thing", code=thing.code),
    )


@bp.get("/bookings/<int:booking_id>.ics")
def booking_ics(booking_id: int) -> ResponseReturnValue:
    found = seen_booking(booking_id)
    place = place_of(found)
    events = [papers.event(row, place) for row in booking_queries.dated(Booking.id == found.id)]
    answer = Response(calendar.write(events, zone=place.tz), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="reservation-{found.id}.ics"'
    return answer


def can_check_in(found: Booking, thing: Thing, now: datetime) -> bool:
    """Whether « J’arrive » would be heard now."""
    if found.status != Status.CONFIRMED or not thing.rules.check_in or not found.starts_at - EARLY <= now < found.ends_at:
        return False
    limit = booking.no_show_at(found, thing)
    return limit is None or now < limit


def _can_cancel(found: Booking, now: datetime) -> bool:
    return found.status in (Status.PENDING, Status.CONFIRMED) and found.ends_at > now


def _can_move(found: Booking, now: datetime) -> bool:
    return found.status in (Status.PENDING, Status.CONFIRMED) and found.starts_at > now


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
        "booking.noted": _("mot changé"),
    }[line.event]
    if line.actor_id is None:
        who = _("par le lieu")
    elif line.actor_id == current_user.id:
        who = _("par vous")
    else:
        who = _("par %(name)s", name=line.actor)
    if line.actor_id is not None and line.actor_id != found.member_id:
        who += _(" pour %(name)s", name=_("vous") if found.member_id == current_user.id else found.member.name)
    return line.at, what, who


# ---------------------------------------------------------------- arrived, accepted, noted


@bp.post("/bookings/<int:booking_id>/check-in")
def check_in(booking_id: int) -> ResponseReturnValue:
    found = changed_booking(booking_id)
    try:
        booking.check_in(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(found, refused)
    flash(
        _("Bienvenue ! Votre arrivée est notée.") if not by_lieu(found) else _("L’arrivée de %(name)s est notée.", name=found.member.name)
    )
    return _back(found)


@bp.post("/bookings/<int:booking_id>/acceptance")
def accept(booking_id: int) -> ResponseReturnValue:
    """The place that was kept becomes a booking."""
    found = seen_booking(booking_id)
    if found.member_id != current_user.id:
        abort(404)
    try:
        booking.confirm_hold(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(found, refused)
    flash(_("C’est réservé : %(what)s.", what=words_of(found)))
    return redirect(url_for(".booking", booking_id=found.id), 303)


@bp.post("/bookings/<int:booking_id>/refusal")
def decline(booking_id: int) -> ResponseReturnValue:
    """The place that was kept goes to the next in line."""
    found = seen_booking(booking_id)
    entry_id = queries.offer_entry(found.id)
    if found.member_id != current_user.id:
        abort(404)
    if entry_id is not None:
        booking.leave_waitlist(entry_id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    flash(_("C’est noté : la place est proposée à la personne suivante."))
    return redirect(url_for(".week"), 303)


@bp.post("/bookings/<int:booking_id>/note")
def note(booking_id: int) -> ResponseReturnValue:
    found, form = changed_booking(booking_id), NoteForm()
    if not form.validate():
        abort(400)
    booking.change_note(found.id, form.note.data, actor_id=current_user.id, now=clock.now())
    flash(_("Votre mot est gardé."))
    return redirect(url_for(".booking", booking_id=found.id), 303)


@bp.post("/waitlist/<int:entry_id>/departure")
def leave_waitlist(entry_id: int) -> ResponseReturnValue:
    """Wait no longer; an offer that was open goes to the next."""
    booking.leave_waitlist(entry_id, member_id=current_user.id, actor_id=current_user.id, now=clock.now())
    flash(_("Vous n’êtes plus sur cette liste d’attente."))
    return redirect(url_for(".week"), 303)


# ---------------------------------------------------------------- moved


@bp.route("/bookings/<int:booking_id>/move", methods=["GET", "POST"])
def move(booking_id: int) -> ResponseReturnValue:
    found = changed_booking(booking_id)
    place, thing, now = place_of(found), thing_of(found), clock.now()
    if not _can_move(found, now):
        return redirect(url_for(".booking", booking_id=found.id))
    form = _move_form(found, place)
    if form.validate_on_submit():
        try:
            moved = _moved(found, thing, place, form, now)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est déplacé : %(what)s.", what=words_of(moved)))
            return redirect(url_for(".booking", booking_id=moved.id), 303)
    status = form.status
    if isinstance(form, MoveHoursForm) and not (form.refused and "ambiguous_time" in form.refused.codes) and not form.clock.data:
        del form.clock  # asked only where it matters
    return render_template("portal/move.html", form=form, booking=found, what=words_of(found), place=place), status


def _move_form(found: Booking, place: Place) -> MoveHalfForm | MoveHoursForm:
    start, end = Period(found.starts_at, found.ends_at).local(place.tz)
    form: MoveHalfForm | MoveHoursForm
    if found.half is not None:
        form = MoveHalfForm(data={"day": start.date(), "half": found.half})
    else:
        form = MoveHoursForm(data={"day": start.date(), "start": start.time(), "end": end.time()})
        if found.series_id is None:
            del form.following
    if not current_user.may("override_rules"):
        del form.override_reason
    return form


def _moved(found: Booking, thing: Thing, place: Place, form: MoveHalfForm | MoveHoursForm, now: datetime) -> Booking:
    override = form.override_reason.data if "override_reason" in form else ""
    if isinstance(form, MoveHalfForm):
        return _moved_half(found, thing, place, form, override, now)
    start, end = _hours_of(form, place)
    if "following" in form and form.following.data:
        wall = start.astimezone(place.tz).replace(tzinfo=None)
        booking.move_following(found.id, start=wall, minutes=Period(start, end).minutes, actor_id=current_user.id, now=now)
        return seen_booking(found.id)
    request_ = booking.request_to_move(found, starts_at=start, ends_at=end, actor_id=current_user.id, now=now)
    return booking.move(found.id, replace(request_, override_reason=override))


def _moved_half(found: Booking, thing: Thing, place: Place, form: MoveHalfForm, override: str, now: datetime) -> Booking:
    """The same seat when it is free then, else another of its pool."""
    things = booking_queries.directory(place)
    pool = things.things.get(thing.pool_id or 0)
    for last, wanted in ((pool is None, thing), *(((True, pool),) if pool else ())):
        asked = half_day_request(
            wanted,
            day=form.day.data,
            half=form.half.data,
            member_id=found.member_id,
            actor_id=current_user.id,
            now=now,
            note=found.note,
            guest_name=found.guest_name,
            override_reason=override,
        )
        asked = replace(asked, moving_id=found.id, organisation_id=found.organisation_id, series_id=found.series_id)
        if last or booking.preview(asked).ok:
            return booking.move(found.id, asked)
    raise AssertionError("the last one is tried whatever the preview says")


def _hours_of(form: MoveHoursForm, place: Place) -> tuple[datetime, datetime]:
    """What was typed, as instants; an evening may end after midnight."""
    after_midnight = form.end.data <= form.start.data and form.start.data.hour >= 12 > form.end.data.hour
    walls = (
        datetime.combine(form.day.data, form.start.data),
        datetime.combine(form.day.data + timedelta(days=int(after_midnight)), form.end.data),
    )
    for wall in walls:
        if reasons := list(reasons_typed(wall, place.tz, says_which=bool(form.clock.data))):
            raise Refused(*reasons)
    start, end = (wall.replace(tzinfo=place.tz, fold=int(form.clock.data == "winter")) for wall in walls)
    return start.astimezone(UTC), end.astimezone(UTC)


# ---------------------------------------------------------------- cancelled


@bp.route("/bookings/<int:booking_id>/cancellation", methods=["GET", "POST"])
def cancellation(booking_id: int) -> ResponseReturnValue:
    """What comes back is said before it is confirmed."""
    found = changed_booking(booking_id)
    now, lieu = clock.now(), by_lieu(found)
    scopes = _scopes(found)
    form = CancelForm()
    form.shape(scopes, by_lieu=lieu)
    try:
        refund = booking.refund_of(found, now=now, by_lieu=lieu)
    except Refused as refused:
        return _refused(found, refused)
    if form.validate_on_submit():
        try:
            return _cancelled(found, form, now)
        except Refused as refused:
            form.refuse(refused)
    answer = render_template(
        "confirm.html",
        title=_("Annuler : %(what)s ?", what=words_of(found)),
        sentences=[refund_words(found, refund)],
        action=url_for(".cancellation", booking_id=found.id),
        yes=_("Annuler la réservation"),
        back=url_for(".booking", booking_id=found.id),
        danger=True,
        form=form,
        here="week",
    )
    return answer, form.status


def refund_words(found: Booking, refund: Refund) -> str:
    """What comes back, and what does not."""
    say_, back = typography.words(), []
    if refund.half_days:
        back.append(say_.plural(refund.half_days, _("une demi-journée"), _("{n} demi-journées")))
    if refund.minutes:
        back.append(say_.minutes(refund.minutes))
    if refund.cents:
        back.append(say_.money(refund.cents))
    kept = refund.is_late and (refund.fee_cents or not back)
    whose = _("vous") if found.member_id == current_user.id else found.member.name
    if not kept:
        if not back:
            return _("Elle ne coûtait rien : rien n’est dû.")
        if whose != _("vous"):
            return _("Tout revient à %(name)s : %(what)s.", name=whose, what=say_.listed(back))
        return _("Tout vous revient : %(what)s.", what=say_.listed(back))
    due = say_.money(refund.fee_cents) if refund.fee_cents else _("ce qui a été pris sur votre compte")
    if not back:
        return _("Il est trop tard pour annuler gratuitement : %(due)s reste dû. La place sera rendue aux autres.", due=due)
    return _("Il est trop tard pour annuler gratuitement : %(due)s reste dû, %(what)s vous revient.", due=due, what=say_.listed(back))


def _scopes(found: Booking) -> list[tuple[str, str]]:
    if found.series_id is None:
        return [("this", _("Cette réservation"))]
    count = len([row for row in booking.dates_of(found.series_id) if row.state == "booked" and row.original_start >= found.starts_at])
    return [
        ("this", _("Cette date seulement")),
        ("following", typography.words().plural(count, _("Cette date et la suivante"), _("Cette date et les suivantes ({n})"))),
        ("all", _("Toutes les dates à venir de la série")),
    ]


def _cancelled(found: Booking, form: CancelForm, now: datetime) -> ResponseReturnValue:
    lieu, place = by_lieu(found), place_of(found)
    scope = form.scope.data if "scope" in form else "this"
    if scope == "this" or found.series_id is None:
        reason = form.reason.data if "reason" in form else ""
        done = booking.cancel(booking_id=found.id, actor_id=current_user.id, by_lieu=lieu, now=now, reason=reason)
        flash(_("C’est annulé : %(what)s.", what=words_of(done.booking)) + " " + refund_words(found, done.refund))
    else:
        first = found.starts_at.astimezone(place.tz).date() if scope == "following" else now.astimezone(place.tz).date()
        gone = booking.cancel_dates(found.series_id, first_day=first, last_day=FAR, actor_id=current_user.id, by_lieu=lieu, now=now)
        flash(typography.words().plural(len(gone), _("Une date est annulée."), _("{n} dates sont annulées.")))
    return _back(found)


# ---------------------------------------------------------------- series


@bp.get("/series/<int:series_id>")
def series(series_id: int) -> ResponseReturnValue:
    """Every date of a repetition; the skipped ones can be taken up again."""
    rows = booking.dates_of(series_id)
    owner = _series_owner(series_id)
    if owner is None or (owner.member_id != current_user.id and not current_user.may("see_all_bookings")):
        abort(404)
    place = db.session.get_one(Place, owner.place_id)
    thing = booking_queries.directory(place).any(owner.resource_id)
    now = clock.now()
    return render_template(
        "portal/series.html",
        title=say.title(thing),
        place=place,
        half=owner.whole_half,
        rows=rows,
        words={"booked": _("réservée"), "skipped": _("sautée"), "refused": _("refusée"), "cancelled": _("annulée")},
        signs={"booked": "mine", "skipped": "busy", "refused": "down", "cancelled": "busy"},
        now=now,
        may_change=owner.member_id == current_user.id or current_user.may("book_for_others"),
    )


@bp.post("/series/dates/<int:date_id>/booking")
def rebook(date_id: int) -> ResponseReturnValue:
    """A skipped date, taken up again in one click."""
    row = db.session.get(SeriesDate, date_id)
    owner = _series_owner(row.series_id) if row is not None else None
    if row is None or owner is None or (owner.member_id != current_user.id and not current_user.may("book_for_others")):
        abort(404)
    try:
        made = booking.rebook_date(date_id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return render_template("portal/refused.html", refused=refused, back=url_for(".series", series_id=row.series_id)), refused.status
    flash(_("C’est réservé : %(what)s.", what=words_of(made)))
    return redirect(url_for(".booking", booking_id=made.id), 303)


def _series_owner(series_id: int) -> Series | None:
    return db.session.get(Series, series_id)


# ---------------------------------------------------------------- decided by the lieu


@bp.post("/bookings/<int:booking_id>/approval")
def approve(booking_id: int) -> ResponseReturnValue:
    found = seen_booking(booking_id)
    if not current_user.may("override_rules"):
        abort(404)
    try:
        booking.approve(found.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _refused(found, refused)
    flash(_("Accepté : %(what)s. %(name)s le saura par courriel.", what=words_of(found), name=found.member.name))
    return _back(found)


@bp.route("/bookings/<int:booking_id>/rejection", methods=["GET", "POST"])
def reject(booking_id: int) -> ResponseReturnValue:
    found, form = seen_booking(booking_id), RejectForm()
    if not current_user.may("override_rules"):
        abort(404)
    if form.validate_on_submit():
        try:
            booking.reject(found.id, actor_id=current_user.id, reason=form.reason.data, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Refusé : %(what)s. %(name)s le saura par courriel.", what=words_of(found), name=found.member.name))
            return _back(found)
    answer = render_template(
        "confirm.html",
        title=_("Refuser : %(what)s ?", what=words_of(found)),
        sentences=[_("%(name)s recevra votre réponse, et tout lui revient.", name=found.member.name)],
        action=url_for(".reject", booking_id=found.id),
        yes=_("Refuser cette demande"),
        back=url_for(".booking", booking_id=found.id),
        danger=True,
        form=form,
        here="manage",
    )
    return answer, form.status


# ---------------------------------------------------------------- private


def _back(found: Booking) -> ResponseReturnValue:
    """To the page that the gesture was made from, else to the booking."""
    return redirect(safe_next(request.form.get("next"), url_for(".booking", booking_id=found.id)), 303)


def _refused(found: Booking, refused: Refused) -> ResponseReturnValue:
    page = render_template("portal/refused.html", refused=refused, back=url_for(".booking", booking_id=found.id))
    return page, refused.status
