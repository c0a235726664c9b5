"""What only this house can read: an account number is sealed in the database, and a stolen copy of it tells nothing.

AES-256-GCM, by a key derived from `SECRET_KEY` for each use. Where it is kept is sealed with it: a value moved to another row no
longer opens. Another `SECRET_KEY` opens nothing: it is part of what a backup needs.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any

from flask import current_app

VERSION = "v1"
_NONCE = 12


class CannotOpen(Exception):
    """Sealed by another house, or changed since."""


def seal(text: str, *, use: str, where: str) -> str:
    """`use` names the kind of secret, and makes its key; `where` the thing that it belongs to."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(current_app.config["SECRET_KEY"], use).encrypt(nonce, text.encode(), where.encode())
    return f"{VERSION}.{urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, use: str, where: str) -> str:
    from cryptography.exceptions import InvalidTag

    version, _, packed = sealed.partition(".")
    try:
        if version != VERSION:
            raise CannotOpen
        raw = urlsafe_b64decode(packed)
        opened: bytes = _cipher(current_app.config["SECRET_KEY"], use).decrypt(raw[:_NONCE], raw[_NONCE:], where.encode())
        return opened.decode()
    except (InvalidTag, ValueError):
        raise CannotOpen from None


@lru_cache(maxsize=8)
def _cipher(secret: str, use: str) -> Any:
    """Imported when something is sealed and not before: it weighs 7 MB in each process, and most days nobody needs it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"worklab {use}".encode()).derive(secret.encode())
    return AESGCM(key)
