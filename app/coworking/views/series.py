"""Again and again: every date is looked at first, then taken together."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.booking import services as booking
from app.booking import views as say
from app.booking.rules import Thing
from app.booking.services import ConflictingSeries, Occurrence, SeriesWish
from app.core import clock
from app.core.period import Period
from app.core.refusals import Refused
from app.coworking import services
from app.coworking.forms import SeriesForm, SeriesQuery
from app.coworking.rules import repeating
from app.coworking.views.booking import chosen_thing
from app.coworking.views.door import bp
from app.coworking.views.wishing import for_whom, subject
from app.place import queries as place_queries
from app.place.models import Place
from app.web import typography


@bp.get("/series")
def series() -> ResponseReturnValue:
    """Each date with its state, and what else there is where it is taken. Nothing is written."""
    place, form = place_queries.current(), SeriesQuery()
    thing, period = chosen_thing(place, form.choice.data)
    first = period.starts_at.astimezone(place.tz).date()
    if form.repeat.data not in repeating.REPEATS or not form.validate() or form.until.data is None:
        abort(400)
    if repeating.asks_which(first, form.repeat.data) and form.monthly.data not in repeating.MONTHLY:
        return render_template("coworking/which_day.html", thing=thing, first=first, ways=_ways(first, form))
    wish = _wish(place, thing, period, form)
    try:
        occurrences = booking.preview_series(wish, member_id=subject().id, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(place, thing, period, form, [], refused), refused.status
    return _page(place, thing, period, form, occurrences, None)


@bp.post("/series")
def new_series() -> ResponseReturnValue:
    """The dates that were kept, in one gesture; those that are taken are skipped and listed."""
    place, form = place_queries.current(), SeriesForm()
    thing, period = chosen_thing(place, form.choice.data)
    if form.repeat.data not in repeating.REPEATS or not form.validate() or form.until.data is None:
        abort(400)
    left_out = _left_out(request.form.getlist("offered"), request.form.getlist("date"))
    wish = _wish(place, thing, period, form, left_out=left_out)
    body = [form.choice.data, subject().id, form.repeat.data, str(form.until.data), form.monthly.data, [str(day) for day in left_out]]
    try:
        _series, occurrences = booking.reserve_series(
            wish,
            member_id=subject().id,
            actor_id=current_user.id,
            skip_conflicts=True,
            now=clock.now(),
            key=form.idempotency_key,
            body=body,
        )
    except ConflictingSeries as refused:
        return _page(place, thing, period, form, refused.occurrences, refused), refused.status
    except Refused as refused:
        return _page(place, thing, period, form, [], refused), refused.status
    booked = [one for one in occurrences if one.status == "booked"]
    flash(
        typography.words().plural(len(booked), _("Une date est réservée."), _("{n} dates sont réservées."))
        + (" " + _skipped_words(len(occurrences) - len(booked)) if len(booked) < len(occurrences) else "")
    )
    return redirect(url_for("portal.booking", booking_id=booked[0].booking_id), 303)


def _skipped_words(count: int) -> str:
    return typography.words().plural(
        count,
        _("Une autre est sautée : nous vous dirons si elle se libère."),
        _("{n} autres sont sautées : nous vous dirons si elles se libèrent."),
    )


def _wish(place: Place, thing: Thing, period: Period, form: SeriesQuery | SeriesForm, left_out: tuple[date, ...] = ()) -> SeriesWish:
    first = period.starts_at.astimezone(place.tz).replace(tzinfo=None)
    return SeriesWish(
        thing=thing,
        first_start=first,
        minutes=period.minutes,
        rrule=repeating.recurrence(first.date(), form.repeat.data, form.until.data, form.monthly.data or "same"),
        exdates=left_out,
        half=services.half_of_period(thing, period),
        note=form.note.data,
    )


def _left_out(offered: list[str], kept: list[str]) -> tuple[date, ...]:
    """The dates that were offered and whose box is no longer ticked."""
    days = []
    for text in sorted(set(offered) - set(kept))[:366]:
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            abort(400)
    return tuple(days)


def _ways(first: date, form: SeriesQuery) -> list[tuple[str, str]]:
    """What « each month, on the 31st » may mean."""
    said = {"choice": form.choice.data, "repeat": form.repeat.data, "until": form.until.data, "note": form.note.data, **for_whom(subject())}
    words = typography.words()
    named = {1: _("premier"), 2: _("deuxième"), 3: _("troisième"), 4: _("quatrième"), -1: _("dernier")}[repeating.nth_of_month(first)]
    return [
        (_("Le dernier jour de chaque mois"), url_for(".series", **said, monthly="last")),
        (_("Le %(day)s, en sautant les mois qui n’en ont pas", day=first.day), url_for(".series", **said, monthly="same")),
        (
            _("Le %(nth)s %(weekday)s de chaque mois", nth=named, weekday=words.weekday(first)),
            url_for(".series", **said, monthly="weekday"),
        ),
    ]


def _page(
    place: Place, thing: Thing, period: Period, form: SeriesQuery | SeriesForm, occurrences: list[Occurrence], refused: Refused | None
) -> str:
    booked = [one for one in occurrences if one.status == "booked"]
    cents = sum(one.examination.foreseen.cents for one in booked if one.examination and one.examination.foreseen)
    half = services.half_of_period(thing, period)
    return render_template(
        "coworking/series.html",
        place=place,
        title=say.title(thing),
        lines=[_line(one, place) for one in occurrences],
        count=len(booked),
        cents=cents,
        half=half,
        period=period,
        half_words=say.half_words(half) if half else "",
        refused=refused,
        values={
            "choice": form.choice.data,
            "repeat": form.repeat.data,
            "until": form.until.data.isoformat(),
            "monthly": form.monthly.data,
            "note": form.note.data,
            **for_whom(subject()),
        },
        asked=form.until.data,
    )


def _line(one: Occurrence, place: Place) -> dict[str, object]:
    found = one.examination
    return {
        "day": one.period.starts_at.astimezone(place.tz).date(),
        "period": one.period,
        "is_free": one.status == "booked",
        "shifted": one.note == "shifted",
        "cents": found.foreseen.cents if found and found.foreseen else None,
        "reasons": found.standing if found else [],
        "instead": one.alternatives[:1],
    }
