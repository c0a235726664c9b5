"""The pages of the portal: the front door, one's own week, one booking, the lieu's day, and the hall's screen."""

from app.portal.views import bookings, erasing, history, home, manage, residents, searching, week
from app.portal.views.door import bp
from app.portal.views.hall import bp as hall_bp

__all__ = ["bookings", "bp", "erasing", "hall_bp", "history", "home", "manage", "residents", "searching", "week"]
