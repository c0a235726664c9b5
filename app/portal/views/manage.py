"""Le matin du lieu: who comes, what there is to decide, and three pictures; then any day, line by line, and its sheet for the door."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import shorten

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.billing import queries as billing
from app.billing.queries import banking, bills
from app.billing.queries.refunds import refunds_to_make
from app.booking import papers
from app.booking import queries as booking_queries
from app.booking import views as say
from app.booking.models import Kind, Status
from app.booking.queries import Directory
from app.booking.rules import Thing, grid
from app.core import clock, mail
from app.core.period import day_period, monday_of
from app.courses import queries as courses
from app.courses.queries import occasions
from app.courses.rules.closing import UNSIGNED_FOR
from app.courses.views.timetables import state_of, where_of
from app.fablab import queries as fablab
from app.members.views import needs
from app.place import queries as place_queries
from app.place.models import Place
from app.portal import queries
from app.portal.forms import DayForm
from app.portal.queries import Coming
from app.portal.views import pictures
from app.portal.views.door import bp
from app.web import typography
from app.web.forms import FIRST_DAY, LAST_DAY

SOON = timedelta(days=30)  # before a clearance ends
MOST_UNSIGNED = 4  # half-days named one by one
LETTERS = 3  # to look for somebody
MOST_SAID = 160  # letters of what was reported about a thing
EXPECTED = (Status.HELD, Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN, Status.DONE)


@dataclass(frozen=True, slots=True)
class Decision:
    """Something to decide: one gesture (`post`), or a page to go to (`href`)."""

    title: str
    detail: str
    sign: str = ""
    post: str = ""
    label: str = ""
    href: str = ""
    href_label: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is somewhere, in the morning and in the afternoon."""

    where: str
    halves: tuple[str, str]


@bp.get("/manage/")
@needs("see_all_bookings")
def manage() -> ResponseReturnValue:
    place, now = place_queries.current(), clock.now()
    today = now.astimezone(place.tz).date()
    things = booking_queries.directory(place)
    come = [one for one in queries.coming(place.id, day_period(today, place.tz)) if one.status in EXPECTED and one.kind != Kind.SESSION]
    to_decide = list(decisions(place, things, current_user.may))
    slots = courses.on_day(place.id, today)
    machines = pictures.machine_hours(place, today)
    return render_template(
        "portal/manage.html",
        place=place,
        today=today,
        people=len({one.member_id for one in come} | {one.guest_name for one in come if one.guest_name}),
        decisions=to_decide,
        slots=slots,
        where=where_of,
        state_of=state_of,
        presences=list(_presences(come, place, things, today)),
        heat=pictures.heat_map(place, monday_of(today)),
        income=pictures.income(place, today) if current_user.may("manage_billing") else None,
        machines=machines,
        spoken_machines=", ".join(f"{bar.label} {bar.value}" for bar in machines),
    )


@bp.get("/manage/day")
@needs("see_all_bookings")
def day() -> ResponseReturnValue:
    """Every booking of a day, with the gestures of who runs the lieu."""
    place, now = place_queries.current(), clock.now()
    today = now.astimezone(place.tz).date()
    asked = DayForm().day.data or today
    things = booking_queries.directory(place)
    lines = [_line(one, place, things) for one in queries.coming(place.id, day_period(asked, place.tz)) if one.kind != Kind.SESSION]
    return render_template(
        "portal/day.html",
        place=place,
        day=asked,
        today=today,
        lines=lines,
        slots=courses.on_day(place.id, asked),
        where=where_of,
        state_of=state_of,
        earlier=asked - timedelta(days=1) if asked > FIRST_DAY else None,
        later=asked + timedelta(days=1) if asked < LAST_DAY else None,
        here_url=url_for(".day", day=asked),
    )


