"""The settings of the lieu, for who runs it; and its house rules, for everybody."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.place import queries, services
from app.place.forms import WEEKDAYS, DayForm, HalvesForm, HolidaysForm, HouseRulesForm, IdentityForm, WeekForm, hours_as_typed
from app.web import rights

bp = Blueprint("place", __name__, url_prefix="/manage/place", template_folder="templates")
bp.before_request(rights.only("manage_place"))

public_bp = Blueprint("house_rules", __name__, template_folder="templates")

lieux_bp = Blueprint("lieux", __name__, template_folder="templates")

DAYS_BACK = 30  # what was announced for days long gone is no longer shown


@bp.get("/")
def index() -> ResponseReturnValue:
    place = queries.current()
    today = clock.today(place.tz)
    return render_template(
        "place/index.html",
        place=place,
        weekdays=WEEKDAYS,
        week=queries.week(place.id),
        closures=queries.closures(place.id, since=today),
        announced=queries.announced(place.id, since=today),
        holidays=_next_holidays()[:3],
    )


@bp.route("/identity", methods=["GET", "POST"])
def identity() -> ResponseReturnValue:
    place = queries.current()
    form = IdentityForm(place)
    if form.validate_on_submit():
        services.describe(place_id=place.id, actor_id=current_user.id, now=clock.now(), **form.facts)
        return _kept()
    return render_template("place/identity.html", form=form), form.status


@bp.route("/hours", methods=["GET", "POST"])
def hours() -> ResponseReturnValue:
    place = queries.current()
    form = WeekForm.of(place, queries.week(place.id))
    if form.validate_on_submit():
        services.set_hours(
            place_id=place.id, week=form.week, badge_all_hours=form.badge_all_hours.data, actor_id=current_user.id, now=clock.now()
        )
        return _kept()
    return render_template("place/hours.html", form=form), form.status


@bp.route("/half-days", methods=["GET", "POST"])
def halves() -> ResponseReturnValue:
    place = queries.current()
    form = HalvesForm.of(place)
    if form.validate_on_submit():
        services.set_halves(place_id=place.id, morning=form.morning, afternoon=form.afternoon, actor_id=current_user.id, now=clock.now())
        return _kept()
    return render_template("place/halves.html", form=form), form.status


@bp.route("/holidays", methods=["GET", "POST"])
def holidays() -> ResponseReturnValue:
    place = queries.current()
    form = HolidaysForm(place)
    if form.validate_on_submit():
        country, _dash, subdivision = form.which.data.partition("-")
        services.set_holidays(place_id=place.id, country=country, subdivision=subdivision, actor_id=current_user.id, now=clock.now())
        flash(_("C’est enregistré."))
        return redirect(url_for(".holidays"))
    calendar = queries.calendar(place.id)
    days = [(day, name, calendar.spans(day)) for day, name in _next_holidays()]
    return render_template("place/holidays.html", form=form, days=days), form.status


# ---------------------------------------------------------------- days that are not like the others


@bp.route("/days", methods=["GET", "POST"])
def days() -> ResponseReturnValue:
    """The days announced, and the form to announce one; `?day=` fills it with what that day has now."""
    place = queries.current()
    form = DayForm(data=_day_now(place.id, request.args.get("day", "")))
    if form.validate_on_submit():
        services.announce_hours(
            place_id=place.id,
            day=form.day.data,
            spans=form.spans,
            label=form.label.data or "",
            actor_id=current_user.id,
            now=clock.now(),
        )
        flash(_("C’est annoncé."))
        return redirect(url_for(".days"))
    since = clock.today(place.tz) - timedelta(days=DAYS_BACK)
    return render_template("place/days.html", form=form, announced=queries.announced(place.id, since=since)), form.status


@bp.post("/days/<day>/removal")
def day_removal(day: str) -> ResponseReturnValue:
    place = queries.current()
    asked = _day(day)
    if asked is None:
        abort(404)
    if services.withdraw_hours(place_id=place.id, day=asked, actor_id=current_user.id, now=clock.now()):
        flash(_("Ce jour redevient comme les autres."))
    return redirect(url_for(".days"))


# ---------------------------------------------------------------- house rules


@bp.route("/rules", methods=["GET", "POST"])
def rules() -> ResponseReturnValue:
    """Written in Markdown; the button « Relire » shows it without keeping it."""
    place = queries.current()
    form = HouseRulesForm(data={"text": place.house_rules})
    if form.validate_on_submit() and "preview" not in request.form:
        services.set_house_rules(place_id=place.id, text=form.text.data or "", actor_id=current_user.id, now=clock.now())
        return _kept()
    return render_template("place/rules.html", form=form, text=form.text.data), form.status


@public_bp.get("/reglement")
def read() -> ResponseReturnValue:
    return render_template("place/house_rules.html", place=queries.current())


# ---------------------------------------------------------------- several lieux in one house


@lieux_bp.route("/lieux", methods=["GET", "POST"])
def choose() -> ResponseReturnValue:
    """Go to another lieu of this house: remembered in this browser. With one lieu there is nothing to choose."""
    lieux = queries.places()
    if len(lieux) < 2:
        abort(404)
    if request.method == "POST":
        chosen = next((place for place in lieux if str(place.id) == request.form.get("place")), None)
        if chosen is None:
            abort(404)
        session["place"] = chosen.id
        flash(_("Vous êtes à %(name)s.", name=chosen.name))
        return redirect("/")
    return render_template("place/lieux.html", lieux=lieux, here_id=queries.current().id)


# ---------------------------------------------------------------- small things


def _kept() -> ResponseReturnValue:
    flash(_("C’est enregistré."))
    return redirect(url_for(".index"))


def _next_holidays() -> list[tuple[date, str]]:
    """Until the end of next year."""
    place = queries.current()
    today = clock.today(place.tz)
    of = queries.PublicHolidays(place.holidays_country, place.holidays_subdivision)
    return [(day, name) for year in (today.year, today.year + 1) for day, name in of.of_year(year) if day >= today]


def _day_now(place_id: int, text: str) -> dict[str, object]:
    """What fills the form for a day: what is announced, else its hours as they are."""
    day = _day(text)
    if day is None:
        return {}
    known = queries.announced_on(place_id, day)
    spans = known.spans if known else queries.calendar(place_id).spans(day)
    label = known.label if known else queries.calendar(place_id).is_holiday(day) or ""
    return {"day": day, "label": label, **hours_as_typed(spans)}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
