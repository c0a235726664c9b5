"""A mail server on loopback whose mood can be chosen, and a house that has something to write."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple, cast

from aiosmtpd.controller import Controller
from flask import Flask

from app.core import clock, delivery, mail
from app.core.letters import Addressee, House, Letter
from app.core.mail import OutgoingMail
from app.factory import create_app
from config import TestConfig

HOUSE = House("L’Écloserie", "bonjour@lieu.test", "Boitron")


class Received(NamedTuple):
    to: str
    message: EmailMessage
    peer: str  # which connection brought it


@dataclass
class PostOffice:
    """What a mail server sees; `refused` and `answer` change its mood, `during` is run while it holds a message."""

    refused: dict[str, str] = field(default_factory=dict)  # address: answer to RCPT
    answer: str = "250 OK"  # to DATA
    during: Callable[[], Any] = lambda: None
    received: list[Received] = field(default_factory=list)
    url: str = ""  # its MAIL_URL
    holding: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if said := self.refused.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.holding.set()
        await asyncio.to_thread(self.during)
        message = message_from_bytes(envelope.content, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        if self.answer.startswith("250"):
            self.received.append(Received(envelope.rcpt_tos[0], message, str(session.peer)))
        return self.answer

    @property
    def addresses(self) -> list[str]:
        return [one.to for one in self.received]


class Office(Controller):
    """Serves a `PostOffice` on a port that the system chooses."""

    def __init__(self, office: PostOffice) -> None:
        super().__init__(office, hostname="127.0.0.1", port=0)

    def _trigger_server(self) -> None:
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()


def note(row: OutgoingMail) -> Letter | None:
    """A letter with nothing in it but which fact it tells; none when told to be silent."""
    if row.facts.get("silent"):
        return None
    if row.facts.get("broken"):
        raise LookupError("a mistake of ours")
    text = str(row.facts.get("text", row.fact))
    return Letter(subject=str(row.facts.get("subject", "Un mot")), text=text, html=f"<p>{text}</p>")


def addressee(member_id: int) -> Addressee | None:
    return Addressee(f"m{member_id}@lieu.test", f"Membre {member_id}") if member_id < 1000 else None


def install_post(app: Flask) -> None:
    mail.install(app, mail.Post(builders={"note": note}, addressee=addressee, house=lambda place_id: HOUSE))


def send_everything(database_url: str, mail_url: str) -> None:
    """What a sender of its own does."""
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database_url, MAIL_URL=mail_url))
    install_post(app)
    with app.app_context():
        while delivery.send_due(now=clock.now(), most=3):
            pass
