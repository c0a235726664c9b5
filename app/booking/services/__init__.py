"""The gestures of the engine. Every door goes through them."""

from app.booking.services.absences import BackEarly, announce_absence, come_back
from app.booking.services.arriving import approve, check_in, leave, no_show_at, reject, release, wait_again
from app.booking.services.asking import ask, kind_of
from app.booking.services.blocking import (
    booked_on,
    bookings_in_the_way,
    close,
    closure_period,
    declare_outage,
    end_outage,
    occupy_new_thing,
    outage_would_cancel,
    reopen,
)
from app.booking.services.cancelling import Cancellation, Refund, cancel, refund_of
from app.booking.services.examining import cover, examine
from app.booking.services.forgiving import FORGIVABLE, Forgiven, forgive
from app.booking.services.furnishing import (
    RULED_TOGETHER,
    add_thing,
    bookings_on,
    change_thing,
    draw_plan,
    retire_thing,
    set_common_rules,
)
from app.booking.services.moving import change_note, move, request_to_move
from app.booking.services.repeating import (
    ConflictingSeries,
    Occurrence,
    SeriesWish,
    cancel_dates,
    dates_of,
    move_following,
    preview_series,
    rebook_date,
    reserve_series,
)
from app.booking.services.reserving import Preview, hold, look, preview, reserve, settle, take, take_for_lieu, take_now
from app.booking.services.searching import beside_missing_hour
from app.booking.services.ticking import forget_keys, lapse_holds, remind, settle_arrivals
from app.booking.services.timetabling import reasons_by_period, release_all, reserve_all, session_request
from app.booking.services.waiting import confirm_hold, join_waitlist, leave_waitlist, place_in_line, request_of
from app.booking.services.writing import take_turn

__all__ = [
    "FORGIVABLE",
    "RULED_TOGETHER",
    "BackEarly",
    "Cancellation",
    "ConflictingSeries",
    "Forgiven",
    "Occurrence",
    "Preview",
    "Refund",
    "SeriesWish",
    "add_thing",
    "announce_absence",
    "approve",
    "ask",
    "beside_missing_hour",
    "booked_on",
    "bookings_in_the_way",
    "bookings_on",
    "cancel",
    "cancel_dates",
    "change_note",
    "change_thing",
    "check_in",
    "close",
    "closure_period",
    "come_back",
    "confirm_hold",
    "cover",
    "dates_of",
    "declare_outage",
    "draw_plan",
    "end_outage",
    "examine",
    "forget_keys",
    "forgive",
    "hold",
    "join_waitlist",
    "kind_of",
    "lapse_holds",
    "leave",
    "leave_waitlist",
    "look",
    "move",
    "move_following",
    "no_show_at",
    "occupy_new_thing",
    "outage_would_cancel",
    "place_in_line",
    "preview",
    "preview_series",
    "reasons_by_period",
    "rebook_date",
    "refund_of",
    "reject",
    "release",
    "release_all",
    "remind",
    "reopen",
    "request_of",
    "request_to_move",
    "reserve",
    "reserve_all",
    "reserve_series",
    "retire_thing",
    "session_request",
    "set_common_rules",
    "settle",
    "settle_arrivals",
    "take",
    "take_for_lieu",
    "take_now",
    "take_turn",
    "wait_again",
]
