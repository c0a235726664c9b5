"""Other people's calendar programs read our feeds as their users would: vdirsyncer and khal, a CalDAV client and its server."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from app.booking import services
from app.booking.services import SeriesWish
from app.core import clock
from app.core.db import db
from app.factory import create_app
from app.members.services import new_token
from config import TestConfig
from tests.databases import on_sqlite
from tests.factories import between, book_half, make_member, make_place, make_pool, make_thing, price, thing

pytestmark = [pytest.mark.peers, on_sqlite]

PEERS = Path(sys.prefix) / "peers" / "bin"
NOW = "2026-10-12T10:00:00+02:00"
VDIRSYNCER = """
[general]
status_path = "{folder}/status"

[pair feed]
a = "ours"
b = "theirs"
collections = null
conflict_resolution = "a wins"

[storage ours]
type = "http"
url = "{url}"

[storage theirs]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"
"""
CALDAV = """
[general]
status_path = "{folder}/status"

[pair dav]
a = "ours"
b = "theirs"
collections = ["from a"]
conflict_resolution = "a wins"

[storage ours]
type = "caldav"
url = "{url}/dav/"
username = "camille"
password = "{secret}"
read_only = true

[storage theirs]
type = "filesystem"
path = "{folder}/dav/"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[worklab]]
path = {folder}/calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Paris
default_timezone = Europe/Paris
[sqlite]
path = {folder}/khal.db
"""


def run(program: str, *arguments: str | Path, folder: Path, said: str = "") -> str:
    path = PEERS / program
    assert path.exists(), f"{path} is missing: `make test` installs other people's calendar programs"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TZ": "America/New_York"}
    done = subprocess.run([path, *arguments], check=False, env=environment, capture_output=True, text=True, timeout=60, input=said)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Secrets(NamedTuple):
    """Where the house runs, and what opens Camille's calendar and the lieu's."""

    url: str
    own: str
    lieu: str


@pytest.fixture
def secrets(database, servers, tmp_path, frozen) -> Secrets:
    """A running house where Camille has a desk, and a weekly room over the change of hour: one date moved, one cancelled."""
    (server,) = servers(1, WORKLAB_NOW=NOW)
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database, MAIL_URL=f"file:{tmp_path / 'mails'}"))
    frozen(NOW)
    with app.app_context():
        place = make_place(short_name="L’Écloserie; Boitron")
        pool = make_pool(place)
        room = make_thing(place, "R", kind="room", name="Salle de réunion")
        price(place, "desk", "half_day", 700)
        camille = make_member("Camille")
        book_half(thing(pool.id), "2026-10-20", "morning", camille, note="À voir : le café, les « prises »\nautre ligne")
        wish = SeriesWish(thing=room, first_start=datetime.fromisoformat("2026-10-19T09:00"), minutes=60, rrule="FREQ=WEEKLY;COUNT=4")
        _, dates = services.reserve_series(wish, member_id=camille.id, actor_id=camille.id, skip_conflicts=False, now=clock.now())
        moved, cancelled = (one.booking_id for one in dates[1:3])
        assert moved is not None
        assert cancelled is not None
        wanted = services.ask(
            [(room, between("2026-10-27", "11:00", "12:30"))], member_id=camille.id, actor_id=camille.id, now=clock.now(), moving_id=moved
        )
        services.move(moved, wanted)
        services.cancel(booking_id=cancelled, actor_id=camille.id, by_lieu=False, now=clock.now())
        own = new_token(member_id=camille.id, purpose="feed", subject="member", now=clock.now())
        lieu = new_token(member_id=None, purpose="feed", subject=f"place:{place.id}", now=clock.now())
        db.session.remove()
        db.engine.dispose()
    return Secrets(server.url, own, lieu)


@pytest.fixture
def feed(secrets) -> str:
    return f"{secrets.url}/feeds/{secrets.own}.ics"


def synchronise(feed: str, folder: Path) -> str:
    (folder / "calendar").mkdir(exist_ok=True)
    config = folder / "vdirsyncer.conf"
    config.write_text(VDIRSYNCER.format(folder=folder, url=feed))
    if not (folder / "status").exists():
        run("vdirsyncer", "-c", config, "discover", folder=folder)
    return run("vdirsyncer", "-c", config, "sync", folder=folder)


def test_vdirsyncer_and_khal_show_the_week_as_it_is(feed, tmp_path):
    folder = tmp_path / "peer"
    folder.mkdir()
    synchronise(feed, folder)
    (folder / "khal.conf").write_text(KHAL.format(folder=folder))
    said = run(
        *(
            "khal",
            "-c",
            folder / "khal.conf",
            "list",
            "--day-format",
            "",
            "--format",
            "{start-date} {start-time} {end-time} {title}|{status}",
        ),
        *("2026-10-19", "28d"),
        folder=folder,
    )

    place = "L’Écloserie; Boitron"
    assert [line.strip() for line in said.splitlines() if line.strip()] == [
        f"2026-10-19 09:00 10:00 Salle de réunion · {place}|CONFIRMED",
        f"2026-10-20 08:30 13:00 Poste A1 · {place}|CONFIRMED",
        f"2026-10-27 11:00 12:30 Salle de réunion · {place}|CONFIRMED",
        f"2026-11-02 09:00 10:00 Salle de réunion · {place}|CANCELLED",
        f"2026-11-09 09:00 10:00 Salle de réunion · {place}|CONFIRMED",
    ]


def test_a_second_reading_changes_nothing_in_the_copy(feed, tmp_path):
    folder = tmp_path / "peer"
    folder.mkdir()
    synchronise(feed, folder)
    before = {file.name: file.read_bytes() for file in (folder / "calendar").iterdir()}
    synchronise(feed, folder)

    assert len(before) == 5
    assert {file.name: file.read_bytes() for file in (folder / "calendar").iterdir()} == before


@contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """A CalDAV server that lets anybody in."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none", "--storage-filesystem-folder", str(folder / "collections")]
    log = (folder / "radicale.log").open("wb")
    server = subprocess.Popen(
        [PEERS / "radicale", "--config", "", *options],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    try:
        for _ in range(100):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=10)
        log.close()


