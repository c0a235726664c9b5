"""The evidence: each event of a cohort carries the fingerprint of the one before, so that any later change shows.

The chain says that nothing was changed, removed or swapped since; the seal, made with the lieu's key, says that the lieu wrote
it; the anchors, mailed each day to people outside, say it to who does not trust the lieu. An electronic writing proves as much as
paper when its author is known and it is kept whole (Code civil 1366).
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core.refusals import N_

FIRST = "0" * 64  # what comes before the first event


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act, as it was written. Ids and codes only: erasing a person keeps the chain true."""

    cohort_id: int
    rank: int  # 1, 2, 3… in its cohort
    at: datetime
    kind: str
    act: str  # what makes it unique: one event for each act
    session_id: int | None
    enrolment_id: int | None
    actor_id: int | None
    cites_rank: int | None  # the event that it corrects
    facts: str  # JSON, fingerprinted as the text that it is
    previous_hash: str = ""
    hash: str = ""
    seal: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was mailed on a day: the last rank and its fingerprint."""

    rank: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first event that is not what was written, and how one knows."""

    rank: int
    why: str  # a key of BROKEN


BROKEN: Mapping[str, str] = {
    "changed": N_("l’événement a été modifié\u00a0: son empreinte ne correspond plus à ce qu’il dit"),
    "removed": N_("un événement a été retiré"),
    "misplaced": N_("l’événement ne suit pas celui d’avant\u00a0: un autre a été retiré, ajouté ou échangé"),
    "forged": N_("l’événement n’a pas été écrit par le lieu\u00a0: son sceau est faux"),
    "anchor": N_("l’événement n’est plus celui dont l’empreinte a été envoyée ce jour-là"),
}


def written(event: Event) -> str:
    """What is fingerprinted: always the same text for the same event."""
    said = {
        "cohort": event.cohort_id,
        "rank": event.rank,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": event.kind,
        "act": event.act,
        "session": event.session_id,
        "enrolment": event.enrolment_id,
        "actor": event.actor_id,
        "cites": event.cites_rank,
        "facts": event.facts,
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(event: Event, previous_hash: str) -> str:
    return hashlib.sha256(f"{previous_hash}\n{written(event)}".encode()).hexdigest()


def seal(key: bytes, fingerprint: str) -> str:
    """The lieu's own mark. It begins with the name of its key, so that a key that was changed since is not called a forgery."""
    return f"{key_name(key)}:{hmac.digest(key, fingerprint.encode(), 'sha256').hex()}"


def key_name(key: bytes) -> str:
    return hashlib.sha256(b"name of " + key).hexdigest()[:8]


def first_break(events: Iterable[Event], *, length: int, head: str, key: bytes, anchors: Iterable[Anchor] = ()) -> Break | None:
    """The first event that is broken, or none. Events come by rank; `length` and `head` are what the cohort keeps of its chain."""
    return next(_breaks(events, length, head, key, {anchor.rank: anchor.hash for anchor in anchors}), None)


def _breaks(events: Iterable[Event], length: int, head: str, key: bytes, anchors: Mapping[int, str]) -> Iterator[Break]:
    previous, last, is_ours = FIRST, 0, False
    mark = f"{key_name(key)}:"
    for event in events:
        if event.rank != last + 1:
            yield Break(last + 1, "removed")
        if event.previous_hash != previous:
            yield Break(event.rank, "misplaced")
        if event.hash != fingerprint(event, previous):
            yield Break(event.rank, "changed")
        is_ours |= event.seal.startswith(mark)  # before: a key that the lieu no longer has
        if is_ours and not hmac.compare_digest(event.seal, seal(key, event.hash)):
            yield Break(event.rank, "forged")
        if anchors.get(event.rank, event.hash) != event.hash:
            yield Break(event.rank, "anchor")
        previous, last = event.hash, event.rank
    if last > length:
        yield Break(length + 1, "forged")
    if last < max([length, *anchors]):
        yield Break(last + 1, "removed")
    if previous != head:
        yield Break(last, "changed")
