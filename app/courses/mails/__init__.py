"""What the course tells people, each file one subject: builders of mails, readers of the journal, what each mail is called."""

from app.core import journal
from app.courses.mails import admission, bundles, company, elections, learning, listening, presence, sessions

MAILS = {
    **admission.MAILS,
    **bundles.MAILS,
    **company.MAILS,
    **elections.MAILS,
    **learning.MAILS,
    **listening.MAILS,
    **presence.MAILS,
    **sessions.MAILS,
}
READERS = journal.together(admission.READERS, bundles.READERS, learning.READERS, listening.READERS, presence.READERS, sessions.READERS)
NAMES = {
    **admission.NAMES,
    **bundles.NAMES,
    **company.NAMES,
    **elections.NAMES,
    **learning.NAMES,
    **listening.NAMES,
    **presence.NAMES,
    **sessions.NAMES,
}
