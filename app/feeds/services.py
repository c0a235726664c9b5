"""Give, renew and stop the calendars that belong to nobody: a thing's, the lieu's."""

from datetime import datetime

from app.core import journal
from app.core.db import transaction
from app.members import services as members


def renew(*, subject: str, place_id: int, actor_id: int, now: datetime) -> str:
    """A new secret for this calendar; whoever had the old one must be given the new. It can be told once only: now."""
    with transaction():
        members.revoke_tokens(member_id=None, purposes=("feed",), subject=subject, now=now)
        journal.record("feed.renewed", place_id=place_id, actor_id=actor_id, at=now, what=subject)
        return members.new_token(member_id=None, purpose="feed", subject=subject, now=now)


def stop(*, subject: str, place_id: int, actor_id: int, now: datetime) -> None:
    """Nobody reads this calendar any more."""
    with transaction():
        members.revoke_tokens(member_id=None, purposes=("feed",), subject=subject, now=now)
        journal.record("feed.stopped", place_id=place_id, actor_id=actor_id, at=now, what=subject)
