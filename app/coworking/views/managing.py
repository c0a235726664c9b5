"""What who runs the lieu keeps besides bookings: events, words to all, keys and badges."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import queries as booking_queries
from app.booking.rules import Thing, reasons_typed
from app.core import clock
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking import queries, services
from app.coworking.forms import AnnouncementForm, EventForm, KeyForm, LendForm, NameForm, WhyForm
from app.coworking.models import Announcement, Event, Key, Loan, SignUp
from app.coworking.services import Described
from app.members.forms import people_to_choose
from app.place import queries as place_queries
from app.place.models import Place
from app.web import rights
from app.web.forms import SelectChoice

events_bp = Blueprint("events", "app.coworking", url_prefix="/manage/events", template_folder="templates")
events_bp.before_request(rights.only("book_for_others"))
words_bp = Blueprint("announcements", "app.coworking", url_prefix="/manage/announcements", template_folder="templates")
words_bp.before_request(rights.only("manage_place"))
keys_bp = Blueprint("keys", "app.coworking", url_prefix="/manage/keys", template_folder="templates")
keys_bp.before_request(rights.only("manage_members"))

ROOMS = ("room", "office", "space")


# ---------------------------------------------------------------- events


@events_bp.get("/")
def index() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    return render_template(
        "coworking/events.html", place=place, coming=queries.upcoming(place.id, now=now), past=queries.past_events(place.id, now=now)
    )


@events_bp.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    place = place_queries.current()
    form = _event_form(place, None)
    if form.validate_on_submit():
        try:
            said, room = _described(form, place)
            made = services.announce_event(
                place_id=place.id,
                said=said,
                room=room,
                actor_id=current_user.id,
                now=clock.now(),
                override_reason=form.override_reason.data or "",
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("« %(title)s » est à l’agenda.", title=made.title))
            return redirect(url_for(".show", event_id=made.id), 303)
    return render_template("coworking/edit_event.html", form=form, event=None, place=place), form.status


@events_bp.get("/<int:event_id>")
def show(event_id: int) -> ResponseReturnValue:
    """Who comes, who waits; and a way to put somebody down."""
    return _people(event_id, NameForm(formdata=None))


@events_bp.post("/<int:event_id>/people")
def put_down(event_id: int) -> ResponseReturnValue:
    """Somebody without an account."""
    form = NameForm()
    if not form.validate():
        return _people(event_id, form)
    _event(event_id)
    try:
        row = services.sign_up(event_id, member_id=None, name=form.name.data, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return _people(event_id, form)
    flash(_("%(name)s est en liste d’attente.", name=row.name) if row.state == "waiting" else _("%(name)s a une place.", name=row.name))
    return redirect(url_for(".show", event_id=event_id), 303)


@events_bp.route("/<int:event_id>/change", methods=["GET", "POST"])
def change(event_id: int) -> ResponseReturnValue:
    event = _event(event_id)
    place = place_queries.by_id(event.place_id)
    form = _event_form(place, event)
    if form.validate_on_submit():
        try:
            said, room = _described(form, place)
            services.change_event(
                event.id,
                said=said,
                room=room,
                actor_id=current_user.id,
                now=clock.now(),
                override_reason=form.override_reason.data or "",
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est changé. Si le moment ou le lieu a bougé, les personnes inscrites sont prévenues."))
            return redirect(url_for(".show", event_id=event.id), 303)
    return render_template("coworking/edit_event.html", form=form, event=event, place=place), form.status


@events_bp.route("/<int:event_id>/cancellation", methods=["GET", "POST"])
def cancel(event_id: int) -> ResponseReturnValue:
    event, form = _event(event_id), WhyForm()
    if form.validate_on_submit():
        try:
            services.cancel_event(event.id, actor_id=current_user.id, reason=form.reason.data or "", now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est annulé ; les personnes inscrites sont prévenues."))
            return redirect(url_for(".index"), 303)
    page = render_template(
        "confirm.html",
        title=_("Annuler : %(what)s ?", what=event.title),
        sentences=[_("Sa salle est rendue, et les personnes inscrites sont prévenues par courriel.")],
        action=url_for(".cancel", event_id=event.id),
        yes=_("Annuler l’événement"),
        back=url_for(".show", event_id=event.id),
        danger=True,
        form=form,
        here="manage",
    )
    return page, form.status


@events_bp.post("/people/<int:signup_id>/presence")
def presence(signup_id: int) -> ResponseReturnValue:
    row = _seat(signup_id)
    services.note_presence(row.id, came=not row.came, actor_id=current_user.id, now=clock.now())
    return redirect(url_for(".show", event_id=row.event_id), 303)


@events_bp.post("/people/<int:signup_id>/departure")
def take_away(signup_id: int) -> ResponseReturnValue:
    row = _seat(signup_id)
    services.give_up_seat(row.id, actor_id=current_user.id, now=clock.now())
    flash(_("C’est noté : la place est rendue."))
    return redirect(url_for(".show", event_id=row.event_id), 303)


def _people(event_id: int, form: NameForm) -> ResponseReturnValue:
    event = _event(event_id)
    told = queries.event_told(event.id, None)
    page = render_template(
        "coworking/event_people.html",
        told=told,
        event=event,
        place=place_queries.by_id(event.place_id),
        rows=queries.sign_ups(event.id),
        form=form,
        is_over=event.ends_at <= clock.now(),
        has_begun=event.starts_at <= clock.now(),
    )
    return page, form.status


def _event(event_id: int) -> Event:
    return db.session.get(Event, event_id) or abort(404)


def _seat(signup_id: int) -> SignUp:
    return db.session.get(SignUp, signup_id) or abort(404)


def _event_form(place: Place, event: Event | None) -> EventForm:
    known: dict[str, Any] = {}
    if event is not None:
        start, end = Period(event.starts_at, event.ends_at).local(place.tz)
        known = {name: getattr(event, name) for name in ("title", "text", "elsewhere", "seats", "public")}
        known |= {"day": start.date(), "start": start.time(), "end": end.time()}
        held = booking_queries.booking(event.booking_id) if event.booking_id is not None else None
        known["room"] = booking_queries.directory(place).any(held.resource_id).code if held is not None else ""
    form = EventForm(data=known) if known else EventForm()
    form.room.choices = [SelectChoice("", _("ailleurs")), *(SelectChoice(room.code, room.name) for room in _rooms(place))]
    return form


def _rooms(place: Place) -> list[Thing]:
    return [thing for thing in booking_queries.directory(place).of_kind(*ROOMS) if thing.bookable]


def _described(form: EventForm, place: Place) -> tuple[Described, Thing | None]:
    """What was written, with its hours on the lieu's clock; an hour that does not exist is refused."""
    walls = [datetime.combine(form.day.data, moment) for moment in (form.start.data, form.end.data)]
    for wall in walls:
        if reasons := list(reasons_typed(wall, place.tz, says_which=True)):
            raise Refused(*reasons)
    start, end = (wall.replace(tzinfo=place.tz).astimezone(UTC) for wall in walls)
    room = next((room for room in _rooms(place) if room.code == form.room.data), None)
    said = Described(
        title=form.title.data,
        text=form.text.data or "",
        period=Period(start, end),
        seats=form.seats.data or 0,
        public=form.public.data,
        elsewhere="" if room is not None else form.elsewhere.data or "",
    )
    return said, room


