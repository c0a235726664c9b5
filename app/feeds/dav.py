"""Our bookings as Radicale reads a storage: one calendar for a person, or the lieu's; nothing can be written.

A program enters with any name and the secret of a calendar's address as its password: the same that can be renewed or stopped.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import format_datetime
from functools import cached_property
from typing import Any

from radicale import config
from radicale.app import Application
from radicale.auth import BaseAuth
from radicale.item import Item
from radicale.rights import BaseRights
from radicale.storage import BaseCollection, BaseStorage

from app.core import calendar, clock
from app.core.calendar import Event
from app.feeds import calendars
from app.feeds.calendars import Shown
from app.members import queries as members
from app.place import queries as places

CALENDAR = "reservations"
SYNC = "http://radicale.org/ns/sync/"
MOST_BYTES = 100_000


def application() -> Any:
    """Radicale with our people, our rights and our bookings; it logs nothing but mistakes, since its lines hold addresses."""
    settings = config.load()
    settings.update(
        {
            "auth": {"type": Auth, "delay": 0, "realm": "Worklab"},
            "rights": {"type": Rights},
            "storage": {"type": Storage},
            "web": {"type": "none"},
            "server": {"max_content_length": MOST_BYTES, "delay_on_error": 0},
            "logging": {"level": "error"},
        },
        "worklab",
    )
    logging.getLogger("radicale").setLevel(logging.ERROR)
    return Application(settings)


class Auth(BaseAuth):
    """Who has the secret is who it was given to."""

    def _login(self, _login: str, password: str) -> str:
        found = members.by_access_token(password, "feed", now=clock.now()) if password else None
        if found is None:
            return ""
        kind, _colon, number = found.subject.partition(":")
        if kind == "member" and found.member is not None:
            return f"m{found.member.id}"
        return f"p{int(number)}" if kind == "place" else ""


class Rights(BaseRights):
    """One reads one's own, and nothing more."""

    def authorization(self, user: str, _user_groups: set[str], path: str) -> str:
        parts = [part for part in path.strip("/").split("/") if part]
        if not user or (parts and parts[0] != user):
            return ""
        return "r" if len(parts) > 1 else "R"


class Storage(BaseStorage):
    """Three levels: the root, a person (or the lieu), their one calendar."""

    def discover(self, path: str, depth: str = "0", *_context: Any, **_groups: Any) -> Iterable[Any]:
        parts = [part for part in path.strip("/").split("/") if part]
        shown = _shown(parts[0]) if parts else None
        if parts and shown is None:
            return
        if len(parts) < 2:
            yield Folder("/".join(parts), shown.name if shown else "Worklab")
            if depth != "0" and shown is not None:
                yield Bookings(f"{parts[0]}/{CALENDAR}", shown)
        elif parts[1] == CALENDAR and shown is not None:
            bookings = Bookings(f"{parts[0]}/{CALENDAR}", shown)
            if len(parts) == 2:
                yield bookings
                if depth != "0":
                    yield from bookings.get_all()
            elif len(parts) == 3 and (item := bookings.items.get(parts[2])) is not None:
                yield item

    @contextmanager
    def acquire_lock(self, _mode: str, _user: str = "", *_more: Any, **_named: Any) -> Iterator[None]:
        """Each question reads the database as it is: there is nothing to lock."""
        yield

    def verify(self) -> bool:
        return True


class Folder(BaseCollection):
    """What holds a calendar, and nothing itself."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name

    @property
    def path(self) -> str:
        return self._path

    @property
    def last_modified(self) -> str:
        return format_datetime(clock.now(), usegmt=True)

    def get_all(self) -> Iterable[Item]:
        return ()

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        return ((href, None) for href in hrefs)

    def get_meta(self, key: str | None = None) -> Any:
        said: Mapping[str, str] = {"D:displayname": self._name}
        return said if key is None else said.get(key)


class Bookings(Folder):
    """A calendar: each event is a file named by its UID, whose mark changes when it does."""

    def __init__(self, path: str, shown: Shown) -> None:
        super().__init__(path, shown.name)
        self._shown = shown

    @cached_property
    def items(self) -> dict[str, Item]:
        found = (self._item(event) for event in self._shown.events)
        return {str(item.href): item for item in found if item is not None}

    def get_all(self) -> Iterable[Item]:
        return self.items.values()

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        return ((href, self.items.get(href)) for href in hrefs)

    def get_meta(self, key: str | None = None) -> Any:
        said = {"tag": "VCALENDAR", "D:displayname": self._name, "C:supported-calendar-component-set": "VEVENT"}
        return said if key is None else said.get(key)

    def sync(self, old_token: str = "") -> tuple[str, Iterable[str]]:
        """Nothing changed, or read it all again."""
        token = SYNC + self.etag.strip('"')
        if old_token and old_token != token:
            raise ValueError("this token is old")
        return token, () if old_token else list(self.items)

    @property
    def last_modified(self) -> str:
        last = max((event.changed_at for event in self._shown.events), default=clock.now())
        return format_datetime(last, usegmt=True)

    def _item(self, event: Event) -> Item | None:
        text = calendar.write([event], zone=self._shown.zone).decode()
        if "BEGIN:VEVENT" not in text:
            return None  # it could not be written, and the log says why
        return Item(
            collection=self,
            href=f"{event.uid.partition('@')[0]}.ics",
            text=text,
            etag=f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"',
            uid=event.uid,
            name="VCALENDAR",
            component_name="VEVENT",
            time_range=(int(event.starts_at.timestamp()), int(event.ends_at.timestamp())),
            last_modified=format_datetime(event.changed_at, usegmt=True),
        )


def _shown(user: str) -> Shown | None:
    """The calendar of who entered: `m12` a member, `p1` a lieu."""
    number = user[1:]
    if not number.isdecimal() or len(number) > 9:
        return None
    if user[0] == "m":
        member = members.member(int(number))
        return calendars.shown_to_member(member, places.places(), now=clock.now()) if member is not None else None
    place = next((place for place in places.places() if place.id == int(number)), None)
    return calendars.shown_of_place(place, now=clock.now()) if place is not None and user[0] == "p" else None
