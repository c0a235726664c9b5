"""A letter, and the e-mail that carries it. What enters a header is made unable to end it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.core.text import clean_line


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who reads: where, called what, in which language."""

    address: str
    name: str = ""
    locale: str = "fr"


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: the lieu."""

    name: str
    address: str  # e-mail
    where: str = ""  # « Ancienne école, 61500 Boitron »


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content: bytes
    content_type: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a builder writes: the same words as text and as HTML."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    unsubscribe_url: str = ""  # of what is not contractual


class BadAddress(ValueError):
    """No server would take a mail for this address."""


def as_bytes(letter: Letter, *, house: House, to: Addressee, message_id: str, now: datetime) -> bytes:
    """The message as it travels: seven bits, CRLF."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(header_text(house.name), addr_spec=house.address)
    message["To"] = _addressee(to)
    message["Subject"] = header_text(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for attachment in letter.attachments:
        maintype, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename, params=dict(attachment.parameters)
        )
    message["Content-Language"] = to.locale  # last: each part that is added takes what was said of the content before it
    return _unsubscribe_headers(letter.unsubscribe_url) + message.as_bytes()


def header_text(value: str) -> str:
    """One line that a header may hold, with plain spaces: folding it would lose the others.

    Python reads `=?UTF-8?Q?=0A?=` inside a value as a line end: the mark is broken.
    """
    return clean_line(value.replace("\u00a0", " ").replace("\u202f", " ")).replace("=?", "= ?")


def _addressee(to: Addressee) -> Address:
    try:
        mailbox = Address(header_text(to.name), addr_spec=to.address)
    except (ValueError, IndexError, HeaderParseError) as trouble:  # what the parser of addresses raises
        raise BadAddress("not an address") from trouble
    if not to.address.isascii() or not to.address.isprintable() or not mailbox.username or not mailbox.domain:
        raise BadAddress("not an address")
    return mailbox


def _unsubscribe_headers(url: str) -> bytes:
    """Written by hand: the library breaks a long address into encoded words, which no reader of this header undoes."""
    if not url:
        return b""
    if not url.isascii() or not url.isprintable() or set(url) & set(" <>"):
        raise ValueError("an address in a header is plain")
    return f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
