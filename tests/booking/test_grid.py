"""A week cell by cell: pure arithmetic on seconds."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from app.booking.rules import Rules, Thing, grid
from app.booking.rules.grid import ALL_FREE, BROKEN, BUSY, FREE, PAST_OR_CLOSED, Cell
from app.place.rules import Calendar, ClosedDays
from tests.factories import paris

PARIS = ZoneInfo("Europe/Paris")
OPEN = Calendar(zone=PARIS, weekly={**{day: [(510, 1110)] for day in range(5)}, 5: [(540, 750)]})
DESK = Thing(1, 1, "A1", "desk", "A1", rules=Rules(sold_by="half_day"))
ROOM = Thing(2, 1, "R", "room", "R", rules=Rules(min_minutes=30))
MONDAY = date(2026, 12, 7)
LONG_AGO, FAR = 0, 10**10


def at(text: str) -> int:
    return int(paris(text).timestamp())


def taken(*spans: tuple[str, str], holder: str = "booking") -> list[tuple[int, int, str]]:
    return [(at(f"2026-12-{start}"), at(f"2026-12-{end}"), holder) for start, end in spans]


def cells(thing: Thing, rows=(), *, calendar: Calendar = OPEN, now: int = LONG_AGO, last: int = FAR, first: date = MONDAY) -> list[Cell]:
    return grid.cells(thing, grid.frame(calendar, first), list(rows), now=now, last=last)


def test_a_free_week_is_free_but_when_the_lieu_is_closed():
    week = cells(DESK)

    assert week[:10] == [ALL_FREE] * 10
    assert week[10:] == [ALL_FREE, PAST_OR_CLOSED, PAST_OR_CLOSED, PAST_OR_CLOSED]  # Saturday morning only


def test_a_half_day_is_taken_by_whatever_touches_it():
    week = cells(DESK, taken(("07 08:30", "07 13:00"), ("08 17:00", "08 18:30")))

    assert week[:4] == [BUSY, ALL_FREE, ALL_FREE, BUSY]


@pytest.mark.parametrize(("holder", "said"), [("booking", BUSY), ("session", BUSY), ("outage", BROKEN), ("closure", PAST_OR_CLOSED)])
def test_a_cell_says_what_holds_it(holder, said):
    assert cells(DESK, taken(("07 08:30", "07 13:00"), holder=holder))[0] == said
    assert cells(ROOM, taken(("07 08:30", "07 13:00"), holder=holder))[0] == said


def test_a_room_says_its_longest_free_time():
    week = cells(ROOM, taken(("07 09:30", "07 11:00")))

    assert week[0] == Cell(FREE, 120)
    assert week[1] == ALL_FREE


def test_what_is_left_is_too_short_to_be_booked():
    assert cells(ROOM, taken(("07 08:45", "07 12:45")))[0] == BUSY


def test_buffers_are_left_around_neighbours_but_not_around_opening_hours():
    room = Thing(2, 1, "R", "room", "R", rules=Rules(min_minutes=30, buffer_after=15))
    # 10:00-11:15 with its own buffer; another booking before it must leave 15 minutes more
    assert grid.free_stretches(room, ((at("2026-12-07 08:30"), at("2026-12-07 13:00")),), taken(("07 10:00", "07 11:15")), now=0) == [
        (at("2026-12-07 08:30"), at("2026-12-07 09:45")),
        (at("2026-12-07 11:15"), at("2026-12-07 13:00")),
    ]


def test_the_past_is_blank_and_the_running_half_day_counts_from_now():
    now = at("2026-12-07 10:07")
    week = cells(ROOM, taken(("07 12:00", "07 13:00")), now=now)

    assert week[0] == Cell(FREE, 105)  # 10:15 to 12:00
    assert cells(DESK, now=at("2026-12-07 13:00"))[0] == PAST_OR_CLOSED


def test_the_notice_is_time_that_cannot_be_had():
    room = Thing(2, 1, "R", "room", "R", rules=Rules(min_minutes=30, notice_minutes=120))

    assert grid.free_stretches(room, ((at("2026-12-07 08:30"), at("2026-12-07 13:00")),), [], now=at("2026-12-07 09:05"))[0][0] == at(
        "2026-12-07 11:15"
    )


def test_nothing_is_offered_beyond_the_horizon():
    week = cells(DESK, last=at("2026-12-09 00:00"))

    assert week[:6] == [ALL_FREE] * 4 + [PAST_OR_CLOSED] * 2


def test_an_evening_opening_belongs_to_the_afternoon_of_rooms_not_of_desks():
    calendar = Calendar(zone=PARIS, weekly={0: [(510, 1260)]})
    frame = grid.frame(calendar, MONDAY)

    assert frame.open[1] == ((at("2026-12-07 13:00"), at("2026-12-07 21:00")),)
    assert frame.sold[1] == ((at("2026-12-07 13:00"), at("2026-12-07 18:30")),)


def test_a_pause_at_noon_leaves_two_stretches():
    calendar = Calendar(zone=PARIS, weekly={0: [(540, 720), (840, 1080)]}, afternoon=(840, 1080))
    frame = grid.frame(calendar, MONDAY)

    assert frame.open[0] == ((at("2026-12-07 09:00"), at("2026-12-07 12:00")),)
    assert frame.open[1] == ((at("2026-12-07 14:00"), at("2026-12-07 18:00")),)


def test_days_of_23_and_25_hours_keep_their_wall_clock():
    always = Calendar(zone=PARIS, weekly={day: [(0, 1440)] for day in range(7)})
    spring, autumn = grid.frame(always, date(2027, 3, 28), 1), grid.frame(always, date(2026, 10, 25), 1)

    assert spring.open[0][0] == (at("2027-03-28 00:00"), at("2027-03-28 13:00"))
    assert spring.open[0][0][1] - spring.open[0][0][0] == 12 * 3600
    assert autumn.open[0][0][1] - autumn.open[0][0][0] == 14 * 3600


def test_a_closure_shuts_everything():
    calendar = Calendar(zone=PARIS, weekly=OPEN.weekly, closures=[ClosedDays(date(2026, 12, 7), date(2026, 12, 8), "Inventaire")])

    assert cells(DESK, calendar=calendar)[:6] == [PAST_OR_CLOSED] * 4 + [ALL_FREE] * 2


def test_what_is_out_of_service_says_so_and_what_is_not_lent_says_nothing():
    broken = Thing(1, 1, "A1", "desk", "A1", state="out_of_service", rules=Rules(sold_by="half_day"))
    kept = Thing(1, 1, "A1", "desk", "A1", bookable=False, rules=Rules(sold_by="half_day"))

    assert cells(broken)[0] == BROKEN
    assert cells(kept)[0] == PAST_OR_CLOSED


def test_a_pool_counts_its_free_places():
    first, second = cells(DESK, taken(("07 08:30", "07 13:00"))), cells(DESK)

    assert grid.pool_cells([first, second])[:2] == [Cell(FREE, 1), Cell(FREE, 2)]
    assert grid.pool_cells([first, first])[0] == BUSY
    assert grid.free_all_day([first, second])[:2] == [1, 2]


def test_a_resident_lends_their_desk_only_when_away():
    week = grid.resident_cells(cells(DESK), [True, False, *[False] * 5])

    assert week[:4] == [ALL_FREE, ALL_FREE, BUSY, BUSY]
    assert week[13] == PAST_OR_CLOSED


def test_two_halves_alike_are_drawn_as_one_day():
    week = [BUSY, BUSY, ALL_FREE, ALL_FREE, ALL_FREE, BUSY]

    assert [(day, half, span) for _cell, day, half, span in grid.drawn(week)] == [(0, "", 2), (1, "", 2), (2, "m", 1), (2, "a", 1)]


def test_two_places_in_the_morning_and_two_in_the_afternoon_are_a_day_only_if_the_same_two():
    week = [Cell(FREE, 2), Cell(FREE, 2)]

    assert len(list(grid.drawn(week, whole_days=[2]))) == 1
    assert len(list(grid.drawn(week, whole_days=[1]))) == 2


def test_the_same_free_time_in_both_halves_is_not_a_free_day():
    assert len(list(grid.drawn([Cell(FREE, 120), Cell(FREE, 120)]))) == 2
