"""Webhooks: told once, signed, for twenty hours, and only to public addresses."""

import base64
import hashlib
import hmac
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import wiring
from app.api import services
from app.api.models import Delivery, Webhook
from app.core import clock, elsewhere, journal, urls
from app.core.db import db, transaction
from tests.api.partner import codes, wrong

CERTIFICATE = Path(__file__).parent / "hooks.pem"  # of « hooks.test », for these tests only; whoever has it has nothing
FAR_AWAY = "93.184.216.34"


@dataclass
class Hooks:
    """A service on loopback that plays one on Internet: what it was told, and its mood."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)  # the next answers; then 204
    location: str = ""
    during: object = None
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://hooks.test:{self.port}/worklab?from=here"


@pytest.fixture
def names(monkeypatch) -> dict[str, str]:
    """What the names of Internet lead to."""
    known = {"exemple.fr": FAR_AWAY, "hooks.test": "127.0.0.1", "inside.exemple.fr": "10.0.0.5", "half.exemple.fr": f"{FAR_AWAY} ::1"}

    def getaddrinfo(host: str, port: int, *_: object, **__: object):
        if re.fullmatch(r"[0-9a-f.:]+", host) and host not in known:
            known[host] = host
        if host not in known:
            raise socket.gaierror("unknown")
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port))
            for address in known[host].split()
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def hooks(names, monkeypatch) -> Iterator[Hooks]:
    hooks = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if callable(hooks.during):
                hooks.during()
            hooks.told.append((dict(self.headers), body))
            self.send_response(hooks.statuses.pop(0) if hooks.statuses else 204)
            if hooks.location:
                self.send_header("Location", hooks.location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    hooks.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    monkeypatch.setattr(elsewhere, "_context", lambda: trusting)
    monkeypatch.setattr(elsewhere, "is_public", lambda address: address == "127.0.0.1" or urls.is_public(address))
    yield hooks
    server.shutdown()
    server.server_close()
    thread.join()


def work() -> int:
    """What the worker does: read the journal, then tell."""
    db.session.commit()
    journal.deliver(wiring.READERS, now=clock.now())
    told = services.tell_due(now=clock.now())
    db.session.expire_all()
    return told


def subscribe(lieu, partner, url: str, events: tuple[str, ...] = ("booking.confirmed",)) -> dict:
    work()  # what happened before is nobody's business
    made = partner(lieu.max).post("/webhooks", url=url, events=list(events))
    assert made.status_code == 201, made.json
    return made.json


def book(lieu, partner, hour: int = 10) -> int:
    return partner(lieu.camille).book(lieu.room, f"2027-01-05 {hour}:00", f"2027-01-05 {hour}:30").json["id"]


# ---------------------------------------------------------------- asking


def test_the_secret_is_shown_once(lieu, partner, names):
    boss = partner(lieu.max)

    made = boss.post("/webhooks", url="https://exemple.fr/worklab", events=["booking.confirmed"])
    listed = boss.get("/webhooks").json["items"]

    assert made.json["secret"].startswith("whsec_")
    assert len(base64.b64decode(made.json["secret"].removeprefix("whsec_"))) == 32
    assert [one["id"] for one in listed] == [made.json["id"]]
    assert "secret" not in listed[0]
    row = db.session.scalars(sa.select(Webhook)).one()
    assert made.json["secret"] not in str(vars(row))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://exemple.fr/", "https_required"),
        ("ftp://exemple.fr/", "https_required"),
        ("exemple.fr", "bad_url"),
        ("https://", "bad_url"),
        ("https://user:password@exemple.fr/", "bad_url"),
        ("https://exemple.fr/#part", "bad_url"),
        ("https://exemple.fr:99999/", "bad_url"),
        ("https://exemple.fr:0/", "bad_url"),
        ("https://[::1/", "bad_url"),
        ("https://exémple.fr/", "bad_url"),
        ("https://localhost/", "private_address"),
        ("https://127.0.0.1/", "private_address"),
        ("https://127.1/", "private_address"),
        ("https://2130706433/", "private_address"),
        ("https://0x7f000001/", "private_address"),
        ("https://10.1.2.3/", "private_address"),
        ("https://172.16.0.1/", "private_address"),
        ("https://192.168.1.1:8443/hook", "private_address"),
        ("https://169.254.169.254/latest/meta-data", "private_address"),
        ("https://100.64.0.1/", "private_address"),
        ("https://0.0.0.0/", "private_address"),
        ("https://224.0.0.1/", "private_address"),
        ("https://[::1]/", "private_address"),
        ("https://[fe80::1]/", "private_address"),
        ("https://[fd00::1]/", "private_address"),
        ("https://[::ffff:10.0.0.1]/", "private_address"),
        ("https://[64:ff9b::7f00:1]/", "private_address"),
        ("https://[2002:7f00:1::]/", "private_address"),
        ("https://nas.local/", "private_address"),
        ("https://db.internal/", "private_address"),
        ("https://router.home.arpa/", "private_address"),
        ("https://localhost./", "private_address"),
        ("https://inside.exemple.fr/", "private_address"),
        ("https://half.exemple.fr/", "private_address"),
    ],
)
def test_only_public_addresses_are_told(lieu, partner, names, url, code):
    no = partner(lieu.max).post("/webhooks", url=url)

    assert (no.status_code, codes(no)) == (422, [code])


@pytest.mark.parametrize(
    "url",
    [
        "https://exemple.fr",
        "https://exemple.fr:8443/a?b=c",
        f"https://{FAR_AWAY}/",
        "https://[2606:2800:220:1::1]/",
        "https://not-yet.exemple.fr/",
    ],
)
def test_a_public_address_is_taken_even_when_its_name_is_not_known_yet(lieu, partner, names, url):
    assert partner(lieu.max).post("/webhooks", url=url).status_code == 201


def test_events_are_those_of_the_journal(lieu, partner, names):
    no = partner(lieu.max).post("/webhooks", url="https://exemple.fr/", events=["booking.confirmed", "moon.landed"])

    assert wrong(no) == {"events.1": ["not_a_choice"]}


def test_twenty_webhooks_and_no_more(lieu, partner, names):
    boss = partner(lieu.max)
    answers = [boss.post("/webhooks", url="https://exemple.fr/").status_code for _ in range(21)]

    assert answers == [201] * 20 + [422]


# ---------------------------------------------------------------- telling


def test_what_happens_is_told_once_and_signed(lieu, partner, hooks):
    secret = subscribe(lieu, partner, hooks.url)["secret"]
    booking = book(lieu, partner)

    assert (work(), work()) == (1, 0)

    ((headers, body),) = hooks.told
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-id"].startswith("msg_")
    assert int(headers["webhook-timestamp"]) == int(clock.now().timestamp())
    assert headers["Host"] == f"hooks.test:{hooks.port}"
    told = json.loads(body)
    assert (told["type"], told["data"]["id"], told["data"]["member_id"]) == ("booking.confirmed", booking, lieu.camille.id)
    assert datetime.fromisoformat(told["timestamp"]) == clock.now()
    assert b"Camille" not in body


def test_only_the_events_asked_for_are_told_and_all_of_them_when_none_is(lieu, partner, hooks):
    subscribe(lieu, partner, hooks.url, ("booking.cancelled",))
    subscribe(lieu, partner, hooks.url, ())
    booking = book(lieu, partner)
    partner(lieu.camille).delete(f"/bookings/{booking}")

    work()

    assert sorted(json.loads(body)["type"] for _, body in hooks.told) == ["booking.cancelled", "booking.cancelled", "booking.confirmed"]


def test_an_entry_read_twice_is_told_once(lieu, partner, hooks):
    subscribe(lieu, partner, hooks.url)
    book(lieu, partner)
    with transaction():
        for entry in db.session.scalars(sa.select(journal.JournalEntry).where(journal.JournalEntry.event == "booking.confirmed")).all():
            services.tell_webhooks(entry)

    assert work() == 1


def test_a_gesture_that_is_undone_is_told_to_nobody(lieu, partner, hooks):
    subscribe(lieu, partner, hooks.url)
    partner(lieu.camille).book(lieu.room, "2027-01-05 10:00", "2027-01-05 10:10")

    assert work() == 0


def test_it_insists_for_twenty_hours_then_stops(lieu, partner, hooks, frozen):
    hook = subscribe(lieu, partner, hooks.url)
    hooks.statuses = [500] * 20
    book(lieu, partner)
    begun, tries = clock.now(), []

    for _ in range(30):
        if work():
            tries.append(clock.now() - begun)
        due = db.session.scalar(sa.select(Delivery.due_at))
        if due is None:
            break
        frozen((due - timedelta(seconds=1)).isoformat())
        assert work() == 0
        frozen(due.isoformat())

    assert tries == [timedelta(seconds=seconds) for seconds in (0, 5, 305, 2105, 9305, 27305, 72005)]
    assert len({headers["webhook-id"] for headers, _ in hooks.told}) == 1
    assert len({body for _, body in hooks.told}) == 1
    seen = partner(lieu.max).get("/webhooks").json["items"][0]
    assert (seen["id"], seen["last_error"], datetime.fromisoformat(seen["failing_since"])) == (hook["id"], "status 500", begun)


def test_a_service_that_is_back_is_no_longer_said_to_fail(lieu, partner, hooks, frozen):
    subscribe(lieu, partner, hooks.url)
    hooks.statuses = [503]
    book(lieu, partner)
    work()
    frozen((clock.now() + timedelta(seconds=5)).isoformat())
    work()

    seen = partner(lieu.max).get("/webhooks").json["items"][0]
    assert (len(hooks.told), seen["last_error"], seen["failing_since"]) == (2, "", None)


def test_a_redirection_is_not_followed(lieu, partner, hooks):
    subscribe(lieu, partner, hooks.url)
    hooks.statuses, hooks.location = [302], "https://10.0.0.5/"
    book(lieu, partner)
    work()

    assert partner(lieu.max).get("/webhooks").json["items"][0]["last_error"] == "status 302"


def test_a_service_that_is_gone_for_good_is_told_no_more(lieu, partner, hooks):
    subscribe(lieu, partner, hooks.url)
    hooks.statuses = [410]
    book(lieu, partner, 10)
    work()
    book(lieu, partner, 14)

    assert work() == 0
    assert partner(lieu.max).get("/webhooks").json["items"][0]["disabled_at"] is not None


def test_a_name_that_now_leads_inside_is_told_nothing(lieu, partner, hooks, names):
    subscribe(lieu, partner, hooks.url)
    book(lieu, partner)
    names["hooks.test"] = "192.168.1.1"
    work()

    assert (hooks.told, partner(lieu.max).get("/webhooks").json["items"][0]["last_error"]) == ([], "private address")


def test_a_certificate_of_somebody_else_is_told_nothing(lieu, partner, hooks, names):
    names["other.test"] = "127.0.0.1"
    subscribe(lieu, partner, hooks.url.replace("hooks.test", "other.test"))
    book(lieu, partner)
    work()

    assert (hooks.told, partner(lieu.max).get("/webhooks").json["items"][0]["last_error"]) == ([], "unreachable: SSLCertVerificationError")


def test_one_who_drips_is_hung_up_on(lieu, partner, hooks, monkeypatch):
    monkeypatch.setattr(elsewhere, "WHOLE", 0.2)
    subscribe(lieu, partner, hooks.url)
    hooks.during = lambda: time.sleep(0.6)
    book(lieu, partner)
    started = time.monotonic()
    work()

    assert time.monotonic() - started < 0.6
    assert partner(lieu.max).get("/webhooks").json["items"][0]["last_error"].startswith("unreachable")


def test_a_service_that_is_down_does_not_keep_another_waiting(lieu, partner, hooks, names):
    names["down.test"] = "127.0.0.1"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    subscribe(lieu, partner, f"https://down.test:{port}/")
    subscribe(lieu, partner, hooks.url)
    for hour in (10, 12, 14):
        book(lieu, partner, hour)

    assert work() == 4  # one try for the first, which is then left alone; all for the second
    assert len(hooks.told) == 3


def test_what_a_killed_sender_held_is_told_once_its_lease_is_over(lieu, partner, hooks, frozen):
    subscribe(lieu, partner, hooks.url)
    book(lieu, partner)
    journal.deliver(wiring.READERS, now=clock.now())
    services._lease(clock.now(), but_not=())

    assert work() == 0
    frozen((clock.now() + services.LEASE).isoformat())
    assert work() == 1


def test_who_hears_no_more_is_told_nothing_not_even_what_waited(lieu, partner, hooks):
    hook = subscribe(lieu, partner, hooks.url)
    book(lieu, partner)
    boss = partner(lieu.max)

    assert (boss.delete(f"/webhooks/{hook['id']}").status_code, boss.delete(f"/webhooks/{hook['id']}").status_code) == (204, 404)
    assert (work(), hooks.told, boss.get("/webhooks").json["items"]) == (0, [], [])


def test_what_was_told_is_forgotten_after_a_month(lieu, partner, hooks, frozen):
    subscribe(lieu, partner, hooks.url)
    book(lieu, partner)
    work()

    assert services.forget_told(now=clock.now() + timedelta(days=29)) == 0
    assert services.forget_told(now=clock.now() + timedelta(days=30)) == 1
