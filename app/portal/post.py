"""The pages about mail: what waits and what is stuck, for the manager; leaving a list in one click; what left, while trying the program."""

import re
from collections.abc import Mapping
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock, mail
from app.core.mail import OutgoingMail
from app.core.refusals import N_
from app.members import queries as members
from app.members import services as members_services
from app.members.views import needs
from app.place import queries as places
from app.portal import frame
from app.web import csrf, trying
from app.web.security import content_policy

bp = Blueprint("post", __name__, template_folder="templates")

SHOWN = 100  # mails of a list
FILE = re.compile(r"[\w.]+\.eml", re.ASCII)


class Topic(NamedTuple):
    """What one click ends: a wish of the person's account, and how it is said."""

    field: str
    title: str
    asked: str
    done: str


TOPICS: Mapping[str, Topic] = {
    "reminders": Topic(
        "wants_reminders",
        N_("Rappels de la veille"),
        N_("Ne plus recevoir de rappel la veille de vos réservations\u202f? Les confirmations continueront d’arriver."),
        N_("Vous ne recevrez plus de rappel la veille de vos réservations. Les confirmations continuent d’arriver."),
    ),
    "digest": Topic(
        "wants_digest",
        N_("La semaine du lieu"),
        N_("Ne plus recevoir la semaine du lieu le lundi\u202f? Elle reste à lire sur la page du matin."),
        N_("Vous ne recevrez plus la semaine du lieu. Elle reste à lire sur la page du matin."),
    ),
}

# Why a mail did not leave, by the code that begins its last error.
TROUBLES: Mapping[str, str] = {
    "refused": N_("L’adresse a été refusée."),
    "unreachable": N_("Le serveur de courrier n’a pas répondu."),
    "unwritable": N_("Le message n’a pas pu être écrit\u00a0: c’est une erreur du programme, elle est notée."),
}


# ---------------------------------------------------------------- the manager's page


class Line(NamedTuple):
    """A mail that did not leave, as it is listed."""

    id: int
    kind: str
    to: str
    since: datetime
    next_try: datetime | None
    attempts: int
    why: str
    said: str  # the server's own words


@bp.get("/manage/mails")
@needs("see_mails")
def outbox() -> ResponseReturnValue:
    """What is stuck and why, what waits; each may be tried again."""
    stuck, waiting = mail.stuck_mails(most=SHOWN), mail.waiting_mails(most=SHOWN)
    return render_template(
        "post/outbox.html", stuck=[_line(row) for row in stuck], waiting=[_line(row) for row in waiting], zone=places.current().tz
    )


@bp.post("/manage/mails/<int:mail_id>/retry")
@needs("see_mails")
def retry(mail_id: int) -> ResponseReturnValue:
    if not mail.retry(mail_id=mail_id, now=clock.now()):
        abort(404)
    flash(_("Le message repart dans un instant."))
    return redirect(url_for(".outbox"))


@bp.post("/manage/mails/retry")
@needs("see_mails")
def retry_all() -> ResponseReturnValue:
    mail.retry_all(now=clock.now())
    flash(_("Les messages repartent dans un instant."))
    return redirect(url_for(".outbox"))


def _line(row: OutgoingMail) -> Line:
    person = members.member(row.member_id) if row.member_id is not None else None
    code, _colon, said = row.last_error.partition(": ")
    return Line(
        id=row.id,
        kind=_(mail.post().names.get(row.kind, N_("Message"))),
        to=person.name if person else row.to_address or "",
        since=row.created_at,
        next_try=row.due_at,
        attempts=row.attempts,
        why=_(TROUBLES[code]) if code in TROUBLES else "",
        said=said,
    )


# ---------------------------------------------------------------- leaving a list


@bp.route("/unsubscribe/<token>", methods=["GET", "POST"])
@csrf.exempt
def unsubscribe(token: str) -> ResponseReturnValue:
    """The address is the proof: a mail program posts here by itself (RFC 8058), a person presses the button."""
    asked = mail.unsubscribed(token)
    person = members.member(asked[0]) if asked else None
    if asked is None or person is None or asked[1] not in TOPICS:
        abort(404)
    topic = TOPICS[asked[1]]
    if request.method == "POST":
        members_services.change_profile(member_id=person.id, now=clock.now(), **{topic.field: False})
    return render_template("post/unsubscribe.html", topic=topic, is_done=not getattr(person, topic.field))


# ---------------------------------------------------------------- while trying the program


@bp.get("/dev/mails")
def dev_mails() -> ResponseReturnValue:
    """The mails that were written to the folder, the last first."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:SHOWN]
    return render_template("post/dev_mails.html", mails=[(file.name, _parsed(file)) for file in files], zone=frame.identity().zone)


@bp.get("/dev/mails/<name>")
def dev_mail(name: str) -> ResponseReturnValue:
    message = _message(name)
    body = message.get_body(("plain",))
    attachments = [(number, part.get_filename() or "", part.get_content_type()) for number, part in enumerate(message.iter_attachments())]
    page = render_template(
        "post/dev_mail.html",
        name=name,
        message=message,
        zone=frame.identity().zone,
        text=body.get_content() if body else "",
        attachments=attachments,
    )
    return page, {"Content-Security-Policy": content_policy(frame_src="'self'")}


@bp.get("/dev/mails/<name>/html")
def dev_mail_html(name: str) -> ResponseReturnValue:
    """The mail as its reader sees it: its own style, no script, no link that leads out of the frame."""
    body = _message(name).get_body(("html",))
    if body is None:
        abort(404)
    response = Response(body.get_content(), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    return response


@bp.get("/dev/mails/<name>/<int:number>")
def dev_attachment(name: str, number: int) -> ResponseReturnValue:
    parts = list(_message(name).iter_attachments())
    if number >= len(parts):
        abort(404)
    response = Response(parts[number].get_payload(decode=True), content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=parts[number].get_filename() or "piece")
    return response


def _folder() -> Path:
    """Where mails are written instead of sent: only for a house that is no public one, to its own machine or to its manager.

    They hold the links that open accounts.
    """
    folder = trying.folder()
    if folder is None or not (trying.is_this_machine() or current_user.may("see_mails")):
        abort(404)
    return folder


def _message(name: str) -> EmailMessage:
    file = _folder() / name
    if not FILE.fullmatch(name) or not file.is_file():
        abort(404)
    return _parsed(file)


def _parsed(file: Path) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(file.read_bytes())
