"""What the course tells people, each file one subject: builders of mails, readers of the journal, what each mail is called."""

from app.core import journal
from app.courses.mails import presence

MAILS = {**presence.MAILS}
READERS = journal.together(presence.READERS)
NAMES = {**presence.NAMES}
