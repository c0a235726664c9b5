"""The pages of the portal: the front door, one's own week, one booking, and the lieu's day."""

from app.portal.views import bookings, history, home, manage, residents, searching, week
from app.portal.views.door import bp

__all__ = ["bookings", "bp", "history", "home", "manage", "residents", "searching", "week"]
