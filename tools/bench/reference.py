"""The measure of things: a bare Flask page, and the honest minimum for the page of the week, on the same server and database.

Flask, Flask-Login, Flask-WTF's token check, SQLAlchemy Core and a Jinja grid; no language, no headers, no rule. Run as
`python -m tools.bench.reference SOCKET DATABASE MONDAY`.
"""

import secrets
import socket
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask, render_template
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.booking.models import Occupancy, Resource
from app.cli.http import HttpServer
from app.core.db import as_stored, seconds, table
from app.core.period import at
from app.members.models import Member, MemberRole

ZONE = ZoneInfo("Europe/Paris")
OPENS, NOON, CLOSES = 510, 780, 1110

PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>La semaine</title></head>
<body><p>{{ current_user.name }}</p>
<table><caption>Du {{ days[0] }} au {{ days[-1] }}</caption>
<tr><th>{% for day in days %}<th colspan="2">{{ day }}{% endfor %}
{% for number, name, cells in things %}<tr><th>{{ name }}{% for key in cells %}<td>{% if key %}<a href="/book/{{ number }}/{{ key }}">libre</a>{% else %}pris{% endif %}{% endfor %}
{% endfor %}</table></body></html>"""


class Person(UserMixin):  # type: ignore[misc]
    def __init__(self, row: Any, roles: list[str]) -> None:
        self.id, self.name, self.roles = row.id, row.name, roles


def create_app(url: str, monday: date) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=secrets.token_hex(), SQLALCHEMY_DATABASE_URI=url)
    db = SQLAlchemy(app)
    CSRFProtect(app)
    people = LoginManager(app)
    member, role, thing, taken = table(Member), table(MemberRole), table(Resource), table(Occupancy)
    who = sa.select(member.c.id, member.c.name).where(member.c.id == sa.bindparam("id"))
    roles = sa.select(role.c.role).where(role.c.member_id == sa.bindparam("id"))
    week = (
        sa.select(thing.c.id, thing.c.name, as_stored(taken.c.starts_at), as_stored(taken.c.ends_at))
        .outerjoin(
            taken,
            sa.and_(
                taken.c.resource_id == thing.c.id,
                taken.c.active,
                taken.c.starts_at >= sa.bindparam("begins"),
                taken.c.starts_at < sa.bindparam("ends"),
            ),
        )
        .order_by(thing.c.rank, thing.c.id, taken.c.starts_at)
    )
    page = app.jinja_env.from_string(PAGE)
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    asked = {"begins": at(days[0], 0, ZONE), "ends": at(days[-1], 1440, ZONE)}

    @people.user_loader  # type: ignore[untyped-decorator]
    def _person(number: str) -> Person | None:
        row = db.session.execute(who, {"id": int(number)}).one_or_none()
        return Person(row, list(db.session.execute(roles, {"id": int(number)}).scalars())) if row else None

    @app.get("/enter/<int:number>")
    def _enter(number: int) -> str:
        login_user(_person(str(number)))
        return "ok"

    @app.get("/week")
    @login_required  # type: ignore[untyped-decorator]
    def _week() -> str:
        halves = [
            (int(at(day, first, ZONE).timestamp()), int(at(day, last, ZONE).timestamp()), f"{day}/{first}")
            for day in days
            for first, last in ((OPENS, NOON), (NOON, CLOSES))
        ]
        held: dict[tuple[int, str], list[tuple[int, int]]] = {}
        for number, name, starts, ends in db.session.execute(week, asked):
            here = held.setdefault((number, name), [])
            if starts is not None:
                here.append((seconds(starts), seconds(ends)))
        now = int(datetime.now(UTC).timestamp())
        things = [
            (number, name, [key if last > now and _has_room(here, first, last) else "" for first, last, key in halves])
            for (number, name), here in held.items()
        ]
        return render_template(page, things=things, days=days, current_user=current_user)

    return app


def bare() -> Flask:
    app = Flask("bare")

    @app.get("/")
    def _hello() -> str:
        return "Bonjour"

    return app


def _has_room(taken: list[tuple[int, int]], first: int, last: int) -> bool:
    """Whether something of this half-day is left."""
    cursor = first
    for starts, ends in taken:
        if ends <= cursor:
            continue
        if starts > cursor:
            return True
        cursor = ends
    return cursor < last


if __name__ == "__main__":
    number, url, monday = sys.argv[1:]
    app = create_app(url, date.fromisoformat(monday))
    app.config.update(MAX_CONTENT_LENGTH=1_000_000, TRUSTED_PROXIES=0)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/hello": bare()})  # type: ignore[method-assign]
    HttpServer(app, socket.socket(fileno=int(number)), threads=8).run()
