"""How mail leaves: an SMTP server, or a folder where each mail is a file (the setting MAIL_URL)."""

import smtplib
import ssl
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TIMEOUT = 15  # seconds, for each word exchanged with the server


class Unreachable(Exception):
    """The server does not answer, or refuses all that we send: nothing else will leave now either."""


class Refused(Exception):
    """The server took no mail for this address today; another may pass."""


class RefusedForGood(Refused):
    """This address does not exist, says the server: trying again is no use."""


class Transport(Protocol):
    def send(self, message: bytes, *, sender: str, to: str, message_id: str) -> None:
        """Hand one message over, or raise one of the three above."""

    def greet(self) -> None:
        """Make sure that mail would leave, without sending any; raises `Unreachable`."""

    def close(self) -> None:
        """Say goodbye; never raises."""


def open_transport(url: str) -> Transport:
    """The way that the setting names. Nothing is connected before the first mail."""
    if url.startswith("file:"):
        return Folder(Path(url.removeprefix("file:")))
    return Smtp(urlsplit(url))


class Folder:
    """A mail is a file, whole or not there, named by its Message-ID: leaving twice, it is still one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: bytes, *, sender: str, to: str, message_id: str) -> None:  # noqa: ARG002
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:  # 0600: tokens are inside
                part.write(message)
            Path(part.name).replace(self.folder / file_name(message_id))
        except OSError as trouble:
            raise Unreachable(trouble.strerror) from trouble

    def greet(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, suffix=".part"):
                pass
        except OSError as trouble:
            raise Unreachable(trouble.strerror) from trouble

    def close(self) -> None:
        pass


def file_name(message_id: str) -> str:
    """`20261208.093012….eml`: sorted by name is sorted by time."""
    return message_id.strip("<>").partition("@")[0] + ".eml"


class Smtp:
    """`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`; `?tls=no` for a relay of one's own network.

    The connection is kept from one mail to the next, and opened again when the server left.
    """

    def __init__(self, url: SplitResult) -> None:
        self._host = url.hostname or "localhost"
        self._is_tls = url.scheme == "smtps"
        self._port = url.port or (465 if self._is_tls else 587)
        self._user, self._password = unquote(url.username or ""), unquote(url.password or "")
        options = parse_qs(url.query)
        self._starttls = options.get("tls", ["no" if self._host in LOOPBACK else "yes"])[-1] != "no"
        self._timeout = float(options.get("timeout", [str(TIMEOUT)])[-1])
        self._connection: smtplib.SMTP | None = None

    def send(self, message: bytes, *, sender: str, to: str, message_id: str) -> None:  # noqa: ARG002
        try:
            self._connected().sendmail(sender, [to], message)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, said = refusal.recipients[to]
            raise (RefusedForGood if 500 <= code < 600 else Refused)(_said(code, said, to)) from refusal
        except smtplib.SMTPDataError as refusal:
            raise Refused(_said(refusal.smtp_code, refusal.smtp_error, to)) from refusal
        except smtplib.SMTPResponseException as refusal:  # our name, our password, our sender's address
            self.close()
            raise Unreachable(_said(refusal.smtp_code, refusal.smtp_error, to)) from refusal
        except (smtplib.SMTPException, OSError) as trouble:
            self.close()
            raise Unreachable(str(trouble) or type(trouble).__name__) from trouble

    def greet(self) -> None:
        try:
            self._connected()
        except smtplib.SMTPResponseException as refusal:
            raise Unreachable(_said(refusal.smtp_code, refusal.smtp_error, "")) from refusal
        except (smtplib.SMTPException, OSError) as trouble:
            raise Unreachable(str(trouble) or type(trouble).__name__) from trouble

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and self._still_answers(self._connection):
            return self._connection
        self.close()
        self._connection = self._connect()
        return self._connection

    def _still_answers(self, connection: smtplib.SMTP) -> bool:
        try:
            return connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._starttls and not self._is_tls:
                connection.starttls(context=context)  # raises when the server has none: a password never travels in clear
            if self._user:
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection


def _said(code: int, answer: bytes | str, to: str) -> str:
    """What the server said, without the address it was said of."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".replace(to or "\0", "…").split())
