"""Réserver: a sentence to fill, an answer that lists what is really free, a gesture for each line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.booking import papers
from app.booking import services as booking
from app.booking import views as say
from app.booking.policy import Request
from app.booking.queries import Directory, directory
from app.booking.rules import Thing, free_until
from app.core import clock
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking import services
from app.coworking.forms import BookForm, WaitForm, WishForm
from app.coworking.services import Offer
from app.coworking.views.answering import Answer, answer_to, by_card, value_of
from app.coworking.views.door import bp, can_be_overridden
from app.coworking.views.paying import takes_cards
from app.coworking.views.wishing import (
    WISH_OF,
    Wish,
    day_options,
    for_whom,
    subject,
    time_options,
    understood,
    usual_wish,
    what_choices,
    which_options,
)
from app.place import queries as place_queries
from app.place.models import Place
from app.web import i18n, typography
from app.web.forms import FIRST_DAY, LAST_DAY
from app.web.refusals import choice_value, chosen

FEW = 8  # offers shown before the others
ABOUT_THE_PERSON = frozenset({"own_overlap", "inactive_member", "suspended", "insufficient_funds", "quota_day", "quota_future"})


@bp.get("/")
def book() -> ResponseReturnValue:
    place = place_queries.current()
    form = WishForm()
    wish = understood(form, place) if form.validate() else None
    if wish is None:
        return _page(place, usual_wish(place), None, problems=form), 422
    return _page(place, wish, answer_to(place, wish))


@bp.get("/r/<code>/<day><any(m, a):half>")
@bp.get("/r/<code>/<day>")
def book_thing(code: str, day: str, half: str = "") -> ResponseReturnValue:
    """One thing on one day, from a cell of the grid or of the plan: the same page, its sentence already filled."""
    place = place_queries.current()
    thing = directory(place).by_code(code) or abort(404)
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        abort(404)
    if not FIRST_DAY <= asked <= LAST_DAY:
        abort(404)
    part = {"m": "morning", "a": "afternoon", "": "day"}[half]
    wish = replace(usual_wish(place), what=WISH_OF[thing.kind], thing=thing, day=asked, part=part)
    return _page(place, wish, answer_to(place, wish))


@bp.post("/bookings")
def new_booking() -> ResponseReturnValue:
    """One offer, taken. The key is the form's and the offer's: two offers of one page are two gestures."""
    place, form = place_queries.current(), BookForm()
    thing, period = chosen_thing(place, form.choice.data)
    if not form.validate():
        return _again(place, thing, period, None, form), 422
    person = subject()
    if form.repeat.data:
        said = {"choice": form.choice.data, "repeat": form.repeat.data, "until": form.until.data or "", "note": form.note.data}
        return redirect(url_for(".series", **said, **for_whom(person)), 303)
    wanted = services.request_for(
        thing,
        period,
        member_id=person.id,
        actor_id=current_user.id,
        now=clock.now(),
        note=form.note.data,
        guest_name=form.guest_name.data,
        override_reason=form.override_reason.data if current_user.may("override_rules") else "",
    )
    book = booking.hold_or_reserve if form.pay_now.data and takes_cards(person) else booking.reserve
    key = form.key_for(form.choice.data)
    body = [form.choice.data, person.id, form.note.data, form.guest_name.data, form.override_reason.data, form.pay_now.data]
    try:
        if wanted.guest_name:
            made = services.book_for_guest(wanted, book, email=form.guest_email.data, key=key, body=[*body, form.guest_email.data])
        else:
            made = book(wanted, key=key, body=body)
    except Refused as refused:
        return _refusal(place, wanted, refused, form)
    if made.status == "held":
        return redirect(url_for("portal.pay_booking", booking_id=made.id), 307)
    taken = directory(place).any(made.resource_id)
    when = papers.when(made.half, made.starts_at, made.ends_at, place.tz)
    if made.status == "pending":
        flash(
            _("Votre demande est notée : %(thing)s, %(when)s. L’équipe du lieu vous répondra.", thing=say.title(taken), when=when),
            "warn",
        )
    else:
        flash(_("C’est réservé : %(thing)s, %(when)s.", thing=say.title(taken), when=when))
    return redirect(url_for("portal.booking", booking_id=made.id), 303)


@bp.post("/waitlist")
def wait() -> ResponseReturnValue:
    place, form = place_queries.current(), WaitForm()
    thing, period = chosen_thing(place, form.choice.data)
    if not form.validate():
        abort(400)
    try:
        entry = booking.join_waitlist(
            services.request_for(thing, period, member_id=subject().id, actor_id=current_user.id, now=clock.now())
        )
    except Refused as refused:
        return _again(place, thing, period, refused, None), refused.status
    rank = booking.place_in_line(entry)
    where = (
        _("Vous êtes en tête de la liste d’attente.")
        if rank == 1
        else _("Vous êtes en liste d’attente, %(rank)se sur la liste.", rank=rank)
    )
    flash(where + " " + _("Si une place se libère, elle sera gardée 20 minutes pour vous, et un courriel vous le dira."))
    return redirect(url_for("portal.week"), 303)


def chosen_thing(place: Place, value: str) -> tuple[Thing, Period]:
    """The thing and the time that a button carried; what no page of ours offered is not an address of ours."""
    choice = chosen(value)
    thing = directory(place).things.get(choice.resource_id) if choice else None
    if choice is None or thing is None or not FIRST_DAY.year <= choice.starts_at.year <= choice.ends_at.year <= LAST_DAY.year:
        abort(400)
    return thing, Period(choice.starts_at, choice.ends_at)


def _again(place: Place, thing: Thing, period: Period, refused: Refused | None, form: BookForm | None) -> str:
    """The page of the sentence again, with what is in the way and what is free."""
    wish = _wish_of(place, thing, period)
    answer = answer_to(place, wish)
    if refused is not None:
        answer = replace(answer, refused=refused, asked=value_of(thing, period))
    return _page(place, wish, answer, form=form)


def _refusal(place: Place, wanted: Request, refused: Refused, form: BookForm) -> ResponseReturnValue:
    """The same for a booking that was just refused: what was examined then is not examined again."""
    thing, period = wanted.first.thing, wanted.period
    answer = Answer([], "", refused=refused, asked=value_of(thing, period), card_cents=by_card(wanted, refused))
    return _page(place, _wish_of(place, thing, period), answer, form=form), refused.status


def _wish_of(place: Place, thing: Thing, period: Period) -> Wish:
    """The sentence that asks for this."""
    start, end = period.local(place.tz)
    half = services.half_of_period(thing, period)
    return replace(
        usual_wish(place), what=WISH_OF[thing.kind], thing=thing, day=start.date(), part=half or "hours", start=start.time(), end=end.time()
    )


# ---------------------------------------------------------------- the page


def _page(place: Place, wish: Wish, answer: Answer | None, *, form: BookForm | None = None, problems: WishForm | None = None) -> str:
    now, things = clock.now(), directory(place)
    offers = answer.offers if answer else []
    limits = {free_until(offer.period, rules=offer.thing.rules, zone=place.tz) for offer in offers}
    person = subject()
    may_override = answer is not None and answer.refused is not None and bool(answer.asked) and can_be_overridden(answer.refused)
    return render_template(
        "coworking/book.html",
        person=person,
        whom=for_whom(person),
        waits={"choice": answer.asked if answer else "", **for_whom(person)},
        may_override=may_override,
        card_cents=answer.card_cents if answer and takes_cards(person) else 0,
        place=place,
        wish=wish,
        answer=answer,
        lines=[_line(offer, place, things, asked=wish.thing) for offer in offers],
        few=FEW,
        free_until=say.free_until_words(limits.pop(), now, place.tz) if len(limits) == 1 else "",
        what_choices=what_choices(things),
        which_options=which_options(place, wish),
        day_options=day_options(place, wish.day),
        times=time_options(place, wish),
        form=form or (BookForm(formdata=None) if may_override else None),
        more=_more(form, takes_cards=takes_cards(person)) if form and offers else _nothing_more(i18n.language(), takes_cards(person)),
        says_more=form is not None and form.says_more,
        problems=problems,
        in_the_way=_in_the_way(wish, answer) if answer else "",
        instead=_instead(answer.refused, place, things) if answer and answer.refused else [],
    )


def _more(form: BookForm, *, takes_cards: bool) -> Markup:
    """What may be said besides: a guest, a note, a repetition."""
    drawn: Markup = current_app.jinja_env.get_template("coworking/more.html").module.more(form, takes_cards)  # type: ignore[attr-defined]
    return drawn


@lru_cache(maxsize=2 * len(i18n.LANGUAGES))
def _nothing_more(_language: str, takes_cards: bool) -> Markup:
    """The same while nothing is said, as on nearly every page: drawn once."""
    return _more(BookForm(formdata=None), takes_cards=takes_cards)


@dataclass(frozen=True, slots=True)
class Line:
    """An offer in words."""

    title: str
    detail: str
    price: str
    cover: str
    value: str
    seats: Sequence[tuple[str, str]] = ()


def _line(offer: Offer, place: Place, things: Directory, *, asked: Thing | None) -> Line:
    words = typography.words()
    day = offer.period.starts_at.astimezone(place.tz).date()
    details = []
    if offer.half is None:
        details.append(words.opening(words.from_to(offer.period, zone=place.tz)))
    if offer.seats:
        details.append(
            words.plural(len(offer.seats), _("une place libre"), _("{n} places libres"))
            + (_(", la vôtre sera %(seat)s", seat=offer.seats[0].name) if offer.seats else "")
        )
    elif offer.thing.pool_id is not None and offer.thing != asked:
        details.append(_("votre place habituelle"))
    details += [offer.thing.description or ", ".join(offer.thing.equipment), say.place_of(offer.thing, things.things)]
    cover = say.covered(offer.covered_by, offer.cents, day)
    if offer.left is not None and offer.left < 0:
        cover = words.plural(
            -offer.left, _("sur la confiance : une demi-journée d’avance"), _("sur la confiance : {n} demi-journées d’avance")
        )
    elif offer.left is not None:
        cover = _("%(cover)s, il en restera %(left)s", cover=cover, left=words.minutes(offer.left) if offer.half is None else offer.left)
    if offer.is_later:
        cover = _("payée à la minute utilisée, à la fin : %(cover)s", cover=cover)
    return Line(
        title=say.title(offer.thing),
        detail=words.opening(", ".join(detail for detail in dict.fromkeys(details) if detail and detail != offer.thing.name)),
        price=_("environ %(price)s", price=words.money(offer.cents)) if offer.is_later and offer.cents else words.money(offer.cents),
        cover=cover,
        value=value_of(offer.thing, offer.period),
        seats=[(seat.name, value_of(seat, offer.period)) for seat in offer.seats],
    )


def _instead(refused: Refused, place: Place, things: Directory) -> list[tuple[str, str]]:
    """The alternatives as buttons: « Poste A4, mercredi 9 décembre, le matin »."""
    said = []
    for one in refused.alternatives:
        thing, period = things.any(one.resource_id), Period(one.starts_at, one.ends_at)
        when = papers.when(services.half_of_period(thing, period), one.starts_at, one.ends_at, place.tz)
        said.append((choice_value(one), f"{say.title(thing)}, {when}"))
    return said


def _in_the_way(wish: Wish, answer: Answer) -> str:
    """The title of a refusal: « La découpe laser n’est pas libre mardi 8 décembre, de 14 h 30 à 16 h »."""
    if answer.refused is None:
        return ""
    words = typography.words()
    when = f"{words.day(wish.day)}, " + (say.half_words(wish.part) if wish.half else words.from_to(wish.start, wish.end))
    if wish.thing is not None:
        return _("%(thing)s : ce n’est pas possible %(when)s", thing=say.title(wish.thing), when=when)
    if ABOUT_THE_PERSON.issuperset(answer.refused.codes):
        return _("Ce n’est pas possible %(when)s", when=when)
    return _("Rien n’est libre %(when)s", when=when)
