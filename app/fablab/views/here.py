"""In front of the machine, on an old phone: what it is now, begin, take matter, stop, say what is wrong."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries as billing
from app.booking import queries as booking
from app.booking.models import Booking
from app.booking.rules import Thing
from app.core import clock, uploads
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import MaterialForm, ProblemForm, sent_photo
from app.fablab.models import Use
from app.fablab.rules import AFTER
from app.fablab.views import machines
from app.fablab.views.door import bp
from app.place import queries as place_queries
from app.place.models import Place
from app.web import typography

LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 480)  # offered to who takes it on the spot


@dataclass(frozen=True, slots=True)
class Here:
    """What one may do in front of it now."""

    running: Use | None
    is_mine: bool
    booked: Booking | None
    can_begin: bool
    lengths: list[tuple[int, str]]
    stop_at: datetime | None
    why_stop: str


@bp.get("/m/<code>")
def here(code: str) -> ResponseReturnValue:
    """Where the QR code of a machine leads."""
    return _page(_found(code))


def _page(thing: Thing, *, refused: Refused | None = None, form: MaterialForm | None = None) -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    now_here = _here(thing, place, now)
    last = queries.last_booking(thing.id, current_user.id, since=now - AFTER)
    form = form or _material_form(place)
    needed = queries.clearance_needed(thing)
    page = render_template(
        "fablab/here.html",
        thing=thing,
        place=place,
        now=machines.state_now(thing, place, now),
        spot=now_here,
        refused=refused,
        last=last,
        materials=[(one, typography.words().quantity(one.milli, one.article.unit)) for one in queries.materials(last.id)]
        if last is not None
        else [],
        use=queries.use_of_booking(last.id) if last is not None else None,
        form=form if last is not None and form.article_id.choices else None,
        details=queries.details(thing.id),
        has_right=machines.has_right(thing, place, now),
        upcoming=queries.next_training(needed.type_id, now=now) if needed else None,
        reports=queries.reports(place.id, resource_id=thing.id),
        may_decide=may_decide(thing),
    )
    return page, refused.status if refused is not None else form.status


@bp.post("/m/<code>/use")
def begin_use(code: str) -> ResponseReturnValue:
    thing = _found(code)
    minutes = _minutes()
    try:
        services.begin_use(thing=thing, member_id=current_user.id, actor_id=current_user.id, now=clock.now(), minutes=minutes)
    except Refused as refused:
        return _page(thing, refused=refused)
    flash(_("C’est parti. Dites quand vous aurez fini : la machine sera rendue aux autres."))
    return redirect(url_for(".here", code=code))


@bp.post("/m/<code>/use/end")
def end_use(code: str) -> ResponseReturnValue:
    """Who has it on, or who looks after it."""
    thing = _found(code)
    running = queries.running_use(thing.id)
    if running is None or (running.member_id != current_user.id and not may_decide(thing)):
        flash(_("Cette utilisation est déjà terminée."))
        return redirect(url_for(".here", code=code))
    try:
        use = services.end_use(use_id=running.id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(thing, refused=refused)
    words = typography.words()
    if thing.rules.metered is not None:
        cost = words.money(use.cents) if use.cents else _("rien à payer")
        flash(_("C’est fini : %(time)s, %(cost)s.", time=words.minutes(use.minutes or 0), cost=cost))
    else:
        flash(_("C’est fini. Merci d’avoir rendu la machine."))
    return redirect(url_for(".here", code=code))


@bp.post("/m/<code>/material")
def add_material(code: str) -> ResponseReturnValue:
    """On the bill of one's use of now, or of just before."""
    thing, place, now = _found(code), place_queries.current(), clock.now()
    form = _material_form(place)
    last = queries.last_booking(thing.id, current_user.id, since=now - AFTER) or abort(404)
    if not form.validate_on_submit():
        return _page(thing, form=form)
    try:
        taken = services.add_material(
            booking_id=last.id, article_id=form.article_id.data, milli=form.milli, actor_id=current_user.id, now=now
        )
    except Refused as refused:
        return _page(thing, refused=refused)
    flash(_("Noté : %(cost)s.", cost=typography.words().money(taken.cents) if taken.cents else _("rien à payer")))
    return redirect(url_for(".here", code=code))


@bp.route("/m/<code>/problem", methods=["GET", "POST"])
def problem(code: str) -> ResponseReturnValue:
    thing = _found(code)
    form = ProblemForm()
    if form.validate_on_submit():
        try:
            services.report_problem(
                thing=thing,
                member_id=current_user.id,
                text=form.text.data,
                dangerous=form.dangerous.data,
                photo=sent_photo(form),
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Merci. La personne qui s’en occupe est prévenue."))
            if form.dangerous.data:
                flash(_("La machine est hors service. Si vous le pouvez sans danger, coupez-la et laissez un mot dessus."), "warn")
            return redirect(url_for(".here", code=code))
    return render_template("fablab/problem.html", form=form, thing=thing, place=place_queries.current()), form.status


@bp.get("/files/<name>")
def file(name: str) -> ResponseReturnValue:
    """A photo or a paper of a machine; what is not public asks to enter."""
    found = uploads.found(name)
    if found is None or not (found.is_public or current_user.is_authenticated):
        abort(404)
    return uploads.answer(found)


# ---------------------------------------------------------------- small things


def may_decide(thing: Thing) -> bool:
    """Who looks after machines, and the leads of this one."""
    return bool(current_user.may("manage_machines")) or queries.leads_machine(current_user.id, thing.id)


def _found(code: str) -> Thing:
    return booking.directory(place_queries.current()).by_code(code, "machine") or abort(404)


def _minutes() -> int | None:
    asked = request.form.get("minutes", "")
    return int(asked) if asked.isdecimal() and len(asked) < 5 else None


def _material_form(place: Place) -> MaterialForm:
    form = MaterialForm()
    form.offer(billing.articles(place.id))
    return form


def _here(thing: Thing, place: Place, now: datetime) -> Here:
    running = queries.running_use(thing.id)
    booked = queries.booking_of_now(thing.id, current_user.id, now=now)
    is_free = machines.state_now(thing, place, now).sign in ("free", "wait")
    limit = queries.free_until(thing, now=now)
    room = int((limit - now).total_seconds() // 60) + 1
    words = typography.words()
    lengths = [(length, words.minutes(length)) for length in LENGTHS if length <= min(room, thing.rules.max_minutes)]
    end = running.booking.ends_at if running is not None else None
    return Here(
        running=running,
        is_mine=running is not None and running.member_id == current_user.id,
        booked=booked,
        can_begin=running is None and thing.state != "out_of_service" and (booked is not None or is_free),
        lengths=lengths if booked is None and is_free and thing.bookable else [],
        stop_at=end,
        why_stop=queries.why_stop(thing.id, end, place=place) if end is not None else "",
    )
