"""What the course tells people, each file one subject: builders of mails, readers of the journal, what each mail is called."""

from app.core import journal
from app.courses.mails import presence, sessions

MAILS = {**presence.MAILS, **sessions.MAILS}
READERS = journal.together(presence.READERS, sessions.READERS)
NAMES = {**presence.NAMES, **sessions.NAMES}
