"""Machines that have a problem, are to be looked after, must be given back; articles to buy again."""

from typing import Any

from flask import url_for

from app.billing import queries as billing
from app.billing.models import Article
from app.core import clock, mail
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.letters import Letter
from app.core.mail import OutgoingMail
from app.fablab import queries
from app.fablab.models import Report, Task, Use
from app.members import queries as members
from app.members.models import Member
from app.place.models import Place
from app.web import letters
from app.web.typography import words


def tell_who_looks_after(entry: JournalEntry) -> None:
    """The leads of the machine, else who runs the lieu; not who said it."""
    mail.tell_them(entry, [one for one in queries.who_looks_after(int(entry.facts["resource_id"])) if one != entry.actor_id])


def tell_managers(entry: JournalEntry) -> None:
    """Who runs the lieu."""
    mail.tell_them(entry, members.managers())


def reported(row: OutgoingMail) -> Letter | None:
    report = db.session.get_one(Report, row.facts["subject"])
    if report.closed_at is not None:
        return None
    return _letter(
        row,
        "machine_reported",
        thing=report.resource.name,
        by=report.member.name,
        text=report.text,
        dangerous=report.dangerous,
        url=url_for("fablab.machine_log", code=report.resource.code, _external=True),
    )


def answered(row: OutgoingMail) -> Letter | None:
    """Who reported learns what became of it."""
    report = db.session.get_one(Report, row.facts["subject"])
    if report.closed_by_id == report.member_id:
        return None
    url = url_for("fablab.machine_log", code=report.resource.code, _external=True)
    return _letter(row, "machine_answered", thing=report.resource.name, text=report.text, answer=report.answer, url=url)


def upkeep_due(row: OutgoingMail) -> Letter | None:
    task = db.session.get_one(Task, row.facts["subject"])
    if task.done_at is not None:
        return None
    url = url_for("fablab.finish_task", task_id=task.id, _external=True)
    return _letter(row, "machine_upkeep_due", thing=task.resource.name, what=task.counter.name, url=url)


def ends_soon(row: OutgoingMail) -> Letter | None:
    use = db.session.get_one(Use, row.facts["subject"])
    if use.ended_at is not None or use.booking.ends_at <= clock.now():
        return None
    why = db.session.get_one(JournalEntry, row.facts["entry"]).facts.get("why", "")
    url = url_for("fablab.here", code=use.resource.code, _external=True)
    return _letter(row, "use_ends_soon", thing=use.resource.name, until=use.booking.ends_at, why=why, url=url)


def over_tab(row: OutgoingMail) -> Letter | None:
    """What was used took the tab past its cap: nothing more can be booked until it is paid."""
    use = db.session.get_one(Use, row.facts["subject"])
    open_cents, cap_cents = billing.open_cents(use.member_id), db.session.get_one(Place, use.place_id).tab_cap_cents
    if open_cents <= cap_cents:
        return None
    cents = {"cents": use.cents, "open_cents": open_cents, "cap_cents": cap_cents}
    return _letter(row, "use_over_tab", thing=use.resource.name, url=url_for("account.mine", _external=True), **cents)


def stock_low(row: OutgoingMail) -> Letter | None:
    article = db.session.get_one(Article, row.facts["subject"])
    if article.alert_milli is None or article.stock_milli is None or article.stock_milli > article.alert_milli:
        return None
    left = words().quantity(article.stock_milli, article.unit)
    return _letter(row, "stock_low", article=article.name, left=left, url=url_for("fablab.stock", _external=True))


def _letter(row: OutgoingMail, template: str, **context: Any) -> Letter:
    member, place = db.session.get_one(Member, row.member_id), db.session.get_one(Place, row.place_id)
    return letters.write(row, f"fablab/mail/{template}.txt", name=member.name, zone=place.tz, **context)
