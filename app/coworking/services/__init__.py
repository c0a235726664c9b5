"""Coworking's gestures: « mardi, le matin » in the words of the engine, and what the lieu lives besides."""

from app.coworking.services.announcements import say_to_all, withdraw
from app.coworking.services.asking import (
    Offer,
    half_day,
    half_day_offers,
    half_day_request,
    half_of_period,
    request_for,
    timed_offers,
)
from app.coworking.services.events import (
    Described,
    accept_seat,
    announce_event,
    cancel_event,
    change_event,
    give_up_seat,
    lapse_seats,
    note_presence,
    sign_up,
)
from app.coworking.services.groups import Block, GroupDay, group_days, group_request
from app.coworking.services.keys import add_key, lend_key, retire_key, take_back_key
from app.coworking.services.outside import AHEAD, follow_calendar, forget_calendar, read_again, read_calendar, refresh_calendars
from app.coworking.services.plan import place_on_plan, redraw_plan, set_drawing
from app.coworking.services.visitors import book_for_guest, forget_visitors, invite, uninvite, welcome

__all__ = [
    "AHEAD",
    "Block",
    "Described",
    "GroupDay",
    "Offer",
    "accept_seat",
    "add_key",
    "announce_event",
    "book_for_guest",
    "cancel_event",
    "change_event",
    "follow_calendar",
    "forget_calendar",
    "forget_visitors",
    "give_up_seat",
    "group_days",
    "group_request",
    "half_day",
    "half_day_offers",
    "half_day_request",
    "half_of_period",
    "invite",
    "lapse_seats",
    "lend_key",
    "note_presence",
    "place_on_plan",
    "read_again",
    "read_calendar",
    "redraw_plan",
    "refresh_calendars",
    "request_for",
    "retire_key",
    "say_to_all",
    "set_drawing",
    "sign_up",
    "take_back_key",
    "timed_offers",
    "uninvite",
    "welcome",
    "withdraw",
]
