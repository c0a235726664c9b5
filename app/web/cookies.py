"""The signed cookie of a session, as Flask's own; but its key is derived once, and each cookie verified once, not at each request."""

from functools import lru_cache
from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer

from app.web import caching

_PLAIN = (str, int, bool, type(None))


def install(app: Flask) -> None:
    app.session_interface = _Cookies()


class _Signer(TimestampSigner):
    @lru_cache(maxsize=8)  # noqa: B019 - one signer for each secret, as long-lived as the process
    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return super().derive_key(secret_key)


class _Serializer(URLSafeTimedSerializer):
    """Makes its signer once, and verifies once a cookie that a browser sends again with each of its requests; its age, each time."""

    _made: _Signer | None = None

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        if salt is not None and salt != self.salt:
            return super().make_signer(salt)
        if self._made is None:
            self._made = _Signer(self.secret_keys, salt=self.salt, **self.signer_kwargs)
        return self._made

    def loads(  # type: ignore[override]
        self, s: str | bytes, max_age: int | None = None, return_timestamp: bool = False, salt: str | bytes | None = None
    ) -> Any:
        if return_timestamp or salt is not None:
            return super().loads(s, max_age, return_timestamp, salt)
        said, signed_at = self._verified(s)
        signer: Any = self.make_signer()
        is_young = max_age is None or 0 <= signer.get_timestamp() - signed_at <= max_age
        is_plain = all(type(value) in _PLAIN for value in said.values())  # what is in a list could be changed there
        return dict(said) if is_young and is_plain else super().loads(s, max_age)

    @lru_cache(maxsize=512)  # noqa: B019 - as long-lived as the process
    def _verified(self, cookie: str | bytes) -> tuple[dict[str, Any], int]:
        """What it says, and when it was signed; raises as `loads` does, and that is not kept."""
        said, signed_at = super().loads(cookie, return_timestamp=True)
        return said, int(signed_at.timestamp())


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

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Of a session that was only read, which is most of them, nothing is written but that the answer depends on it."""
        if not session or self.should_set_cookie(app, session):
            super().save_session(app, session, response)
        elif session.accessed:
            caching.vary(response, "Cookie")
