"""Rights that travel: taken away signed, read in another lieu, accepted there or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from app.core import journal, signing
from app.core.db import db, insert_unless_there, transaction
from app.core.refusals import Reason, Refused
from app.core.sealing import seal, unseal
from app.core.urls import reasons_url
from app.fablab import queries
from app.fablab.gateways import ask_home
from app.fablab.models import AcceptedRight, Clearance, ClearanceType, LieuKey, TrustedLieu
from app.fablab.rules import (
    AcceptedBefore,
    AlreadyCleared,
    Carried,
    NotALieu,
    NotARightsFile,
    NothingToTake,
    RightsFile,
    check_code,
    expiry,
    number_of,
    read_file,
    reasons_file,
    reasons_right,
    standing,
    written,
)
from app.members.models import Member
from app.place.models import Place

SEALED_FOR = "lieu key"

Ask = Callable[..., str | None]  # of another lieu: whether a clearance still stands


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as this lieu sees it: what is against it, and against each clearance in it."""

    file: RightsFile
    lieu: TrustedLieu
    lines: list[tuple[Carried, list[Reason]]]


def own_key(place_id: int, *, now: datetime) -> LieuKey:
    """What this lieu signs with; made the first time that it is needed."""
    if (known := queries.lieu_key(place_id)) is not None:
        return known
    private, public = signing.new_key()
    with transaction():
        sealed = seal(private, use=SEALED_FOR, where=f"place:{place_id}")
        values = {"place_id": place_id, "public_key": public, "sealed_private": sealed, "created_at": now}
        made = db.session.execute(insert_unless_there(LieuKey).values(values).returning(LieuKey.place_id)).scalar()
        if made is not None:
            journal.record("rights.key_made", place_id, place_id=place_id, at=now)
        return db.session.get_one(LieuKey, place_id, populate_existing=True)


def take_rights(member: Member, place: Place, *, now: datetime) -> str:
    """The file of all that this person may use here today, signed by the lieu."""
    today = now.astimezone(place.tz).date()
    held = queries.held_clearances(place.id, day=today, zone=place.tz, member_id=member.id)
    secret = current_app.config["SECRET_KEY"]
    rights = [
        Carried(number_of(one.clearance.id), check_code(secret, one.clearance.id), one.name, one.clearance.given_on, one.last_day)
        for one in held
        if one.is_good
    ]
    if not rights:
        raise Refused(NothingToTake())
    key = own_key(place.id, now=now)
    private = unseal(key.sealed_private, use=SEALED_FOR, where=f"place:{place.id}")
    with transaction():
        journal.record("rights.taken", member.id, place_id=place.id, actor_id=member.id, member_id=member.id, at=now)
    return written(
        lieu=place.name,
        url=str(current_app.config["PUBLIC_URL"]),
        key=key.public_key,
        person=member.name,
        email=member.email,
        made_on=today,
        rights=rights,
        sign=lambda message: signing.sign(private, message),
    )


def trust_lieu(*, place_id: int, name: str, url: str, public_key: str, actor_id: int, now: datetime) -> TrustedLieu:
    """Its key was given by its own team."""
    address = url.rstrip("/")
    if refused := [*reasons_url(address), *(() if signing.is_public_key(public_key) else (NotALieu(),))]:
        raise Refused(*refused)
    with transaction():
        values = {
            "place_id": place_id,
            "name": name,
            "url": address,
            "public_key": public_key,
            "created_at": now,
            "created_by_id": actor_id,
        }
        made = db.session.execute(insert_unless_there(TrustedLieu).values(values).returning(TrustedLieu.id)).scalar()
        if made is None:
            return next(one for one in queries.trusted_lieux(place_id) if one.public_key == public_key)
        journal.record("rights.lieu_trusted", made, place_id=place_id, actor_id=actor_id, at=now)
        return db.session.get_one(TrustedLieu, made)


def distrust_lieu(lieu: TrustedLieu, *, actor_id: int, now: datetime) -> None:
    """What it signs is accepted no more; what was accepted stays, and is revoked one by one if need be."""
    if lieu.revoked_at is not None:
        return
    with transaction():
        lieu.revoked_at = now
        db.session.flush()
        journal.record("rights.lieu_distrusted", lieu.id, place_id=lieu.place_id, actor_id=actor_id, at=now)


