"""The week of everything, the plan, one thing: what is seen, kept, asked, and never a name."""

import re
from datetime import date
from itertools import pairwise

import pytest

from app.booking import services
from app.booking.models import Absence, Resource
from app.booking.queries import directory
from app.core import clock
from app.core.cache import clear_all
from app.core.db import db, transaction
from app.core.period import Period
from app.place.models import Place
from app.place.services import touch_settings
from tests.factories import between, book, book_half, clear, make_machine, make_member, make_thing, paris
from tests.pages import text_of
from tests.statements import counted

WEEK = "/coworking/week?week=2026-12-07"


@pytest.fixture
def camille(lieu, log_in):
    return log_in(lieu.camille)


def rows(page) -> dict[str, list[str]]:
    """Each line of the grid: its name, and what its cells say."""
    found = {}
    for line in re.findall(r"<tr><th scope=row><a [^>]*>(.*?)</a>(.*?)(?=<tr>|</tbody>)", page.text, re.S):
        found.setdefault(line[0], []).append(re.findall(r"<td[^>]*>(?:<a [^>]*>)?([^<]*)", line[1]))
    return {name: cells[-1] for name, cells in found.items()} | {
        f"{name} (à vous)": cells[0] for name, cells in found.items() if len(cells) > 1
    }


def said(cells: list[str]) -> list[str]:
    return [cell.replace("\u00a0", " ") for cell in cells]


# ---------------------------------------------------------------- the grid


def test_a_pool_is_one_line_that_counts(camille, lieu):
    book_half(lieu.pool, "2026-12-07", "morning", lieu.leo)

    line = said(rows(camille.get(WEEK))["Grande salle"])

    assert line[:4] == ["7 libres", "8 libres", "8 libres", "8 libres"]


def test_seats_are_seen_on_request(camille, lieu):
    page = camille.get(f"{WEEK}&seats=1")

    assert "A8" in rows(page)
    assert "Grande salle" not in rows(page)


def test_a_line_says_what_is_free_taken_or_broken(camille, lieu):
    book(lieu.printer, between("2026-12-07", "09:00", "10:00"), lieu.leo)
    book(lieu.printer, between("2026-12-08", "08:30", "13:00"), lieu.leo)
    services.declare_outage(
        thing=lieu.printer,
        period=Period(paris("2026-12-09 00:00"), paris("2026-12-10 00:00")),
        starts_at=paris("2026-12-09 00:00"),
        reason="buse bouchée",
        actor_id=lieu.max.id,
        now=clock.now(),
    )

    line = said(rows(camille.get(WEEK))["Imprimante 3D"])

    assert line[:5] == ["3 h", "libre", "pris", "libre", "panne"]


def test_one_s_own_line_comes_first_and_leads_to_the_booking(camille, lieu):
    mine = book(lieu.laser, between("2026-12-07", "14:00", "15:00"), lieu.camille)

    page = camille.get(WEEK)

    assert page.text.index("<span>À vous</span>") < page.text.index("<span>Postes</span>")
    assert said(rows(page)["Découpe laser (à vous)"])[:2] == ["libre", "14 h"]
    assert f"href=../bookings/{mine.id}" in page.text
    assert said(rows(page)["Découpe laser"])[1] == "3 h 30"  # what everybody sees


def test_both_halves_of_one_day_are_one_cell(camille, lieu):
    book_half(lieu.pool, "2026-12-07", "day", lieu.camille)

    assert "<td class=m colspan=2><a href=../bookings/" in camille.get(WEEK).text


def test_the_grid_never_says_who(camille, lieu):
    book_half(lieu.pool, "2026-12-07", "morning", lieu.leo, guest_name="Zoé Visiteuse", note="secret")

    for path in (WEEK, f"{WEEK}&seats=1", "/coworking/plan?day=2026-12-07&half=morning", "/coworking/r/A1?week=2026-12-07"):
        page = camille.get(path).text
        assert not re.search("Leo|Zoé|secret", page)


def test_a_free_cell_leads_to_its_sentence(camille, lieu):
    assert "href=r/salle/2026-12-07>libre" in camille.get(WEEK).text
    assert camille.get("/coworking/r/salle/2026-12-07").status_code == 200


def test_a_mark_that_is_no_address_cannot_break_out_of_its_link(camille, lieu):
    make_thing(lieu.place, "x onclick=alert(1)", kind="room", name="<i>Salle</i>")

    page = camille.get(WEEK).text

    assert "onclick=alert(1)>" not in page.replace("%20onclick%3Dalert%281%29", "")
    assert "<i>Salle</i>" not in page


