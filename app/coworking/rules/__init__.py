"""What desks, offices and rooms ask for and cost, how a week of them is drawn, and what the lieu's life refuses: pure rules."""

from app.coworking.rules.drawing import Drawing, NotADrawing, cleaned
from app.coworking.rules.outside import MOST_BYTES, Busy, NotACalendar, busy_times
from app.coworking.rules.refusals import (
    AlreadyLent,
    BackwardDays,
    CalendarRefused,
    CalendarSilent,
    CalendarTooLong,
    CalendarUnreadable,
    EventOver,
    MarkTaken,
    OfferOver,
    SeatsTaken,
    TooManyVisitors,
)
from app.coworking.rules.selling import price_by_the_hour, reasons_half_day

__all__ = [
    "MOST_BYTES",
    "AlreadyLent",
    "BackwardDays",
    "Busy",
    "CalendarRefused",
    "CalendarSilent",
    "CalendarTooLong",
    "CalendarUnreadable",
    "Drawing",
    "EventOver",
    "MarkTaken",
    "NotACalendar",
    "NotADrawing",
    "OfferOver",
    "SeatsTaken",
    "TooManyVisitors",
    "busy_times",
    "cleaned",
    "price_by_the_hour",
    "reasons_half_day",
]
