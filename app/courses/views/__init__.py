"""The pages of the course, each file one subject."""

from app.courses.views import (
    admission,
    billing,
    enrolments,
    learning,
    managing,
    mine,
    open_courses,
    programmes,
    quality,
    reviewing,
    sessions,
    words,
)
from app.courses.views.door import bp, manage_bp

__all__ = [
    "admission",
    "billing",
    "bp",
    "enrolments",
    "learning",
    "manage_bp",
    "managing",
    "mine",
    "open_courses",
    "programmes",
    "quality",
    "reviewing",
    "sessions",
    "words",
]