@bp.get("/manage/day/sheet")
@needs("see_all_bookings")
def sheet() -> ResponseReturnValue:
    """The day to print for the door: a name only where its person said yes."""
    place = place_queries.current()
    asked = DayForm().day.data or clock.today(place.tz)
    things = booking_queries.directory(place)
    come = queries.coming(place.id, day_period(asked, place.tz), statuses=EXPECTED)
    open_names = queries.shown_by_name({one.member_id for one in come})
    lines = sorted(
        (things.any(one.resource_id).rank, one.starts_at, say.title(things.any(one.resource_id)), one, one.member_id in open_names)
        for one in come
    )
    return render_template("portal/sheet.html", place=place, day=asked, lines=[line[2:] for line in lines])


@bp.get("/manage/book")
@needs("book_for_others")
def book_for() -> ResponseReturnValue:
    """Who to book for, found by three letters."""
    letters = request.args.get("q", "").strip()[:80]
    found = queries.members_named(letters) if len(letters) >= LETTERS else []
    return render_template("portal/book_for.html", letters=letters, found=found, is_short=0 < len(letters) < LETTERS)


# ---------------------------------------------------------------- to decide


def decisions(place: Place, things: Directory, may: Callable[[str], bool]) -> Iterator[Decision]:
    """What waits for somebody who may do these things: on the page of the morning, and in Monday's mail."""
    now, words = clock.now(), typography.words()
    for outage in queries.outages(place.id, now):
        if outage.starts_at <= now:
            yield _outage(outage, place, may)
    if may("override_rules"):
        for one in queries.pending(place.id, now):
            thing = things.any(one.resource_id)
            if thing.rules.approval:
                yield Decision(
                    _("%(name)s voudrait : %(thing)s", name=one.name, thing=say.title(thing)),
                    ", ".join(filter(None, (_when(one, place), words.money(one.price_cents) if one.price_cents else "", one.note))),
                    post=url_for("portal.approve", booking_id=one.id),
                    label=_("Accepter"),
                    href=url_for("portal.reject", booking_id=one.id),
                    href_label=_("Refuser"),
                )
    if may("see_mails") and (stuck := mail.stuck_mails(most=20)):
        yield Decision(
            words.plural(len(stuck), _("Un courriel n’est pas parti"), _("{n} courriels ne sont pas partis")),
            _("les personnes n’ont pas été prévenues"),
            sign="wait",
            href=url_for("post.outbox"),
            href_label=_("Voir pourquoi"),
        )
    yield from _to_watch(place, things)
    today = now.astimezone(place.tz).date()
    if may("manage_billing") and (late := billing.unpaid(place.id, due_before=today)):
        yield Decision(
            words.plural(len(late), _("Une facture est en retard"), _("{n} factures sont en retard")),
            ", ".join((words.money(sum(one.late_cents(today) for one in late)), words.listed(dict.fromkeys(one.payer for one in late)))),
            sign="wait",
            href=url_for("money.late"),
            href_label=_("Voir les retards"),
        )
    if may("manage_billing"):
        yield from _accounts(place, today)
    if may("manage_machines"):
        yield from _to_fetch(place, today)
    if may("manage_courses"):
        yield from _course(place, today)
    if lapsing := queries.lapsing(place.id, today, today + SOON):
        yield Decision(
            words.plural(len(lapsing), _("Une habilitation finit bientôt"), _("{n} habilitations finissent bientôt")),
            ". ".join(_("%(clearance)s : %(people)s", clearance=name, people=people) for name, people in _by_first(lapsing)),
            href=url_for("fablab.machines"),
            href_label=_("Voir les machines"),
        )


def _to_watch(place: Place, things: Directory) -> Iterator[Decision]:
    """What works badly: with what was said of it, and for a machine the page where it is put right or stopped."""
    watched = [thing for thing in things.things.values() if thing.state == "needs_attention"]
    reports = fablab.reports(place.id) if watched else []
    for thing in watched:
        said = [
            _("%(name)s : %(what)s", name=one.member.name, what=shorten(one.text, MOST_SAID, placeholder="…"))
            for one in reports
            if one.resource_id == thing.id
        ]
        is_machine = thing.kind == "machine"
        yield Decision(
            _("À surveiller : %(thing)s", thing=thing.name),
            " ".join(said) or say.place_of(thing, things.things),
            sign="wait",
            href=url_for("fablab.machine_log", code=thing.code) if is_machine else url_for("things.change", resource_id=thing.id),
            href_label=_("Voir"),
        )


