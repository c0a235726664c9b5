"""What `Two` processes know how to do, of the gestures of coworkers and makers."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from app.booking import services as booking
from app.booking.models import Absence
from app.core.db import db
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking import services as coworking
from app.fablab import services
from app.fablab.models import Box
from app.members.models import Member
from tests.factories import thing


def done(gesture: dict[str, Any]) -> str:
    """« yes », or the codes of the refusal."""
    try:
        _do(gesture, datetime.fromisoformat(gesture["now"]))
    except Refused as refused:
        return "+".join(refused.codes)
    return "yes"


def _do(said: dict[str, Any], now: datetime) -> None:
    who = said.get("who")
    acting = {"member_id": who, "actor_id": who, "now": now}
    if said["do"] in ("book", "instead"):
        request = booking.ask([(thing(said["thing"]), _period(said))], **acting)
        if said["do"] == "book":
            booking.reserve(request)
        else:
            booking.replace_taken_away(said["booking"], request)
    elif said["do"] == "join":
        services.join_company(booking_id=said["booking"], **acting)
    elif said["do"] == "enrol":
        services.enrol(training_id=said["training"], **acting)
    elif said["do"] == "begin":
        services.begin_use(thing=thing(said["thing"]), **acting)
    elif said["do"] == "take_box":
        me = db.session.get_one(Member, who)
        services.give_box(db.session.get_one(Box, said["box"]), member=me, actor=me, now=now)
    elif said["do"] in ("name_box", "name_tool"):
        save, facts = (services.save_box, {"box_id": None}) if said["do"] == "name_box" else (services.save_tool, {"tool_id": None})
        save(place_id=said["place"], mark=said["mark"], actor_id=who, now=now, **facts, **said["facts"])
    elif said["do"] == "retire_box":
        services.retire_box(db.session.get_one(Box, said["box"]), actor_id=who, now=now)
    elif said["do"] == "release":
        booking.settle_arrivals(now=now)
    elif said["do"] == "half":
        wish = {"day": date.fromisoformat(said["day"]), "half": said["half"]}
        booking.reserve(coworking.half_day_request(thing(said["thing"]), **wish, **acting))
    elif said["do"] in LIVED:
        LIVED[said["do"]](said, who, now)
    else:
        period = _period(said)
        booking.declare_outage(thing=thing(said["thing"]), period=period, starts_at=period.starts_at, reason="x", actor_id=who, now=now)


# What a coworking lives besides: waiting, cancelling, being away, coming to an event.
LIVED: dict[str, Callable[[dict[str, Any], int, datetime], object]] = {
    "cancel": lambda said, who, now: booking.cancel(booking_id=said["booking"], actor_id=who, by_lieu=False, now=now),
    "accept": lambda said, who, now: booking.confirm_hold(said["booking"], actor_id=who, now=now),
    "lapse": lambda _said, _who, now: booking.lapse_holds(now=now),
    "back": lambda said, who, now: booking.come_back(
        db.session.get_one(Absence, said["absence"]), on=date.fromisoformat(said["day"]), actor_id=who, now=now
    ),
    "sign_up": lambda said, who, now: coworking.sign_up(said["event"], member_id=who, actor_id=who, now=now),
    "leave_seat": lambda said, who, now: coworking.give_up_seat(said["seat"], actor_id=who, now=now),
    "accept_seat": lambda said, who, now: coworking.accept_seat(said["seat"], actor_id=who, now=now),
    "lapse_seats": lambda _said, _who, now: coworking.lapse_seats(now=now),
}


def _period(said: dict[str, Any]) -> Period:
    return Period(*(datetime.fromisoformat(said[edge]) for edge in ("start", "end")))
