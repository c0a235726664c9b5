"""My data: what the house keeps of a person, why, until when; and all of it to take away."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from flask import Blueprint, Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.tables import as_csv
from app.members import services
from app.members.rules import Kept
from app.web.downloads import taken_away

Source = Callable[[int], Sequence[Kept]]

bp = Blueprint("personal_data", __name__, template_folder="templates")


def install(app: Flask, sources: Sequence[Source]) -> None:
    """Each room says what it keeps of a person."""
    app.extensions["personal_data"] = tuple(sources)


@bp.get("/me/data")
def mine() -> ResponseReturnValue:
    return render_template("portal/personal_data.html", kept=list(_kept_of(current_user.id)))


@bp.post("/me/data")
def export() -> ResponseReturnValue:
    """One file to take away: each sort of thing as a table for people, and all of it as JSON for programs."""
    now = clock.now()
    content = _archive(list(_kept_of(current_user.id)), now=now)
    services.note_export(member_id=current_user.id, now=now)
    return taken_away(content, name=f"worklab-{now:%Y-%m-%d}.zip", content_type="application/zip")


def _kept_of(member_id: int) -> Iterator[Kept]:
    sources: Sequence[Source] = current_app.extensions["personal_data"]
    for source in sources:
        yield from source(member_id)


def _archive(kept: Sequence[Kept], *, now: datetime) -> bytes:
    everything = {"made_at": now.isoformat(), **{one.name: list(one.rows) for one in kept}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.json", json.dumps(everything, ensure_ascii=False, indent=2, default=_plain))
        for one in kept:
            if one.rows:
                archive.writestr(f"{one.name}.csv", as_csv(one.rows, one.columns))
        archive.writestr("LISEZMOI.txt", _read_me(kept))
    return out.getvalue()


def _read_me(kept: Sequence[Kept]) -> str:
    parts = [f"{one.name} : {_(one.title)}\n{_(one.why)}\n{_(one.until)}\n" for one in kept]
    return "\n".join([_("Ce que nous gardons de vous, pourquoi, et jusqu’à quand."), "", *parts])


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
