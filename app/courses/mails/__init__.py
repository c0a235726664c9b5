"""What the course tells people, each file one subject: builders of mails, readers of the journal, what each mail is called."""

from app.core import journal
from app.courses.mails import admission, company, elections, presence, sessions

MAILS = {**admission.MAILS, **company.MAILS, **elections.MAILS, **presence.MAILS, **sessions.MAILS}
READERS = journal.together(admission.READERS, presence.READERS, sessions.READERS)
NAMES = {**admission.NAMES, **company.NAMES, **elections.NAMES, **presence.NAMES, **sessions.NAMES}