# ---------------------------------------------------------------- kept by the browser


def test_the_page_is_not_sent_again_while_nothing_changed(camille, lieu):
    first = camille.get(WEEK)

    again = camille.get(WEEK, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("change", ["a booking", "a setting", "a person", "the clock"])
def test_any_change_makes_it_new(lieu, log_in, frozen, change):
    tag = log_in(lieu.camille).get("/coworking/week").headers["ETag"]

    who = lieu.camille
    if change == "a booking":
        book_half(lieu.pool, "2026-12-02", "morning", lieu.leo)
    elif change == "a setting":
        make_thing(lieu.place, "autre", kind="room")
    elif change == "a person":
        who = lieu.leo
    else:
        frozen("2026-12-01T10:15+01:00")

    assert log_in(who).get("/coworking/week", headers={"If-None-Match": tag}).status_code == 200


def test_what_everybody_sees_is_drawn_once_for_all(lieu, log_in):
    log_in(lieu.camille).get(WEEK)

    with counted() as sent:
        page = log_in(lieu.leo).get(WEEK)

    assert page.status_code == 200
    assert not [
        statement
        for statement in sent
        if "FROM occupancy" in statement and "JOIN booking" not in statement and "booking.id" not in statement
    ]


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-12-02T10:07+01:00", ("2026-12-03", "2026-12-04", "2026-12-05")),
        ("2026-10-20T10:07+02:00", ("2026-10-21", "2026-10-23", "2026-10-24")),  # these two weeks end with the odd Sundays
        ("2027-03-23T10:07+01:00", ("2027-03-24", "2027-03-26", "2027-03-27")),
    ],
)
def test_a_line_kept_is_the_one_that_would_be_drawn(lieu, log_in, frozen, now, days):
    frozen(now)
    leo, pages = (
        log_in(lieu.leo),
        [f"/coworking/{path}" for path in (f"week?week={days[0]}", f"week?week={days[0]}&seats=1", "plan", "r/A1", "r/salle")],
    )
    one, another, last = days

    def drawn() -> list[bytes]:
        return [leo.get(page).data for page in pages]

    changes = [
        lambda: book_half(lieu.pool, one, "morning", lieu.camille),
        lambda: book(lieu.printer, between(another, "09:00", "10:00"), lieu.leo),
        lambda: book_half(lieu.pool, another, "day", lieu.leo),
        lambda: services.declare_outage(
            thing=lieu.printer, period=None, starts_at=paris(f"{last} 00:00"), reason="fumée", actor_id=lieu.max.id, now=clock.now()
        ),
        lambda: frozen(now.replace("10:07", "14:22")),
    ]
    seen = [drawn()]
    for change in changes:
        change()
        kept = drawn()
        clear_all()
        assert kept == drawn()
        seen.append(kept)

    assert all(before[0] != after[0] for before, after in pairwise(seen))


def test_it_travels_compressed_and_holds_no_token(camille, lieu):
    page = camille.get(WEEK, headers={"Accept-Encoding": "br"})

    assert page.headers["Content-Encoding"] == "br"
    assert "csrf" not in camille.get(WEEK).text


def test_the_grid_asks_the_database_as_little_for_many_things_as_for_few(camille, lieu):
    def statements(path) -> int:
        with counted() as sent:
            assert camille.get(path).status_code == 200
        return len(sent)

    paths = (WEEK, "/coworking/plan?day=2026-12-07", "/fablab/", "/coworking/r/salle?week=2026-12-07")
    few = [statements(path) for path in paths]
    for number in range(10):
        other = make_member(f"Autre{number}")
        clear(other, lieu.clearance)
        book(make_machine(lieu.place, f"m{number}", clearance=lieu.clearance), between("2026-12-07", "09:00", "10:00"), other)
        make_thing(lieu.place, f"B{number}", pool_id=lieu.pool.id)
    for path in paths:
        camille.get(path)  # what processes keep of the settings is read again
    book_half(lieu.pool, "2026-12-08", "morning", lieu.leo)  # and the drawings are made anew
    assert [statements(path) for path in paths] <= few


# ---------------------------------------------------------------- any week


@pytest.mark.parametrize(
    "week", ["0001-01-01", "9999-12-31", "2026-99-99", "demain", "2100-12-31", "2000-01-01", "%00", "2026-12-07' OR 1=1"]
)
def test_no_week_breaks_the_page(camille, lieu, week):
    assert camille.get(f"/coworking/week?week={week}").status_code == 200
    assert camille.get(f"/coworking/r/salle?week={week}").status_code == 200
    assert camille.get(f"/coworking/plan?day={week}&half={week}").status_code == 200