def _accounts(place: Place, today: date) -> Iterator[Decision]:
    """The month to bill, or its drafts to look at; lines of the bank's statement, and transfers to make."""
    words = typography.words()
    last = today.replace(day=1) - timedelta(days=1)
    page = url_for("bills.month", month=f"{last:%Y-%m}")
    run = bills.run_of(place.id, last.replace(day=1))
    if run is None and (payers := bills.payers(place, until=last)):
        yield Decision(
            _("%(month)s est à facturer", month=words.opening(words.month(last))),
            words.plural(len(payers), _("une personne ou organisation"), _("{n} personnes ou organisations")),
            href=page,
            href_label=_("Voir, puis tout envoyer"),
        )
    elif run is not None and (drafts := bills.drafts_left(run.id)):
        yield Decision(
            words.plural(drafts, _("Un brouillon de facture attend"), _("{n} brouillons de factures attendent")),
            words.month(last),
            href=page,
            href_label=_("Relire, puis tout envoyer"),
        )
    if lines := len(banking.bank_lines(place.id, state="open")):
        yield Decision(
            words.plural(lines, _("Une ligne du relevé attend votre avis"), _("{n} lignes du relevé attendent votre avis")),
            "",
            href=url_for("money.statements"),
            href_label=_("Voir le relevé"),
        )
    if to_make := refunds_to_make(place.id):
        yield Decision(
            words.plural(len(to_make), _("Un remboursement est à virer"), _("{n} remboursements sont à virer")),
            ", ".join((words.money(sum(one.cents for one in to_make)), words.listed(dict.fromkeys(one.payer for one in to_make)))),
            href=url_for("money.all_payments"),
            href_label=_("Voir les virements"),
        )


def _course(place: Place, today: date) -> Iterator[Decision]:
    """People who would enter a cohort, half-days whose sheet is not closed."""
    words = typography.words()
    for waiting in courses.applications_to_read(place.id):
        yield Decision(
            words.plural(waiting.number, _("Une candidature à lire"), _("{n} candidatures à lire")),
            waiting.cohort,
            href=url_for("cohorts.applications", cohort_id=waiting.cohort_id),
            href_label=_("Lire"),
        )
    unsigned = occasions.to_countersign(now=clock.now(), place_id=place.id, since=today - UNSIGNED_FOR)
    for occasion, missing in unsigned[:MOST_UNSIGNED]:
        yield Decision(
            words.plural(missing, _("Une présence à régulariser"), _("{n} présences à régulariser")),
            f"{words.day(occasion.day)}, {words.hours_range(occasion.starts_at, occasion.ends_at, place.tz)}, {occasion.cohort}",
            sign="wait",
            href=url_for("half_day.sheet", session_id=occasion.id),
            href_label=_("Voir la feuille"),
        )


def _to_fetch(place: Place, today: date) -> Iterator[Decision]:
    """Tools that did not come back, boxes that were not emptied."""
    words = typography.words()
    if late := fablab.late_loans(place.id, today):
        yield Decision(
            words.plural(len(late), _("Un outil n’est pas revenu"), _("{n} outils ne sont pas revenus")),
            words.listed(dict.fromkeys(f"{one.tool.name} ({one.member.name})" for one in late)),
            sign="wait",
            href=url_for("fablab.tools"),
            href_label=_("Voir les outils"),
        )
    if full := fablab.boxes_to_empty(place.id, today):
        yield Decision(
            words.plural(len(full), _("Un casier est à vider"), _("{n} casiers sont à vider")),
            words.listed(f"{one.box.mark} ({one.member.name})" for one in full),
            sign="wait",
            href=url_for("fablab.boxes"),
            href_label=_("Voir les casiers"),
        )


