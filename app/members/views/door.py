"""Who is at the door: the blueprint of these pages, who is signed in, and what one must be to open a page."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user
from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.db import HouseIsReadOnly
from app.members import queries, rules, services
from app.members.queries import SignedIn
from app.members.services import Device
from app.web import security
from app.web.forms import Form

P = ParamSpec("P")
R = TypeVar("R")

AWAITING = "awaiting"  # in the cookie: the session whose code is awaited

bp = Blueprint("members", __name__, template_folder="../templates")


class Stranger(AnonymousUserMixin):
    """Somebody who has not entered: no role, no right."""

    id = None
    roles: frozenset[str] = frozenset()
    locale = None
    is_only_looking = False

    def may(self, _action: str) -> bool:
        return False


Tariffs = Callable[[int], list[tuple[str, str]]]

# What somebody who looks with another's eyes may still send: to be themselves again, to leave.
_WAYS_BACK = ("members.look_no_more", "members.sign_out")


def install(app: Flask, *, open_to_strangers: Collection[str], closed_to_lookers: Collection[str], tariffs: Tariffs) -> None:
    """Know who is signed in; and open nothing to others but the endpoints listed (`room.page`, or `room.*`).

    `closed_to_lookers` are the pages that nobody of the team opens with another's eyes.
    `tariffs` gives (code, name) of the tariffs of a lieu, which are billing's.
    """
    app.extensions["tariffs"] = tariffs
    manager = LoginManager(app)
    manager.anonymous_user = Stranger
    manager.session_protection = None  # sessions are ours, and a phone changes its address all day
    manager._session_identifier_generator = str  # so no fingerprint of the browser is made at each page, nor put in its cookie
    manager.user_loader(_load)
    manager.unauthorized_handler(_ask_to_enter)
    app.extensions["open_to_strangers"] = frozenset(open_to_strangers)
    app.extensions["closed_to_lookers"] = frozenset(closed_to_lookers)
    app.before_request(_open_or_not)


def needs(action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A page for who may do this; for everybody else there is no such page."""
    assert action in rules.ACTIONS, action

    def guarded(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guard(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.may(action):
                abort(404)
            return view(*args, **kwargs)

        return guard

    return guarded


def device(*, remembered: bool = False) -> Device:
    """From where this request comes."""
    return Device(address=request.remote_addr or "", user_agent=request.user_agent.string, remembered=remembered)


def let_in(token: str, *, remembered: bool, default: str = "/me") -> ResponseReturnValue:
    """Put a new session in the browser in place of whatever it had, so that nobody else's stays in it; then where the person was going.

    Of who has a second factor, it goes by the page that asks the code.
    """
    place = session.get("place")
    session.clear()
    session.permanent = remembered
    if place is not None:
        session["place"] = place
    person = queries.session_member(token, now=clock.now())
    if person is None:
        session[AWAITING] = token
        return redirect(url_for("members.code", next=security.safe_next(request.values.get("next"), default)))
    login_user(person)
    return back_to_work(default)


def answer(template: str, form: Form, **shown: Any) -> ResponseReturnValue:
    """The page of a form with its status; 429 when there were too many tries, saying when to come back."""
    waits = [
        reason.words["count"] for reason in (form.refused.reasons if form.refused else []) if isinstance(reason, rules.TooManyAttempts)
    ]
    headers = {"Retry-After": str(60 * int(str(waits[0])))} if waits else {}
    return render_template(template, form=form, **shown), 429 if waits else form.status, headers


def asked_page() -> str:
    """Where the person was going when they were asked to enter; nothing when they came by themselves."""
    return security.safe_next(request.values.get("next"), "")


def back_to_work(default: str = "/me") -> ResponseReturnValue:
    """Where the person wanted to go when they were asked to enter."""
    return redirect(security.safe_next(request.values.get("next"), default))


def _load(token: str) -> SignedIn | None:
    now = clock.now()
    person = queries.session_member(token, now=now)
    if person is not None and now - person.web_session.seen_at >= rules.RENEWED_AFTER[person.web_session.remembered]:
        _note_seen(person)
    return person


def _note_seen(person: SignedIn) -> None:
    """Reading goes on when nobody may write, or when somebody writes for long: it will be noted another time."""
    try:
        services.note_seen(person.web_session, now=clock.now())
    except (HouseIsReadOnly, OperationalError) as trouble:
        current_app.logger.warning("session not noted as seen: %s", type(trouble).__name__)
    else:
        session.modified = True  # the cookie of a remembered device is sent again, so that it lasts as long as its session


def _open_or_not() -> ResponseReturnValue | None:
    """Every page is private unless it is listed."""
    if request.endpoint is None or _is_among("open_to_strangers"):
        return None
    person = current_user._get_current_object()
    if not person.is_authenticated:
        return _ask_to_enter()
    return _only_looking() if person.is_only_looking else None


def _only_looking() -> ResponseReturnValue | None:
    """Who looks with another's eyes changes nothing, and leaves closed what is nobody else's to read."""
    is_reading = request.method in ("GET", "HEAD", "OPTIONS")
    if request.endpoint in _WAYS_BACK or (is_reading and not _is_among("closed_to_lookers")):
        return None
    return render_template("members/only_looking.html"), 403


def is_only_looking() -> bool:
    """Whether the one who asks is somebody of the team, with the eyes of a member."""
    return bool(current_user.is_only_looking)


def looking() -> str:
    """The template of what every page says to who looks with another's eyes, with the way back; none for everybody else."""
    return "members/looking.html" if is_only_looking() else ""


def _is_among(list_name: str) -> bool:
    listed: Collection[str] = current_app.extensions[list_name]
    return request.endpoint in listed or f"{str(request.endpoint).partition('.')[0]}.*" in listed


def _ask_to_enter() -> ResponseReturnValue:
    """To the sign-in page, then back to where one was: of a form that was being sent, to the page that held it."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("members.sign_in", next=request.full_path.rstrip("?")))
    flash(_("Votre session s’était refermée : rien n’a été fait. Entrez, puis recommencez."), "warn")
    return redirect(url_for("members.sign_in", next=security.page_before()))
