"""How a letter looks: a text that reads well by itself, and the same as simple HTML.

A mail is one template `<room>/mail/<name>.txt`. Its first line is the subject; then paragraphs, parted by an empty line.
A paragraph whose lines begin with `–` is a list. One that ends with an address of ours on a line of its own is a button,
labelled by what stands before:

    Annuler ou déplacer cette réservation :
    {{ url_for("coworking.booking", booking_id=booking.id, _external=True) }}

Everything is escaped and only our own addresses become links, so nothing that somebody wrote can pass for ours.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import current_app, render_template

from app.core import mail
from app.core.letters import Attachment, Letter
from app.core.mail import OutgoingMail
from app.web import i18n

_DASH = "– "


class Block(NamedTuple):
    """A paragraph, as the HTML draws it: some lines, or a list, or a button."""

    kind: str
    lines: list[str]
    href: str = ""


def write(row: OutgoingMail, template: str, *, attachments: Sequence[Attachment] = (), unsubscribe_url: str = "", **context: Any) -> Letter:
    """The letter of this template, in the language spoken now, signed by the lieu."""
    subject, _, body = render_template(template, **context).strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    end: dict[str, Any] = {"house": mail.post().house(row.place_id), "unsubscribe_url": unsubscribe_url}
    return Letter(
        subject=subject.strip(),
        text=render_template("mail/letter.txt", body=body, **end),
        html=render_template("mail/letter.html", blocks=_blocks(body), subject=subject.strip(), language=i18n.language(), **end),
        attachments=tuple(attachments),
        unsubscribe_url=unsubscribe_url,
    )


def _blocks(body: str) -> list[Block]:
    return [_block(paragraph.split("\n")) for paragraph in re.split(r"\n\s*\n", body)]


def _block(lines: list[str]) -> Block:
    if all(line.startswith(_DASH) for line in lines):
        return Block("list", [line.removeprefix(_DASH) for line in lines])
    if len(lines) > 1 and _is_ours(lines[-1]):
        return Block("button", [" ".join(lines[:-1]).rstrip(" \u00a0:")], lines[-1])
    return Block("text", lines)


def _is_ours(line: str) -> bool:
    return line.startswith(f"{current_app.config['PUBLIC_URL']}/") and not re.search(r"\s", line)
