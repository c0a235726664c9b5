"""The bilan pédagogique et financier: gaps first, then figures, both ways; and as a table."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core import clock
from app.core.money import half_up
from app.courses.queries.year import Year, of_year
from app.courses.rules.bpf import AIMS, STATUSES
from app.place import queries as place_queries
from app.web import downloads, rights

bp = Blueprint("bpf", "app.courses", url_prefix="/manage/bpf", template_folder="templates")
bp.before_request(rights.only("manage_courses"))

COLUMNS = ("cadre", "ligne", "personnes", "minutes", "heures", "cents")


@bp.get("/")
def index() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    year = _year(now.astimezone(place.tz).year)
    found = of_year(place, year, now=now)
    return render_template("courses/presence/year.html", place=place, one=found, statuses=STATUSES, aims=AIMS, gap_said=gap_said)


@bp.get("/<int:year>.csv")
def table(year: int) -> ResponseReturnValue:
    place = place_queries.current()
    lines = rows(of_year(place, _bounded(year), now=clock.now()))
    return downloads.as_csv(lines, {heading: heading for heading in COLUMNS}, name=f"bpf-{year}")


def rows(one: Year) -> list[dict[str, object]]:
    """The whole declaration as lines: the gaps first."""
    lines: list[dict[str, object]] = [
        {"cadre": "à régler d’abord", "ligne": f"{gap.name} : {gap.kind}", "minutes": int(gap.value or 0)} for gap in one.gaps
    ]
    for name, frames in (("sans les heures en entreprise", one.centre), ("avec les heures en entreprise", one.whole)):
        for frame, shares in zip(("F-1", "F-3", "F-4"), frames.all, strict=True):
            lines += [_line(f"{frame} {name}", share.key, people=share.people, minutes=share.minutes) for share in shares]
            lines.append(_line(f"{frame} {name}", "total", people=frames.people, minutes=frames.minutes))
    lines += [_line("C produits", f"{p.payer or 'stagiaire'} {p.scheme}".strip(), minutes=p.minutes, cents=p.cents) for p in one.products]
    lines += [_line("E formatrices et formateurs", name, minutes=minutes) for name, minutes in one.trainers]
    return lines


def gap_said(kind: str) -> str:
    match kind:
        case "no_number":
            return str(_("le lieu n’a pas de numéro de déclaration d’activité"))
        case "no_speciality":
            return str(_("son programme ne dit pas sa spécialité (NSF)"))
        case "no_status":
            return str(_("la situation n’est pas une ligne du cadre F-1"))
    return str(_("des heures restent à régulariser"))


def _line(frame: str, label: str, *, people: int | None = None, minutes: int = 0, cents: int | None = None) -> dict[str, object]:
    hundredths = half_up(minutes * 100, 60)
    hours = f"{hundredths // 100}.{hundredths % 100:02d}"
    return {"cadre": frame, "ligne": label, "personnes": people, "minutes": minutes, "heures": hours, "cents": cents}


def _year(this: int) -> int:
    asked = request.args.get("year", "")
    return _bounded(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this


def _bounded(year: int) -> int:
    return year if 2000 <= year <= 2100 else abort(404)
