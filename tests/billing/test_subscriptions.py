"""A subscription from the day it is taken to the day it is left, with what bookings see of it."""

from datetime import date

import pytest

from app.billing import queries, services
from app.billing.models import Lot, Plan, Subscription
from app.billing.rules import changed, ended
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from tests.factories import book_half, make_member, price


def make_plan(lieu, code: str = "mi-temps", cents: int = 12_000, **more: object) -> Plan:
    with transaction():
        plan = Plan(place_id=lieu.place.id, code=code, name=code.capitalize(), cents=cents, **({"allowances": {}} | more))
        db.session.add(plan)
        db.session.flush()
    return plan


def take(plan: Plan, member, day: str, **more: object) -> queries.Held:
    return services.join(
        plan_id=plan.id, member_id=member.id, first_day=date.fromisoformat(day), now=clock.now(), actor_id=member.id, **more
    )


def by(member) -> dict[str, object]:
    return {"now": clock.now(), "actor_id": member.id}


def test_a_pause_refuses_bookings_of_its_days_only(lieu):
    held = take(make_plan(lieu, allowances={"half_days": 20}), lieu.leo, "2026-12-01")

    services.pause(root_id=held.root_id, first=date(2026, 12, 8), last=date(2026, 12, 10), **by(lieu.leo))

    with pytest.raises(Refused) as refused:
        book_half(lieu.pool, "2026-12-08", "morning", lieu.leo)
    assert refused.value.codes == ["paused"]
    assert refused.value.status == 422
    with pytest.raises(Refused):
        book_half(lieu.pool, "2026-12-10", "afternoon", lieu.leo)
    assert book_half(lieu.pool, "2026-12-11", "morning", lieu.leo).covered_by[0]["source"] == "plan"
    services.resume(root_id=held.root_id, on=date(2026, 12, 10), **by(lieu.leo))
    assert book_half(lieu.pool, "2026-12-10", "afternoon", lieu.leo).covered_by[0]["source"] == "plan"


def test_a_change_of_plan_gives_the_month_once_and_what_the_better_plan_gives_more(lieu):
    small = make_plan(lieu, allowances={"half_days": 2})
    big = make_plan(lieu, "plein", 20_000, allowances={"half_days": 5})
    held = take(small, lieu.leo, "2026-12-01")
    book_half(lieu.pool, "2026-12-02", "morning", lieu.leo)

    services.change_plan(root_id=held.root_id, plan_id=big.id, on=date(2026, 12, 3), **by(lieu.leo))

    assert queries.balances(lieu.leo, place_id=lieu.place.id, on=date(2026, 12, 3)).half_days == 4
    assert [lot.granted for lot in db.session.query(Lot).filter(Lot.origin.like("subscription:%"))] == [5]
    services.change_plan(root_id=held.root_id, plan_id=small.id, on=date(2027, 1, 1), **by(lieu.leo))
    assert queries.balances(lieu.leo, place_id=lieu.place.id, on=date(2027, 1, 4)).half_days == 2


def test_leaving_ends_what_the_month_gave(lieu):
    held = take(make_plan(lieu, allowances={"half_days": 20}), lieu.leo, "2026-12-01")
    book_half(lieu.pool, "2026-12-02", "morning", lieu.leo)

    services.leave(root_id=held.root_id, last_day=date(2026, 12, 4), **by(lieu.leo))

    assert queries.plans_on(lieu.leo.id, date(2026, 12, 7)) == []
    assert {part["source"] for part in book_half(lieu.pool, "2026-12-07", "morning", lieu.leo).covered_by} == {"money"}


def left(member, lieu, day: str) -> int:
    return queries.balances(member, place_id=lieu.place.id, on=date.fromisoformat(day)).half_days


def test_a_month_begun_gives_its_share_only_while_it_runs(lieu):
    """Joined in the middle, then asleep, then left: what was used stays, and a month booked ahead gives nothing more."""
    held = take(make_plan(lieu, allowances={"half_days": 20}), lieu.leo, "2026-12-12")
    assert [left(lieu.leo, lieu, day) for day in ("2026-12-11", "2026-12-12", "2027-01-04")] == [0, 13, 20]  # 20 days of 31
    book_half(lieu.pool, "2026-12-14", "morning", lieu.leo)
    book_half(lieu.pool, "2027-01-04", "morning", lieu.leo)
    assert [left(lieu.leo, lieu, day) for day in ("2026-12-11", "2026-12-14", "2027-01-04")] == [0, 12, 19]

    services.pause(root_id=held.root_id, first=date(2026, 12, 21), last=date(2027, 1, 3), **by(lieu.leo))

    assert [left(lieu.leo, lieu, day) for day in ("2026-12-14", "2027-01-04")] == [5, 18]  # 9 days of 31; 28 of 31
    services.leave(root_id=held.root_id, last_day=date(2026, 12, 15), **by(lieu.leo))
    assert [left(lieu.leo, lieu, day) for day in ("2026-12-14", "2026-12-16", "2027-01-04")] == [2, 0, 0]
    assert {part["source"] for part in book_half(lieu.pool, "2027-01-05", "morning", lieu.leo).covered_by} == {"money"}


