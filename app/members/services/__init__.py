"""Gestures on people: entering, their account, what staff does for them."""

from app.members.services.passwords import hash_password
from app.members.services.sessions import end_session, end_sessions, note_seen, open_session
from app.members.services.tokens import new_token, revoke_token, revoke_tokens, use_token

__all__ = [
    "end_session",
    "end_sessions",
    "hash_password",
    "new_token",
    "note_seen",
    "open_session",
    "revoke_token",
    "revoke_tokens",
    "use_token",
]
