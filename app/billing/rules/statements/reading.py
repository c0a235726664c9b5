"""Which kind of statement a file is, told by its first bytes and never by its name."""

from collections.abc import Callable

from app.billing.rules.statements import camt, ofx, tables
from app.billing.rules.statements.lines import MOST_BYTES, Statement
from app.billing.rules.statements.refusals import Empty, NoLine, TooLarge
from app.core.refusals import Refused


def read_statement(data: bytes) -> Statement:
    """The statement, or a refusal that says why it cannot be read."""
    if len(data) > MOST_BYTES:
        raise Refused(TooLarge())
    if not data.strip():
        raise Refused(Empty())
    statement = _reader(data)(data)
    if not statement.lines:
        raise Refused(NoLine())
    return statement


def _reader(data: bytes) -> Callable[[bytes], Statement]:
    head = data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if b"<OFX>" in data[:4000].upper() or head.upper().startswith(b"OFXHEADER"):
        return ofx.read
    return camt.read if head.startswith(b"<") else tables.read
