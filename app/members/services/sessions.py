"""Sessions: a row for each device, which the cookie only names; deleting it closes the door."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.core.text import clean_line
from app.members import queries, rules
from app.members.models import Member, WebSession
from app.members.queries import SignedIn, Visit


def open_session(*, member_id: int, now: datetime, user_agent: str = "", remembered: bool = False, awaits_code: bool = False) -> str:
    """A new session for this person; its token, which the cookie carries and nothing keeps. One that awaits a code waits a little, and opens nothing."""
    token = secrets.token_urlsafe(32)
    with transaction():
        db.session.add(
            WebSession(
                token_hash=queries.hash_of(token),
                member_id=member_id,
                created_at=now,
                seen_at=now,
                expires_at=now + rules.AWAITED if awaits_code else rules.ends_at(opened=now, seen=now, remembered=remembered),
                user_agent=clean_line(user_agent)[:200],
                remembered=remembered,
                awaits_code=awaits_code,
            )
        )
        db.session.flush()
    return token


def note_seen(session: Visit, *, now: datetime) -> None:
    """Somebody came back by this session: it is good for a while longer, up to its longest."""
    ends = rules.ends_at(opened=session.created_at, seen=now, remembered=session.remembered)
    with transaction():
        db.session.execute(sa.update(WebSession).where(WebSession.id == session.id).values(seen_at=now, expires_at=ends))


def look_as(*, member_id: int, person: SignedIn, now: datetime) -> None:
    """Somebody of the team sees the lieu as this member sees it, to help; both journals say so. The session changes nothing until they are back."""
    with transaction():
        seen = db.session.get_one(Member, member_id)
        reasons = list(
            rules.reasons_look_as(person.roles, seen=seen.roles, is_oneself=seen.id == person.id, is_open=queries.may_sign_in(seen))
        )
        if reasons:
            raise Refused(*reasons)
        _see_as(person.web_session, member_id)
        journal.record("member.looked_as", member_id, actor_id=person.id, member_id=member_id, at=now)


def look_no_more(visit: Visit, *, now: datetime) -> None:
    """Back to oneself."""
    with transaction():
        if visit.seen_as_id is not None:
            _see_as(visit, None)
            journal.record("member.looked_away", visit.seen_as_id, actor_id=visit.member_id, member_id=visit.seen_as_id, at=now)


def _see_as(visit: Visit, member_id: int | None) -> None:
    db.session.execute(sa.update(WebSession).where(WebSession.id == visit.id).values(seen_as_id=member_id))


def end_session(*, member_id: int, session_id: int, now: datetime) -> bool:
    """Close one session of this person; false when they have no such session."""
    with transaction():
        ended = _end(WebSession.member_id == member_id, WebSession.id == session_id)
        if ended:
            journal.record("member.session_ended", member_id, actor_id=member_id, member_id=member_id, at=now)
        return bool(ended)


def end_sessions(*, member_id: int, actor_id: int, now: datetime, but: int | None = None) -> int:
    """Close every session of this person, but perhaps the one that asks; how many there were."""
    with transaction():
        ended = close_sessions(member_id, but=but)
        if ended:
            journal.record("member.sessions_ended", member_id, actor_id=actor_id, member_id=member_id, at=now, count=ended)
        return ended


def close_sessions(member_id: int, *, but: int | None = None) -> int:
    """The same inside a larger gesture, which tells it."""
    with transaction():
        return _end(WebSession.member_id == member_id, WebSession.id != (but or 0))


def _end(*which: sa.ColumnElement[bool]) -> int:
    ended = sa.delete(WebSession).where(*which).returning(WebSession.id).execution_options(synchronize_session=False)
    return len(db.session.execute(ended).all())
