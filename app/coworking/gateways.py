"""The outside world: a calendar that somebody else keeps, asked for by its address."""

from app.core import elsewhere
from app.core.refusals import Refused
from app.core.urls import PrivateAddress, reasons_url
from app.coworking.rules import MOST_BYTES, CalendarRefused, CalendarSilent, CalendarTooLong

PATIENCE = 3.0  # seconds


def calendar_at(url: str) -> bytes:
    """What is said there, or Refused with why nothing was heard. A private address is never asked."""
    if reasons := list(reasons_url(url)):
        raise Refused(*reasons)
    try:
        answer = elsewhere.ask("GET", url, headers={"Accept": "text/calendar"}, most=MOST_BYTES, within=PATIENCE)
    except elsewhere.NotPublic as trouble:
        raise Refused(PrivateAddress()) from trouble
    except elsewhere.TooLong as trouble:
        raise Refused(CalendarTooLong()) from trouble
    except elsewhere.Unreachable as trouble:
        raise Refused(CalendarSilent()) from trouble
    if answer.status != 200:
        raise Refused(CalendarRefused())
    return answer.body
