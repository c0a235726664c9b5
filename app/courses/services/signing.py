"""Signing a half-day: the code of the room, one's own account or one's own link, once."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core import journal
from app.core.db import db, table, transaction
from app.core.prepared import Prepared
from app.core.refusals import Reason, Refused
from app.core.together import Together
from app.courses.models import Attendance, CourseSession, Enrolment, Exemption, SignLink
from app.courses.queries import presence
from app.courses.queries.presence import Slot
from app.courses.rules import signing as rules
from app.courses.rules.distance import AtDistance
from app.courses.rules.minutes import State
from app.courses.services import evidence
from app.courses.services.evidence import End
from app.place.models import Place

_ATTENDANCE, _SESSION, _ENROLMENT, _EXEMPTION = table(Attendance), table(CourseSession), table(Enrolment), table(Exemption)


# Of a pair of which nothing was known.
_NOTHING = {"state": "planned", "late": 0, "early": 0, "category": "", "justified": False, "wrong_codes": 0}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was just written, with its evidence."""

    session_id: int
    enrolment_id: int
    at: datetime
    rank: int
    hash: str


def code_of(session_id: int, *, now: datetime) -> str:
    """The six digits to show in the room now."""
    return rules.code_at(_code_key(), session_id, now)


def sign(*, session_id: int, member_id: int, code: str, now: datetime, device: str = "") -> Signed:
    """Sign one's own half-day. `device`: what marks a browser, kept as a fingerprint."""
    return _sign(_FIND_OWN, session_id=session_id, whose=member_id, actor_id=member_id, code=code, now=now, device=device)


def sign_by_link(*, token: str, code: str, now: datetime, device: str = "", member_id: int | None = None) -> Signed:
    """Sign by one's personal link. `member_id`: whose account is open on this device, if any; somebody else's is refused."""
    link, owner_id = by_link(token)
    if member_id not in (None, owner_id):
        raise Refused(rules.LinkOfSomebodyElse())
    asked = {"session_id": link.session_id, "whose": link.enrolment_id, "link_id": link.id}
    return _sign(_FIND_LINKED, **asked, actor_id=owner_id, code=code, now=now, device=device)