# ---------------------------------------------------------------- words to all


@words_bp.get("/")
def listed() -> ResponseReturnValue:
    place = place_queries.current()
    today = clock.today(place.tz)
    rows = queries.all_announcements(place.id, since=today.replace(month=1, day=1))
    return render_template("coworking/announcements.html", rows=rows, today=today)


@words_bp.route("/new", methods=["GET", "POST"])
def say() -> ResponseReturnValue:
    return _say(None)


@words_bp.route("/<int:announcement_id>", methods=["GET", "POST"])
def reword(announcement_id: int) -> ResponseReturnValue:
    return _say(db.session.get(Announcement, announcement_id) or abort(404))


@words_bp.post("/<int:announcement_id>/removal")
def withdraw(announcement_id: int) -> ResponseReturnValue:
    row = db.session.get(Announcement, announcement_id) or abort(404)
    services.withdraw(row, actor_id=current_user.id, now=clock.now())
    flash(_("C’est retiré."))
    return redirect(url_for(".listed"), 303)


def _say(row: Announcement | None) -> ResponseReturnValue:
    place = place_queries.current()
    form = AnnouncementForm(obj=row) if row is not None else AnnouncementForm(data={"first_day": clock.today(place.tz)})
    if form.validate_on_submit():
        try:
            services.say_to_all(
                place_id=place.id,
                title=form.title.data,
                text=form.text.data or "",
                first_day=form.first_day.data,
                last_day=form.last_day.data,
                public=form.public.data,
                actor_id=current_user.id,
                now=clock.now(),
                announcement_id=row.id if row is not None else None,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est annoncé."))
            return redirect(url_for(".listed"), 303)
    return render_template("coworking/announce.html", form=form, row=row), form.status


# ---------------------------------------------------------------- keys and badges


@keys_bp.route("/", methods=["GET", "POST"], endpoint="index")
def keys() -> ResponseReturnValue:
    """Who has which; and one more key."""
    place = place_queries.current()
    form = KeyForm()
    if form.validate_on_submit():
        try:
            services.add_key(
                place_id=place.id,
                kind=form.kind.data,
                mark=form.mark.data,
                opens=form.opens.data or "",
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est dans la liste."))
            return redirect(url_for(".index"), 303)
    return render_template("coworking/keys.html", form=form, rows=queries.keys(place.id), place=place), form.status


@keys_bp.route("/<int:key_id>", methods=["GET", "POST"])
def key(key_id: int) -> ResponseReturnValue:
    """Its story, and who takes it now."""
    found = db.session.get(Key, key_id) or abort(404)
    form = LendForm()
    form.member_id.choices = people_to_choose()
    if form.validate_on_submit():
        try:
            services.lend_key(
                found, member_id=form.member_id.data, deposit_cents=form.deposit.data or 0, actor_id=current_user.id, now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".index"), 303)
    loans = queries.loans_of_key(found.id)
    page = render_template(
        "coworking/key.html",
        key=found,
        form=form,
        loans=loans,
        is_lent=any(loan.returned_at is None for loan in loans),
        place=place_queries.by_id(found.place_id),
    )
    return page, form.status


@keys_bp.post("/loans/<int:loan_id>/return")
def give_back(loan_id: int) -> ResponseReturnValue:
    return _end(loan_id, is_lost=False)


@keys_bp.post("/loans/<int:loan_id>/loss")
def lose(loan_id: int) -> ResponseReturnValue:
    return _end(loan_id, is_lost=True)


@keys_bp.post("/<int:key_id>/retirement")
def retire(key_id: int) -> ResponseReturnValue:
    found = db.session.get(Key, key_id) or abort(404)
    try:
        services.retire_key(found, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return render_template("portal/refused.html", refused=refused, back=url_for(".index")), refused.status
    flash(_("C’est retiré de la liste."))
    return redirect(url_for(".index"), 303)


def _end(loan_id: int, *, is_lost: bool) -> ResponseReturnValue:
    loan = db.session.get(Loan, loan_id) or abort(404)
    services.take_back_key(loan, is_lost=is_lost, actor_id=current_user.id, now=clock.now())
    flash(_("C’est noté : elle est perdue.") if is_lost else _("C’est noté : elle est revenue."))
    return redirect(url_for(".index"), 303)