def test_the_weeks_of_the_two_odd_sundays_are_drawn(lieu, log_in, frozen):
    frozen("2026-10-20T10:00+02:00")
    camille = log_in(lieu.camille)
    for week in ("2026-10-25", "2027-03-28"):
        assert camille.get(f"/coworking/week?week={week}").status_code == 200


def test_a_stranger_is_asked_to_enter_first(client, lieu):
    assert client.get(WEEK).location.startswith("/login?next=")


# ---------------------------------------------------------------- the plan


@pytest.fixture
def drawn(lieu):
    """A lieu whose seats and printer are drawn on its plan."""
    with transaction():
        for number, seat in enumerate(directory(lieu.place).seats(lieu.pool.id)):
            db.session.get(Resource, seat.id).plan_box = [10 + 60 * (number % 5), 40 + 60 * (number // 5), 50, 48]
        db.session.get(Resource, lieu.printer.id).plan_box = [10, 200, 158, 46]
        db.session.flush()
        touch_settings(lieu.place.id)
    lieu.place = db.session.get(Place, lieu.place.id, populate_existing=True)
    return lieu


def test_the_plan_says_by_shape_and_word_what_is_free_taken_mine_or_broken(camille, drawn):
    mine = book_half(drawn.pool, "2026-12-07", "morning", drawn.camille)
    book_half(drawn.pool, "2026-12-07", "morning", drawn.leo)
    services.declare_outage(thing=drawn.printer, period=None, starts_at=clock.now(), reason="fumée", actor_id=drawn.max.id, now=clock.now())

    page = text_of(camille.get("/coworking/plan?day=2026-12-07&half=morning"))

    assert f'<a href="/bookings/{mine.id}" class="me" aria-label="Poste A1, à vous"' in page
    assert '<g class="x" role="img" aria-label="Poste A2, pris">' in page
    assert '<a href="/coworking/r/A3/2026-12-07m" aria-label="Poste A3, libre, réserver"' in page
    assert '<g class="off" role="img" aria-label="Imprimante 3D, panne">' in page


def test_the_list_beside_the_plan_says_the_same(camille, drawn):
    book_half(drawn.pool, "2026-12-07", "morning", drawn.camille)

    page = text_of(camille.get("/coworking/plan?day=2026-12-07&half=morning"))
    listed = page[page.index('id="listed"') :]

    assert "Poste A1" in listed and "à vous" in listed
    assert "7 places libres" in listed


def test_a_lieu_without_a_drawing_has_its_list(camille, lieu):
    page = camille.get("/coworking/plan?day=2026-12-07")

    assert '<svg class="plan"' not in page.text
    assert "En liste" in text_of(page)


# ---------------------------------------------------------------- one thing


def test_a_room_s_page_has_its_week_its_rules_and_its_price(camille, lieu):
    book(lieu.room, between("2026-12-07", "10:00", "11:00"), lieu.camille)
    book(lieu.room, between("2026-12-07", "14:00", "15:00"), lieu.leo)

    page = text_of(camille.get("/coworking/r/salle?week=2026-12-07"))

    assert "à vous de 10 h à 11 h" in page
    assert "de 8 h 30 à 9 h 45" in page  # a quarter of an hour is left before the next
    assert "de 11 h 15 à 13 h 45" in page
    assert "8,00 €" in page and "60,00 €" in page
    assert "À réserver 2 h à l’avance au moins" in page


def test_a_machine_s_page_is_the_fablab_s(camille, lieu):
    assert camille.get("/coworking/r/laser").location == "/fablab/laser"


def test_a_code_to_print_leads_to_the_page(camille, lieu):
    page = camille.get("/coworking/r/salle/qr").text

    assert "<svg" in page and 'class="qr"' in page
    assert "/coworking/r/salle" in page
    assert "style=" not in page


def test_a_resident_s_desk_is_lent_when_they_are_away(camille, lieu):
    desk = make_thing(lieu.place, "D1", pool_id=lieu.pool.id, holder_id=lieu.max.id, rules={"sold_by": "resident"})
    with transaction():
        db.session.add(Absence(resource_id=desk.id, first_day=date(2026, 12, 8), last_day=date(2026, 12, 8), created_at=clock.now()))
        db.session.flush()

    line = said(rows(camille.get(WEEK))["Grande salle"])

    assert line[:3] == ["8 libres", "9 libres", "8 libres"]