def test_a_rolling_month_gives_from_the_day_it_was_taken(lieu):
    rolling = make_plan(lieu, is_rolling=True, allowances={"half_days": 4})
    take(rolling, lieu.leo, "2026-12-15")
    book_half(lieu.pool, "2026-12-16", "morning", lieu.leo)

    assert [left(lieu.leo, lieu, day) for day in ("2026-12-14", "2026-12-16", "2027-01-14", "2027-01-15")] == [0, 3, 3, 4]


def test_the_price_is_frozen_the_day_it_is_taken_and_is_that_of_the_group(lieu):
    plan = make_plan(lieu)
    half, full = make_member("Solène", tariff_group="solidaire"), make_member("Paul")
    taken = take(plan, half, "2026-12-01")
    assert taken.stretches[0].cents == 6000

    with transaction():
        plan.cents = 15_000
    price(lieu.place, "plan:mi-temps", "month", 4500, group="solidaire")

    assert [one.cents for one in queries.subscription(taken.root_id).stretches] == [6000]
    assert take(plan, full, "2026-12-01").stretches[0].cents == 15_000
    assert take(plan, make_member("Zoé", tariff_group="solidaire"), "2026-12-01").stretches[0].cents == 4500


def test_asking_twice_writes_once(lieu):
    big, small = make_plan(lieu, "plein", 20_000), make_plan(lieu)
    held = take(big, lieu.camille, "2026-11-01")
    asked = {"root_id": held.root_id, "plan_id": small.id, "on": date(2027, 1, 1), **by(lieu.camille)}

    once = services.change_plan(**asked)

    assert services.change_plan(**asked) == once
    assert db.session.query(Subscription).count() == 2
    assert [(one.first_day, one.last_day, one.cents) for one in once.stretches] == [
        (date(2026, 11, 1), date(2026, 12, 31), 20_000),
        (date(2027, 1, 1), None, 12_000),
    ]


def test_what_cannot_be_asked_is_refused(lieu):
    plan = make_plan(lieu)
    held = take(plan, lieu.leo, "2026-12-01")
    for code, ask in (
        ("already_subscribed", lambda: take(plan, lieu.leo, "2026-12-15")),
        ("backward_days", lambda: take(plan, lieu.camille, "2026-12-15", last_day=date(2026, 12, 14))),
        ("no_subscription_then", lambda: services.leave(root_id=held.root_id, last_day=date(2026, 11, 1), **by(lieu.leo))),
        ("no_subscription_then", lambda: services.leave(root_id=99_999, last_day=date(2026, 12, 1), **by(lieu.leo))),
        (
            "too_late_to_change",
            lambda: services.pause(
                root_id=held.root_id, first=date(2026, 12, 1), last=date(2026, 12, 3), not_before=date(2026, 12, 2), **by(lieu.leo)
            ),
        ),
        ("backward_days", lambda: services.pause(root_id=held.root_id, first=date(2026, 12, 9), last=date(2026, 12, 3), **by(lieu.leo))),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.codes == [code]


def test_preview_asks_the_question_of_the_bill(lieu):
    """What each change would cost is what the same rules say once it is done."""

    half, full = make_plan(lieu), make_plan(lieu, "plein", 20_000)
    held = take(half, lieu.camille, "2026-11-01")
    would_be = changed(held.stretches, on=date(2026, 11, 16), plan_id=full.id, cents=20_000)
    foreseen = [(one.days, one.cents) for one in queries.due_of(held, until=date(2026, 11, 30), stretches=would_be)]

    done = services.change_plan(root_id=held.root_id, plan_id=full.id, on=date(2026, 11, 16), **by(lieu.camille))

    assert [(one.days, one.cents) for one in queries.due_of(done, until=date(2026, 11, 30))] == foreseen == [(15, 6000), (15, 10_000)]
    left = services.leave(root_id=held.root_id, last_day=date(2026, 12, 10), **by(lieu.camille))
    assert ended(done.stretches, last_day=date(2026, 12, 10)) == list(left.stretches)
    assert sum(one.cents for one in queries.due_of(left, until=date(2026, 12, 31))) == 16_000 + 6452
