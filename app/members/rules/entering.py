"""How one enters, for how long, and how often one may try."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.members.rules.rights import STAFF

# A session, by whether the device is remembered: how long it stays without its person, how long at most, how often it is noted as seen.
IDLE = {False: timedelta(hours=24), True: timedelta(days=30)}
LONGEST = {False: timedelta(days=7), True: timedelta(days=180)}
RENEWED_AFTER = {False: timedelta(hours=1), True: timedelta(days=1)}

SCOPES = ("read", "write", "manage")

RECENT = timedelta(minutes=30)  # since when one may change what opens an account that has no password

AWAITED = timedelta(minutes=10)  # how long a code may be given after the password
SPARE_CODES = 8

# What a token is for, and how long it is good; none: until it is revoked.
STAYS_VALID: Mapping[str, timedelta | None] = {
    "api": None,
    "feed": None,
    "magic": timedelta(hours=1),
    "invitation": timedelta(days=14),
    "reset": timedelta(hours=2),
    "confirm": timedelta(days=7),
    "email": timedelta(days=2),
    "guardian": timedelta(days=30),
    "passkey": timedelta(minutes=5),  # what a device is asked to sign
}
PURPOSES = tuple(STAYS_VALID)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so long, for one account and from one address (a whole classroom may sit behind one)."""

    kind: str
    by_account: int
    by_address: int
    within: timedelta


def may_sign_in(status: str, *, is_confirmed: bool) -> bool:
    """A suspended person still enters, to see what they owe and what is kept of them; an unconfirmed address opens nothing."""
    return status in ("active", "suspended") or (status == "unconfirmed" and is_confirmed)


def ends_at(*, opened: datetime, seen: datetime, remembered: bool) -> datetime:
    """When a session ends if its person does not come back."""
    return min(opened + LONGEST[remembered], seen + IDLE[remembered])


def default_scopes(roles: Collection[str]) -> tuple[str, ...]:
    """What a token may do when nothing is said: what its owner's pages can."""
    return SCOPES if STAFF.intersection(roles) else ("read", "write")
