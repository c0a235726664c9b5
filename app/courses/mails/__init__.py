"""What the course tells people, each file one subject: builders of mails, readers of the journal, what each mail is called."""

from app.core import journal
from app.courses.mails import admission, bundles, certificates, company, elections, learning, listening, presence, sessions

MAILS = {
    **admission.MAILS,
    **bundles.MAILS,
    **certificates.MAILS,
    **company.MAILS,
    **elections.MAILS,
    **learning.MAILS,
    **listening.MAILS,
    **presence.MAILS,
    **sessions.MAILS,
}
READERS = journal.together(
    admission.READERS, bundles.READERS, certificates.READERS, learning.READERS, listening.READERS, presence.READERS, sessions.READERS
)
NAMES = {
    **admission.NAMES,
    **bundles.NAMES,
    **certificates.NAMES,
    **company.NAMES,
    **elections.NAMES,
    **learning.NAMES,
    **listening.NAMES,
    **presence.NAMES,
    **sessions.NAMES,
}