def test_a_caldav_server_takes_our_events_and_gives_them_back(feed, tmp_path):
    folder = tmp_path / "peer"
    folder.mkdir()
    (folder / "feed.ics").write_bytes(urllib.request.urlopen(feed, timeout=10).read())
    script = Path(__file__).with_name("peers_caldav.py")
    with radicale(folder) as url:
        said = json.loads(run("python", script, url, folder / "feed.ics", "2026-10-01", "2026-11-30", folder=folder))

    assert [(event["start"], event["end"], event["status"]) for event in said] == [
        (begins, ends, status)
        for begins, ends, status in [
            ("2026-10-19T07:00:00+00:00", "2026-10-19T08:00:00+00:00", "CONFIRMED"),
            ("2026-10-20T06:30:00+00:00", "2026-10-20T11:00:00+00:00", "CONFIRMED"),
            ("2026-10-27T10:00:00+00:00", "2026-10-27T11:30:00+00:00", "CONFIRMED"),
            ("2026-11-02T08:00:00+00:00", "2026-11-02T09:00:00+00:00", "CANCELLED"),
            ("2026-11-09T08:00:00+00:00", "2026-11-09T09:00:00+00:00", "CONFIRMED"),
        ]
    ]
    assert len({event["uid"] for event in said}) == 5


CANCELLED = "2026-11-02 09:00 CANCELLED"  # told to whom it was; to the others the lieu is only free then


@pytest.mark.parametrize(("whose", "gone"), [("own", [CANCELLED]), ("lieu", [])])
def test_vdirsyncer_finds_our_own_caldav_copies_it_once_and_khal_reads_it(secrets, whose, gone, tmp_path):
    folder = tmp_path / "peer"
    folder.mkdir()
    config = folder / "vdirsyncer.conf"
    config.write_text(CALDAV.format(folder=folder, url=secrets.url, secret=getattr(secrets, whose)))
    run("vdirsyncer", "-c", config, "discover", "--no-list", folder=folder, said="y\n")
    run("vdirsyncer", "-c", config, "sync", folder=folder)
    (copied,) = [path for path in (folder / "dav").iterdir() if path.is_dir()]
    before = {file.name: file.read_bytes() for file in copied.glob("*.ics")}
    run("vdirsyncer", "-c", config, "sync", folder=folder)
    assert len(before) == 4 + len(gone) and {file.name: file.read_bytes() for file in copied.glob("*.ics")} == before

    (folder / "khal.conf").write_text(KHAL.format(folder=folder).replace(f"{folder}/calendar", str(copied)))
    listed = run(
        *("khal", "-c", folder / "khal.conf", "list", "--day-format", "", "--format", "{start-date} {start-time} {status}"),
        *("2026-10-19", "28d"),
        folder=folder,
    )
    assert [line.strip() for line in listed.splitlines() if line.strip()] == [
        "2026-10-19 09:00 CONFIRMED",
        "2026-10-20 08:30 CONFIRMED",
        "2026-10-27 11:00 CONFIRMED",
        *gone,
        "2026-11-09 09:00 CONFIRMED",
    ]


@pytest.mark.parametrize(
    ("whose", "name", "gone"),
    [("own", "Mes réservations · L’Écloserie; Boitron", [["2026-11-02T08:00:00+00:00", "CANCELLED"]]), ("lieu", "Worklab", [])],
)
def test_a_caldav_client_finds_our_calendar_searches_it_and_may_not_write(secrets, whose, name, gone, tmp_path):
    folder = tmp_path / "peer"
    folder.mkdir()
    script = Path(__file__).with_name("peers_reading.py")
    said = json.loads(run("python", script, f"{secrets.url}/dav/", getattr(secrets, whose), "2026-10-26", "2026-11-03", folder=folder))

    assert said["calendars"] == [name]
    assert said["found"] == [["2026-10-27T10:00:00+00:00", "CONFIRMED"], *gone]
    assert said["written"] is False
