"""Run by the peers' own Python: find the calendar of a CalDAV server, search it, try to write to it, and say what happened.

python peers_reading.py SERVER_URL SECRET FIRST_DAY LAST_DAY
"""

import json
import sys
from datetime import UTC, datetime

import caldav

EVENT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\nBEGIN:VEVENT\r\nUID:new\r\nDTSTAMP:20261001T000000Z\r\nDTSTART:20261101T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def main(url: str, secret: str, first_day: str, last_day: str) -> None:
    with caldav.DAVClient(url=url, username="camille", password=secret) as client:
        calendars = client.principal().calendars()
        start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first_day, last_day))
        found = [event.icalendar_component for event in calendars[0].search(start=start, end=end, event=True, expand=False)]
        try:
            calendars[0].add_event(EVENT)
            written = True
        except caldav.lib.error.DAVError:
            written = False
    said = {
        "calendars": [str(calendar.get_display_name()) for calendar in calendars],
        "found": sorted([event.start.astimezone(UTC).isoformat(), str(event["STATUS"])] for event in found),
        "written": written,
    }
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
