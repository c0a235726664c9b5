"""One booking: what it is, what happened to it, and every gesture that changes it."""

from app.portal.views.bookings import arriving, cancelling, deciding, moving, paying, repeating, replacing, showing

__all__ = ["arriving", "cancelling", "deciding", "moving", "paying", "repeating", "replacing", "showing"]
