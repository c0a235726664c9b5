"""Run by the peers' own Python: put the events of a file on a CalDAV server, one by one, and say what the server gives back.

python peers_caldav.py SERVER_URL FILE.ics FIRST_DAY LAST_DAY
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import caldav
import icalendar


def main(url: str, file: str, first_day: str, last_day: str) -> None:
    whole = icalendar.Calendar.from_ical(Path(file).read_bytes())
    zones = [part for part in whole.subcomponents if part.name == "VTIMEZONE"]
    with caldav.DAVClient(url=url, username="camille", password="any") as client:
        calendar = client.principal().make_calendar(name="Worklab")
        for event in whole.walk("VEVENT"):
            one = icalendar.Calendar()
            one.add("prodid", "-//tests//")
            one.add("version", "2.0")
            for part in (*zones, event):
                one.add_component(part)
            calendar.add_event(one.to_ical().decode())
        start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first_day, last_day))
        found = [event.icalendar_component for event in calendar.search(start=start, end=end, event=True, expand=False)]
    said = [
        {
            "uid": str(event["UID"]),
            "start": event.start.astimezone(UTC).isoformat(),
            "end": event.end.astimezone(UTC).isoformat(),
            "summary": str(event["SUMMARY"]),
            "status": str(event["STATUS"]),
        }
        for event in found
    ]
    json.dump(sorted(said, key=lambda event: event["start"]), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
