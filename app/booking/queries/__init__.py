"""Reads of the engine: the things, who holds them, what a person holds."""

from app.booking.queries.bookings import (
    LONGEST,
    ONE_DAY,
    Used,
    booking,
    bookings_in,
    bookings_of,
    dated,
    guests_on,
    held_by,
    in_parts,
    rows_of,
    stretches,
    times_of,
    used_by_organisation,
    usual_thing,
)
from app.booking.queries.occupancies import absences, away, rows, rows_everywhere, taken, waiting
from app.booking.queries.personal import personal_data
from app.booking.queries.things import Directory, directory, outage_since, outages, thing_of, usual_rules

__all__ = [
    "LONGEST",
    "ONE_DAY",
    "Directory",
    "Used",
    "absences",
    "away",
    "booking",
    "bookings_in",
    "bookings_of",
    "dated",
    "directory",
    "guests_on",
    "held_by",
    "in_parts",
    "outage_since",
    "outages",
    "personal_data",
    "rows",
    "rows_everywhere",
    "rows_of",
    "stretches",
    "taken",
    "thing_of",
    "times_of",
    "used_by_organisation",
    "usual_rules",
    "usual_thing",
    "waiting",
]
