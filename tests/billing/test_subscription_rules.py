"""What a subscription costs: pure arithmetic on days, without a database."""

from datetime import date

import pytest

from app.billing.rules import UNLIMITED, Charged, Cycle, Stretch, allowance, changed, cycle_of, due, ended, owed, paused, resumed, shares

NOVEMBER = cycle_of(date(2026, 11, 1))
HALF, FULL = {"plan_id": 1, "cents": 12_000}, {"plan_id": 2, "cents": 20_000}


def since(day: str, **plan: int) -> list[Stretch]:
    return [Stretch(first_day=date.fromisoformat(day), **(plan or HALF))]


@pytest.mark.parametrize(
    ("joined", "cents"),
    [("2026-11-11", 8000), ("2026-11-01", 12_000), ("2027-01-31", 387), ("2026-10-25", 2710), ("2028-02-29", 414), ("2026-11-30", 400)],
)
def test_joining_in_the_middle_pays_the_days_left_with_the_first(joined, cents):
    assert owed(since(joined), cycle_of(date.fromisoformat(joined))) == cents


def test_an_upgrade_now_credits_the_days_left_of_the_old_and_charges_those_of_the_new():
    after = changed(since("2026-11-01"), on=date(2026, 11, 16), **FULL)

    assert [(share.days, share.cents) for share in shares(after, NOVEMBER)] == [(15, 6000), (15, 10_000)]
    assert owed(after, NOVEMBER) - 12_000 == 4000


def test_up_then_down_within_a_month_is_rounded_once():
    up = changed(since("2026-11-01"), on=date(2026, 11, 11), **FULL)
    down = changed(up, on=date(2026, 11, 21), **HALF)

    assert [share.cents for share in shares(down, NOVEMBER)] == [4000, 6667, 4000]
    assert owed(down, NOVEMBER) == 14_667
    assert owed(down, NOVEMBER) - 12_000 == 2667


def test_what_was_charged_for_days_that_are_another_plan_s_now_comes_back():
    before = [Stretch(first_day=date(2026, 11, 1), row_id=7, **HALF)]
    after = [Stretch(first_day=date(2026, 11, 1), row_id=8, **FULL)]
    charged = [Charged(7, 1, date(2026, 11, 1), 12_000), Charged(7, 1, date(2026, 10, 1), 12_000)]

    assert [(one.row_id, one.cents) for one in due(after, charged, until=NOVEMBER.last)] == [(8, 20_000), (7, -12_000)]
    assert due(before, charged, until=NOVEMBER.last) == [] and due([], charged, until=NOVEMBER.last) == []
    assert due(after, charged, until=date(2026, 11, 29)) == []  # the month is not over


def test_a_downgrade_at_term_costs_nothing_now_and_asking_twice_changes_nothing():
    once = changed(since("2026-11-01", **FULL), on=date(2026, 12, 1), **HALF)
    twice = changed(once, on=date(2026, 12, 1), **HALF)

    assert once == twice
    assert owed(once, NOVEMBER) == 20_000
    assert owed(once, cycle_of(date(2026, 12, 1))) == 12_000


def test_changing_back_before_the_term_leaves_one_stretch():
    asked = changed(since("2026-11-01", **FULL), on=date(2026, 12, 1), **HALF)

    assert changed(asked, on=date(2026, 12, 1), **FULL) == since("2026-11-01", **FULL)


def test_a_pause_takes_its_days_off_and_may_end_early():
    asleep = paused(since("2026-11-01"), first=date(2026, 11, 11), last=date(2026, 11, 20))

    assert owed(asleep, NOVEMBER) == 8000
    assert [(one.first_day.day, one.is_paused) for one in asleep] == [(1, False), (11, True), (21, False)]
    assert paused(asleep, first=date(2026, 11, 11), last=date(2026, 11, 20)) == asleep
    assert owed(resumed(asleep, on=date(2026, 11, 16)), NOVEMBER) == 10_000
    assert resumed(asleep, on=date(2026, 11, 11)) == since("2026-11-01")


