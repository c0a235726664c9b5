"""What each event of the journal is called where people read it. A test sees that none is forgotten."""

from app.portal.chronicle_words.events import WORDS
from app.portal.chronicle_words.fields import FIELDS
from app.portal.chronicle_words.kinds import KINDS, NOT_TOLD, PERSONAL, Told

__all__ = ["FIELDS", "KINDS", "NOT_TOLD", "PERSONAL", "WORDS", "Told"]
