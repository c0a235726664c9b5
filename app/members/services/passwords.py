"""Passwords: argon2id, slow on purpose and hungry on purpose, so only a few are worked out at once."""

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2  # of 19 MiB each in every process: a crowd at the door waits its turn instead of taking the memory

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # ASVS 5.0, appendix on argon2id
_turns = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    with _turns:
        return _hasher.hash(_typed(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password of this account. Without an account, or a password, the same work is done for nothing."""
    known = kept or _nobody()
    with _turns:
        try:
            _hasher.verify(known, _typed(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether this hash was made with other settings than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _hasher.hash("nobody's password")


def _typed(password: str) -> str:
    """The same signs, whichever keyboard composed the accents."""
    return unicodedata.normalize("NFKC", password)