def read_rights(content: bytes, *, member: Member, place: Place, is_checked: bool, now: datetime, ask: Ask = ask_home) -> Reading:
    """What a file says of this person, once it is sure that a lieu we trust wrote it; its lieu is asked about each clearance."""
    file = read_file(content)
    if file is None:
        raise Refused(NotARightsFile())
    today, key = now.astimezone(place.tz).date(), queries.lieu_key(place.id)
    lieux = {one.public_key: one for one in queries.trusted_lieux(place.id)}
    refused = reasons_file(
        file,
        own_key=key.public_key if key is not None else None,
        known_keys=lieux,
        is_signed=signing.is_signed(file.key, file.signed, file.signature),
        email=member.email,
        today=today,
    )
    if reasons := list(refused):
        raise Refused(*reasons)
    lieu = lieux[file.key]
    before = queries.accepted_numbers(place.id, file.key, [one.number for one in file.rights])
    lines, answers = [], True
    for right in file.rights:
        state = ask(lieu.url, number=right.number, code=right.code) if answers else None
        answers = state is not None  # who does not answer once is not waited for again
        against = reasons_right(right, today=today, was_accepted=right.number in before, state=state, is_checked=is_checked, lieu=lieu.name)
        lines.append((right, list(against)))
    return Reading(file, lieu, lines)


def accept_rights(
    reading: Reading, chosen: Mapping[str, int], *, member: Member, place: Place, actor_id: int, now: datetime
) -> list[Clearance]:
    """Each chosen clearance becomes one of this lieu's types, with its origin; all of them, or none.

    It ends no later than it does there, and no later than one given here that same day would have.
    """
    today = now.astimezone(place.tz).date()
    with transaction():
        made = []
        for right, against in reading.lines:
            if right.number not in chosen:
                continue
            if against:
                raise Refused(*against)
            kind = queries.clearance_type(chosen[right.number], place_id=place.id)
            assert kind is not None
            made.append(_accept(right, kind, reading, member=member, place=place, today=today, actor_id=actor_id, now=now))
        return made


def _accept(
    right: Carried, kind: ClearanceType, reading: Reading, *, member: Member, place: Place, today: date, actor_id: int, now: datetime
) -> Clearance:
    ends = _ends(right, kind)
    needed = queries.Needed(kind.id, kind.name, kind.policy, kind.months)
    mine = standing(queries.rights(member.id, needed, zone=place.tz), today)
    if any(one.expires_on is None or (ends is not None and one.expires_on >= ends) for one in mine):
        raise Refused(AlreadyCleared(clearance=kind.name))
    row = Clearance(
        member_id=member.id,
        clearance_type_id=kind.id,
        given_by_id=actor_id,
        given_on=today,
        expires_on=ends,
        evidence=f"{reading.lieu.name}, {right.number}",
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    values = {
        "place_id": place.id,
        "clearance_id": row.id,
        "public_key": reading.file.key,
        "number": right.number,
        "given_on": right.given_on,
        "accepted_by_id": actor_id,
        "accepted_at": now,
    }
    if db.session.execute(insert_unless_there(AcceptedRight).values(values).returning(AcceptedRight.id)).scalar() is None:
        raise Refused(AcceptedBefore(name=right.name, number=right.number))
    entry = journal.record("rights.accepted", row.id, place_id=place.id, actor_id=actor_id, member_id=member.id, at=now)
    journal.record("clearance.given", row.id, place_id=place.id, actor_id=actor_id, member_id=member.id, at=now, cause_id=entry.id)
    return row


def _ends(right: Carried, kind: ClearanceType) -> date | None:
    """The earlier of its last day there, and of the one that this lieu would have given it."""
    if kind.policy == "unused":
        return None
    here = expiry(kind.policy, given_on=right.given_on, months=kind.months, until=kind.until)
    return min((day for day in (here, right.last_day) if day is not None), default=None)
