"""What the lieu says to who showed what they made."""

from flask import url_for

from app.core.db import db
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.fablab.models import Project
from app.web import letters


def withdrawn(row: OutgoingMail) -> Letter | None:
    """Why it is shown no more; nothing when its author has erased it, or shows it again, meanwhile."""
    project = db.session.get(Project, row.facts["subject"])
    if project is None or not project.withdrawn_reason:
        return None
    url = url_for("fablab.project", project_id=project.id, _external=True)
    return letters.write(
        row,
        "fablab/mail/project_withdrawn.txt",
        name=project.member.name,
        title=project.title,
        reason=project.withdrawn_reason,
        url=url,
    )
