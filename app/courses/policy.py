"""What the course answers to the engine."""

from app.booking.policy import LieuPolicy


class SessionPolicy(LieuPolicy):
    """A course session takes a classroom or a trainer's time, and costs nobody anything."""