def _outage(outage: queries.Broken, place: Place, may: Callable[[str], bool]) -> Decision:
    words = typography.words()
    since = words.moment(outage.starts_at, place.tz)
    until = _("jusqu’au %(moment)s", moment=words.moment(outage.ends_at, place.tz)) if outage.ends_at else _("sans fin prévue")
    reason = _("« %(reason)s »", reason=outage.reason)
    detail = f"{outage.actor}, {since}{_(' : ')}{reason}, {until}" if outage.actor else f"{since}{_(' : ')}{reason}, {until}"
    return Decision(
        _("%(name)s : hors service", name=outage.name),
        detail,
        sign="down",
        post=url_for("things.end_outage", resource_id=outage.resource_id, outage_id=outage.id) if may("manage_resources") else "",
        label=_("Elle remarche"),
    )


def _by_first(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    gathered: dict[str, list[str]] = {}
    for first, second in pairs:
        gathered.setdefault(first, []).append(second)
    for first, seconds in gathered.items():
        yield first, ", ".join(seconds)


# ---------------------------------------------------------------- who comes


def _presences(come: Iterable[Coming], place: Place, things: Directory, day: date) -> Iterator[Presence]:
    """By pool « 8 sur 12 », else by name and hour."""
    frame = grid.frame(place_queries.calendar(place.id), day, 1)
    pools: dict[int, tuple[set[int], set[int]]] = {}
    others: dict[int, tuple[list[str], list[str]]] = {}
    for one in come:
        thing = things.any(one.resource_id)
        for half in _halves(one, frame):
            if thing.pool_id is not None:
                pools.setdefault(thing.pool_id, (set(), set()))[half].add(thing.id)
            else:
                others.setdefault(thing.id, ([], []))[half].append(_visitor(one, place))
    for pool in things.of_kind("pool"):
        seated = pools.get(pool.id, (set(), set()))
        offered = {seat.id for seat in things.seats(pool.id) if seat.bookable and not seat.is_fixed}
        morning, afternoon = (_("%(count)s sur %(total)s", count=len(half), total=len(offered | half)) if half else "" for half in seated)
        yield Presence(pool.name, (morning, afternoon))
    for thing in sorted((things.any(thing_id) for thing_id in others), key=lambda thing: (thing.rank, thing.id)):
        morning, afternoon = (", ".join(dict.fromkeys(half)) for half in others[thing.id])
        yield Presence(thing.name, (morning, afternoon))


def _halves(one: Coming, frame: grid.Frame) -> list[int]:
    touched = list(grid.touched(frame, int(one.starts_at.timestamp()), int(one.ends_at.timestamp())))
    return touched or [0]  # outside opening hours: at the head of the day


def _visitor(one: Coming, place: Place) -> str:
    """« Nadia, 10 h »; a guest by their own name."""
    name = one.guest_name or one.name.split(" ")[0]
    return name if one.half else f"{name}, {typography.words().hour(one.starts_at, place.tz)}"


# ---------------------------------------------------------------- a day, line by line


@dataclass(frozen=True, slots=True)
class Line:
    one: Coming
    hours: str
    title: str
    detail: str
    sign: str
    word: str
    can_check_in: bool


def _line(one: Coming, place: Place, things: Directory) -> Line:
    thing: Thing = things.any(one.resource_id)
    sign, word = say.state(one.status)
    detail = [_("pour %(guest)s", guest=one.guest_name) if one.guest_name else "", one.note]
    return Line(
        one=one,
        hours=typography.words().hours_range(one.starts_at, one.ends_at, place.tz),
        title=say.title(thing),
        detail=", ".join(filter(None, detail)),
        sign=sign,
        word=word,
        can_check_in=_may_arrive(one, thing),
    )


def _may_arrive(one: Coming, thing: Thing) -> bool:
    now = clock.now()
    return one.status == Status.CONFIRMED and thing.rules.check_in and one.starts_at - timedelta(minutes=30) <= now < one.ends_at


def _when(one: Coming, place: Place) -> str:
    return papers.when(one.half, one.starts_at, one.ends_at, place.tz)
