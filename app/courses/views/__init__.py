"""The pages of the course, each file one subject."""

from app.courses.views import enrolments, managing, mine, programmes, sessions
from app.courses.views.door import bp, manage_bp

__all__ = ["bp", "enrolments", "manage_bp", "managing", "mine", "programmes", "sessions"]