def test_a_change_of_plan_keeps_the_pause_and_the_end():
    left = ended(paused(since("2026-11-01"), first=date(2026, 11, 11), last=date(2026, 11, 20)), last_day=date(2026, 11, 25))
    bigger = changed(left, on=date(2026, 11, 6), **FULL)

    assert [(one.first_day.day, one.last_day.day, one.cents) for one in bigger] == [
        (1, 5, 12_000),
        (6, 10, 20_000),
        (11, 20, 0),
        (21, 25, 20_000),
    ]
    assert owed(bigger, NOVEMBER) == 8667  # 5/30 of 120 and 10/30 of 200, rounded once


def test_whoever_leaves_pays_up_to_their_last_day():
    assert owed(ended(since("2026-11-01"), last_day=date(2026, 11, 10)), NOVEMBER) == 4000
    assert owed(ended(since("2026-11-01"), last_day=date(2026, 11, 10)), cycle_of(date(2026, 12, 1))) == 0


def test_a_cycle_anchored_on_the_31st_does_not_drift():
    cycle, starts = cycle_of(date(2027, 1, 31), anchor=31), []
    for _ in range(4):
        starts.append(cycle.first)
        cycle = cycle_of(date.fromordinal(cycle.last.toordinal() + 1), anchor=31)

    assert starts == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert cycle_of(date(2027, 2, 10), anchor=31) == Cycle(date(2027, 1, 31), date(2027, 2, 27))
    assert cycle_of(date(2027, 1, 5), anchor=15) == Cycle(date(2026, 12, 15), date(2027, 1, 14))


def test_the_shares_of_any_cutting_add_up_to_the_price_of_the_whole():
    for day in range(2, 31):
        for other in range(2, 31):
            pieces = changed(
                changed(since("2026-11-01"), on=date(2026, 11, day), plan_id=3, cents=12_000), on=date(2026, 11, other), **HALF
            )
            assert sum(share.cents for share in shares(pieces, NOVEMBER)) == 12_000


@pytest.mark.parametrize(
    ("held", "anchor", "day", "cents", "half_days"),
    [
        (since("2027-02-10"), None, "2027-02-10", 8143, 14),  # 19 days of 28
        (since("2028-02-29"), None, "2028-02-29", 414, 1),  # one day of 29
        (since("2027-03-28"), None, "2027-03-28", 1548, 3),  # a day of 23 hours counts as a day
        (since("2027-01-31"), 31, "2027-02-27", 12_000, 20),  # a rolling month of 28 days is a month
        (since("2027-01-31"), 31, "2027-02-28", 12_000, 20),  # and so is the next, of 31
        (ended(since("2027-04-01"), last_day=date(2027, 4, 7)), None, "2027-04-01", 2800, 5),
        (ended(since("2027-01-15"), last_day=date(2027, 2, 20)), 15, "2027-02-15", 2571, 5),  # 6 days of 28
        (paused(since("2027-05-01"), first=date(2027, 5, 29), last=date(2027, 6, 3)), None, "2027-05-01", 10_839, 19),
        (paused(since("2027-05-01"), first=date(2027, 5, 29), last=date(2027, 6, 3)), None, "2027-06-01", 10_800, 18),
    ],
)
def test_a_month_begun_or_left_costs_and_gives_its_share(held, anchor, day, cents, half_days):
    cycle = cycle_of(date.fromisoformat(day), anchor)

    assert owed(held, cycle) == cents
    assert allowance(held, cycle, {1: 20}) == half_days


def test_two_plans_of_a_month_each_give_their_share_and_one_without_limit_gives_all():
    both = changed(since("2026-11-01"), on=date(2026, 11, 16), **FULL)

    assert allowance(both, NOVEMBER, {1: 5, 2: 10}) == 8  # 2.5 and 5, rounded once
    assert allowance(both, NOVEMBER, {1: 5}) == 3
    assert allowance(both, NOVEMBER, {1: 5, 2: UNLIMITED}) == UNLIMITED
    assert allowance(both, cycle_of(date(2026, 12, 1)), {1: 5, 2: 10}) == 10
    assert allowance(both, cycle_of(date(2026, 10, 1)), {1: 5, 2: 10}) == 0