def by_link(token: str) -> tuple[SignLink, int]:
    """The link that this secret opens and whose it is; one that has served, or that nobody made, opens nothing."""
    found = db.session.execute(
        sa.select(SignLink, Enrolment.member_id)
        .join(Enrolment, Enrolment.id == SignLink.enrolment_id)
        .where(SignLink.token_hash == _hash_of(token), SignLink.used_at.is_(None))
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Refused(rules.LinkServed())
    return found.SignLink, found.member_id


def make_link(*, session_id: int, enrolment_id: int, actor_id: int, now: datetime) -> str:
    """A new personal link for somebody's half-day; those made before open nothing any more. It is told once: send it now."""
    token = secrets.token_urlsafe(24)
    with transaction() as session:
        _refuse_link(presence.slot_of(session_id, enrolment_id, now=now))
        place_id = session.scalars(sa.select(_SESSION.c.place_id).where(_SESSION.c.id == session_id)).one()
        session.execute(
            sa.delete(SignLink).where(SignLink.session_id == session_id, SignLink.enrolment_id == enrolment_id, SignLink.used_at.is_(None))
        )
        session.add(
            SignLink(
                place_id=place_id,
                enrolment_id=enrolment_id,
                session_id=session_id,
                token_hash=_hash_of(token),
                made_by_id=actor_id,
                made_at=now,
            )
        )
        session.flush()
    return token


def send_link(*, session_id: int, enrolment_id: int, actor_id: int, now: datetime) -> None:
    """Ask for somebody's personal link to leave by mail. It is made when the mail leaves, and written nowhere before."""
    with transaction() as session:
        _refuse_link(presence.slot_of(session_id, enrolment_id, now=now))
        enrolment = session.get_one(Enrolment, enrolment_id)
        journal.record(
            "attendance.link_sent",
            session_id,
            place_id=enrolment.place_id,
            actor_id=actor_id,
            member_id=enrolment.member_id,
            at=now,
            enrolment=enrolment_id,
        )


def unlock(*, session_id: int, enrolment_id: int, actor_id: int, now: datetime) -> None:
    """Let somebody try the code again. The trainer has looked: they are in the room."""
    with transaction() as session:
        row = session.get_one(Attendance, (enrolment_id, session_id), populate_existing=True)
        if row.locked_at is None:
            return
        row.locked_at, row.wrong_codes = None, 0
        member_id = session.get_one(Enrolment, enrolment_id).member_id
        journal.record(
            "attendance.unlocked", session_id, place_id=row.place_id, actor_id=actor_id, member_id=member_id, at=now, enrolment=enrolment_id
        )


def _refuse_link(slot: Slot | None) -> None:
    """A link signs somebody's own half-day, in the room, once."""
    if slot is None:
        raise Refused(rules.NotYourSession())
    if slot.signed_at:
        raise Refused(rules.AlreadySigned())
    if slot.where == "distance":
        raise Refused(AtDistance())


def _sign(
    find: Prepared,
    *,
    session_id: int,
    whose: int,
    actor_id: int,
    code: str,
    now: datetime,
    device: str,
    link_id: int | None = None,
) -> Signed:
    is_accepted, mark_of_device = rules.is_accepted(_code_key(), session_id, code, now), fingerprint_of_device(device) if device else ""

    def write() -> Signed | int:
        """What was signed; of a wrong code, how many tries are left."""
        found = find.first(session=session_id, whose=whose)
        if found is None:
            raise Refused(rules.NotYourSession())
        end = evidence.take_turn(found.cohort_id, place_id=found.place_id)
        mark = _MARK.first(enrolment=found.enrolment_id, session=found.id)
        reasons = [*_reasons(found, mark, now)]
        if reasons:
            raise Refused(*reasons)
        if is_accepted:
            return _write(found, mark, end, actor_id=actor_id, device=mark_of_device, link_id=link_id, now=now)
        return _count_wrong_code(found, now=now)

    told = _together.do(write, about=session_id)  # thirty people wait for each other: what needs no database was done before
    if isinstance(told, Signed):
        return told
    raise Refused(rules.WrongCode(count=told) if told else rules.SignatureLocked())


_together = Together()

_FIND = (
    sa.select(
        *(_SESSION.c[name] for name in ("id", "place_id", "cohort_id", "starts_at", "ends_at", "state", "where_", "trainer_id")),
        _ENROLMENT.c.id.label("enrolment_id"),
        _ENROLMENT.c.member_id,
        table(Place).c.zone,
    )
    .join(_ENROLMENT, presence.expects())
    .join(table(Place), table(Place).c.id == _SESSION.c.place_id)
    .where(
        ~sa.exists().where(_EXEMPTION.c.enrolment_id == _ENROLMENT.c.id, _EXEMPTION.c.session_id == _SESSION.c.id),
        _SESSION.c.id == sa.bindparam("session"),
    )
)
# The half-day and whose it is, if it is on their programme.
_FIND_OWN = Prepared(_FIND.where(_ENROLMENT.c.member_id == sa.bindparam("whose")))
_FIND_LINKED = Prepared(_FIND.where(_ENROLMENT.c.id == sa.bindparam("whose")))

# What is already known, read once it is our turn.
_MARK = Prepared(
    sa.select(*(_ATTENDANCE.c[name] for name in ("signed_at", "wrong_codes", "locked_at", "state"))).where(
        _ATTENDANCE.c.enrolment_id == sa.bindparam("enrolment"), _ATTENDANCE.c.session_id == sa.bindparam("session")
    )
)
_FIRST_KNOWN = Prepared(sa.insert(_ATTENDANCE))


def _reasons(found: Any, mark: Any, now: datetime) -> Iterator[Reason]:
    if mark and mark.signed_at:
        yield rules.AlreadySigned()
        return
    if found.where_ == "distance":
        yield AtDistance()
        return
    zone = ZoneInfo(found.zone)
    yield from rules.reasons_window(found.starts_at, found.ends_at, cancelled=found.state == "cancelled", now=now, zone=zone)
    if mark and mark.locked_at:
        yield rules.SignatureLocked()


def _write(found: Any, mark: Any, end: End, *, actor_id: int, device: str, link_id: int | None, now: datetime) -> Signed:
    facts: dict[str, Any] = {"by": "link" if link_id else "account", "code": True} | ({"device": device} if device else {})
    if mark and mark.state == State.ABSENT:
        facts["was"] = State.ABSENT  # closed too early: the trainer says again what is true
    written = evidence.append(
        place_id=found.place_id,
        cohort_id=found.cohort_id,
        kind="signed",
        act=f"sign:{found.id}:{found.enrolment_id}",
        at=now,
        actor_id=actor_id,
        session_id=found.id,
        enrolment_id=found.enrolment_id,
        facts=facts,
        end=end,
    )
    said_again = {"state": State.PLANNED, "category": "", "justified": False} if "was" in facts else {}
    values = {"signed_at": now, "signed_rank": written.rank, **said_again}
    if mark is None:  # the first thing known: the way of most signatures
        pair = {"enrolment_id": found.enrolment_id, "session_id": found.id, "place_id": found.place_id}
        _FIRST_KNOWN.write({**_NOTHING, **pair, **values})
    else:
        change(found.enrolment_id, found.id, place_id=found.place_id, **values)
    if link_id:
        db.session.execute(sa.update(SignLink).where(SignLink.id == link_id).values(used_at=now))
    journal.record(
        "attendance.signed", found.id, place_id=found.place_id, actor_id=actor_id, member_id=found.member_id, at=now, rank=written.rank
    )
    return Signed(found.id, found.enrolment_id, now, written.rank, written.hash)


def _count_wrong_code(found: Any, *, now: datetime) -> int:
    """How many tries are left; with none, the signature is locked and its trainer is told."""
    change(found.enrolment_id, found.id, place_id=found.place_id, wrong_codes=_ATTENDANCE.c.wrong_codes + 1)
    of_pair = (_ATTENDANCE.c.enrolment_id == found.enrolment_id, _ATTENDANCE.c.session_id == found.id)
    wrong: int = db.session.scalars(sa.select(_ATTENDANCE.c.wrong_codes).where(*of_pair)).one()
    if wrong >= rules.MOST_WRONG_CODES:
        change(found.enrolment_id, found.id, place_id=found.place_id, locked_at=now)
        journal.record(
            "attendance.locked",
            found.id,
            place_id=found.place_id,
            actor_id=found.member_id,
            member_id=found.trainer_id,
            at=now,
            enrolment=found.enrolment_id,
        )
    return max(rules.MOST_WRONG_CODES - wrong, 0)


def change(enrolment_id: int, session_id: int, *, place_id: int, **values: Any) -> None:
    """Write what is now known of a pair, making its row when it is the first thing known. In the turn of its cohort."""
    session = db.session()
    of_pair = (_ATTENDANCE.c.enrolment_id == enrolment_id, _ATTENDANCE.c.session_id == session_id)
    if session.execute(sa.update(_ATTENDANCE).where(*of_pair).values(**values).returning(_ATTENDANCE.c.session_id)).first() is None:
        known = {name: value for name, value in values.items() if not isinstance(value, sa.sql.ClauseElement)}
        session.execute(
            sa.insert(_ATTENDANCE), {**_NOTHING, "enrolment_id": enrolment_id, "session_id": session_id, "place_id": place_id, **known}
        )
        if known != values:
            session.execute(sa.update(_ATTENDANCE).where(*of_pair).values(**values))


def fingerprint_of_device(mark: str) -> str:
    """Enough to see that two people used one device, not enough to follow anybody."""
    return hashlib.sha256(mark.encode()).hexdigest()[:12]


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_key() -> bytes:
    return evidence.derived_key("attendance code")
