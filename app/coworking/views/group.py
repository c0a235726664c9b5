"""A block of seats: chosen, looked at day by day, booked whole or not at all."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking import views as say
from app.booking.policy import Request
from app.core import clock
from app.core.refusals import Refused
from app.coworking import services
from app.coworking.forms import GroupBookForm
from app.coworking.services import Block, GroupDay
from app.coworking.views.door import bp, can_be_overridden
from app.members import queries as members
from app.place import queries as place_queries
from app.web import typography
from app.web.forms import SelectChoice


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom a block is booked: an organisation through its contact, or the lieu itself, which pays nothing."""

    member_id: int
    organisation_id: int | None  # none: the lieu
    name: str


@bp.route("/groups", methods=["GET", "POST"])
def group() -> ResponseReturnValue:
    """First the days with what is free on each; then, confirmed, one booking."""
    place, now = place_queries.current(), clock.now()
    payers = _payers()
    pools = [thing for thing in booking_queries.directory(place).of_kind("pool") if thing.bookable]
    if not payers:
        abort(404)
    if not pools:
        flash(_("Ce lieu n’a pas encore de groupe de postes."))
        return redirect(url_for("coworking.book"))
    form = GroupBookForm()
    form.pool.choices = [SelectChoice(pool.code, pool.name) for pool in pools]
    form.payer.choices = [SelectChoice(key, payer.name) for key, payer in payers.items()]
    if not form.validate_on_submit():
        return render_template("coworking/group.html", form=form, days=None, block=None, may_override=False), form.status
    pool = next(pool for pool in pools if pool.code == form.pool.data)
    block = Block(pool, form.first_day.data, form.last_day.data, form.half.data, form.seats.data)
    asked = _asked(block, payers[form.payer.data], form)
    days = services.group_days(block, asked)
    looked = booking.preview(asked) if asked is not None else None
    if asked is not None and "confirmed" in request.form:
        try:
            made = booking.reserve(asked, key=form.idempotency_key, body=[form.data.get(name) for name in _SAID])
        except Refused as refused:
            form.refuse(refused)
        else:
            when = papers.when(made.half, made.starts_at, made.ends_at, place.tz)
            flash(_("C’est réservé : %(seats)s places, %(when)s.", seats=block.seats, when=when))
            return redirect(url_for("portal.booking", booking_id=made.id), 303)
    elif looked is not None and not looked.ok:
        form.refuse(Refused(*looked.reasons, waitlist=False))
    page = render_template(
        "coworking/group.html",
        form=form,
        block=block,
        days=[(day, _words(day, block)) for day in days],
        looked=looked,
        most=_most(days),
        half=say.half_words(block.half),
        may_override=form.refused is not None and can_be_overridden(form.refused),
        said={name: request.form.get(name, "") for name in _SAID},
        today=now.astimezone(place.tz).date(),
    )
    return page, form.status


_SAID = ("pool", "seats", "first_day", "last_day", "half", "payer", "note", "override_reason")


def _payers() -> dict[str, Payer]:
    """Staff books for the lieu itself, or for any organisation that has a contact; a contact for their own."""
    me = members.member(current_user.id) or abort(404)
    if current_user.may("book_for_others"):
        found = {"lieu": Payer(me.id, None, _("le lieu lui-même"))}
        for organisation, contact in members.contacts():
            found[f"o{organisation.id}"] = Payer(contact.id, organisation.id, organisation.name)
        return found
    if me.is_organisation_contact and me.organisation is not None:
        return {f"o{me.organisation.id}": Payer(me.id, me.organisation.id, me.organisation.name)}
    return {}


def _asked(block: Block, payer: Payer, form: GroupBookForm) -> Request | None:
    return services.group_request(
        block,
        member_id=payer.member_id,
        actor_id=current_user.id,
        now=clock.now(),
        organisation_id=payer.organisation_id,
        for_lieu=payer.organisation_id is None,
        note=form.note.data or "",
        override_reason=form.override_reason.data or "" if current_user.may("override_rules") else "",
    )


def _words(day: GroupDay, block: Block) -> tuple[str, str]:
    """Its sign and what to say: enough, how many are missing, or closed."""
    words = typography.words()
    if day.period is None:
        return "busy", day.closed or _("fermé")
    missing = block.seats - day.free
    if missing > 0:
        return "down", words.plural(missing, _("il manque une place"), _("il manque {n} places"))
    return "free", words.plural(day.free, _("une place libre"), _("{n} places libres"))


def _most(days: list[GroupDay]) -> int:
    """How many seats may be had on all these days."""
    return min((day.free for day in days if day.period is not None), default=0)
