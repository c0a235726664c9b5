"""The signed cookie of a session, as Flask's own; but its key is derived once, not at each request."""

from functools import lru_cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer


def install(app: Flask) -> None:
    app.session_interface = _Cookies()


class _Signer(TimestampSigner):
    @lru_cache(maxsize=8)  # noqa: B019 - one signer for each secret, as long-lived as the process
    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return super().derive_key(secret_key)


class _Serializer(URLSafeTimedSerializer):
    """Makes its signer once."""

    _made: _Signer | None = None

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        if salt is not None and salt != self.salt:
            return super().make_signer(salt)
        if self._made is None:
            self._made = _Signer(self.secret_keys, salt=self.salt, **self.signer_kwargs)
        return self._made


class _Cookies(SecureCookieSessionInterface):
    def __init__(self) -> None:
        self._made: dict[object, _Serializer] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if not app.secret_key:
            return None
        keys: list[Any] = [*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key]
        found = self._made.get(tuple(keys))
        if found is None:
            options = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
            found = self._made[tuple(keys)] = _Serializer(keys, salt=self.salt, serializer=self.serializer, signer_kwargs=options)
        return found
