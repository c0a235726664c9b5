"""Each measure of the table. A function measures some of its lines, on one house, and gives their figures by name."""

import statistics
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import cycle, islice

from app.core.refusals import Alternative
from app.web.refusals import choice_value
from tools.bench import wire
from tools.bench.course import PEOPLE, Course, poured
from tools.bench.houses import PASSWORD, House, Served, Slot
from tools.bench.measures import IN_A_ROW, TURNS, Asked, costs, p95, spent
from tools.bench.visitors import Answer, Visitor

Figures = dict[str, float]
CLIENTS, ROUNDS = 50, 20
SECONDS = 4.0  # of asking as fast as one can


def pages(house: House) -> Figures:
    """The week of the whole lieu (drawn, kept, unchanged), of one thing; the witness and the bare Flask in turn with them."""
    with house.served() as ours, house.witness() as theirs:
        visitor, stranger = Visitor(ours.url).sign_in(house.email, PASSWORD), Visitor(theirs.url)
        stranger.get(f"/enter/{house.people[1]}")
        week, room = _week(house), f"/coworking/r/{house.things['room'][2][1]}?week={house.week}"
        kept: dict[str, str] = {}

        def again() -> Answer:
            answer = _is(200, visitor.get(week))
            kept["If-None-Match"] = answer.headers["etag"]
            return answer

        figures = costs(
            {
                "hello": Asked(theirs, lambda: _is(200, stranger.get("/hello/"))),
                "reference": Asked(theirs, lambda: _is(200, stranger.get("/week"))),
                "week": Asked(ours, lambda: _is(200, visitor.get(week)), before=house.touch),
                "week_cached": Asked(ours, again),
                "week_unchanged": Asked(ours, lambda: _is(304, visitor.get(week, **kept))),
                "thing": Asked(ours, lambda: _is(200, visitor.get(room)), before=house.touch),
            }
        )
    return figures | {"week_ratio": figures["week"] / figures["reference"]}


def booking(house: House) -> Figures:
    """A cell of the grid, its form, its button: CPU of each, and how long one waits for the answer."""
    with house.served() as served:
        people = house.visitors(served.url, range(2, 32))
        form, submit, wait = _book(house, served, people, turns=3 + TURNS)
    return {
        "form": statistics.median(form[3:]),
        "submit": statistics.median(submit[3:]),
        "booking": statistics.median(map(sum, zip(form[3:], submit[3:], strict=True))),
        "submit_p95": p95(wait[3 * IN_A_ROW :]),
    }


def mailed(house: House) -> Figures:
    """The same with the worker beside, until each mail has left; what the worker does at rest is not counted."""
    with house.served(worker=True) as served:
        people = house.visitors(served.url, range(40, 70))
        _book(house, served, people, turns=3)
        _until(house.has_told_all)
        served.meter.settle()
        before = served.meter.seconds()
        _book(house, served, people, turns=TURNS)
        _until(house.has_told_all)
        spent = served.meter.seconds() - before
    return {"mailed": 1000 * spent / (TURNS * IN_A_ROW)}


def refusal(house: House) -> Figures:
    """A button that came too late: all the reasons, what can be had instead, the page again."""
    with house.served() as served:
        visitor = house.visitor(served.url, 3)
        room, _code = house.things["room"][2]
        start = house.taken_hour(room)
        form = visitor.get(next(house.slots).form).form
        choice = choice_value(Alternative(room, start, start + timedelta(hours=1)))
        return costs({"refusal": Asked(served, lambda: _is(409, visitor.post("/coworking/bookings", {**form, "choice": choice})))})


def race(house: House) -> Figures:
    """Fifty people send the same wish at the same instant to two processes, twenty times."""
    rounds = errors = untrue = 0
    waits: list[float] = []
    with house.served(processes=2) as served:
        crowd = house.visitors(served.url, range(70, 70 + CLIENTS))  # nobody who has booked in the measures before
        for slot in islice(house.contested, ROUNDS):
            answers = _all_at_once(crowd, [_order(visitor, slot) for visitor in crowd])
            statuses = [answer.status for answer in answers]
            waits += [answer.seconds for answer in answers]
            rounds += statuses.count(303) != 1 or house.booked(slot) != 1
            errors += sum(status >= 500 for status in statuses)
            untrue += sum(status not in (303, 409) and status < 500 for status in statuses)
    return {"race_rounds": rounds, "race_errors": errors, "race_false": untrue, "race_p95": p95(waits)}


def signing(house: House) -> Figures:
    """Thirty people sign the same half-day at the same instant, twenty times; each signature waits for those before in one chain."""
    course = Course(house)
    waits: list[float] = []
    with house.served(processes=2) as served:
        crowd = house.visitors(served.url, PEOPLE)
        for session_id in islice(course.half_days(), ROUNDS):
            path = f"/courses/sign/{session_id}"
            pages = [_is(200, visitor.get(path)) for visitor in crowd]
            code = course.code(session_id)
            orders = [visitor.prepared(path, {**page.form, "code": code}) for visitor, page in zip(crowd, pages, strict=True)]
            waits += [_is(302, answer).seconds for answer in _all_at_once(crowd, orders)]
            assert len(course.signed(session_id)) == len(crowd)
    return {"signing_p95": p95(waits)}


def pouring(house: House) -> Figures:
    """What a manager waits for the timetable of six months."""
    return {"pouring": statistics.median(poured(house, code=f"bench{number}") for number in range(3))}


def growth(large: House, small: House) -> Figures:
    """What a hundred times more history costs: nothing, it should be."""
    with large.served() as many, small.served() as few:
        both = (("many", large, many), ("few", small, few))
        week = costs(
            {name: Asked(served, _asker(house.visitor(served.url, 1), _week(house)), before=house.touch) for name, house, served in both}
        )
        people = {name: house.visitors(served.url, range(120, 150)) for name, house, served in both}
        booked: dict[str, list[float]] = {"many": [], "few": []}
        for turn in range(1 + TURNS // 2):  # in turn, so that a noisy minute is shared by both
            for name, house, served in both:
                form, submit, _wait = _book(house, served, people[name], turns=3)
                booked[name] += map(sum, zip(form, submit, strict=True)) if turn else ()
    return {
        "growth_page": week["many"] / week["few"],
        "growth_booking": statistics.median(booked["many"]) / statistics.median(booked["few"]),
    }


def weights(house: House) -> Figures:
    """What travels to a browser that has nothing yet, and to one that has it all; on a slow line too."""
    with house.served() as served:
        week = _week(house)
        page, parts = house.visitor(served.url, 4).fetch_all(week)
        entry, of_entry = Visitor(served.url).fetch_all("/login")
        again = house.visitor(served.url, 4)
        unchanged = again.get(week, **{"If-None-Match": again.get(week).headers["etag"]})
        drawn = len(page.body) + sum(len(part.body) for name, part in zip(page.parts, parts, strict=True) if name in page.style_sheets)
        cookies = house.visitor(served.url, 4).cookies
        slow = wire.slow_line(served.url, week, cookies) or wire.reckoned(page, parts)
    return {
        "cold": page.received + sum(part.received for part in parts),
        "cold_requests": 1 + len(parts),
        "first_round_trip": drawn,
        "sign_in": entry.received + sum(part.received for part in of_entry),
        "again": unchanged.received,
        "slow_line": slow,
    }


def memory(house: House) -> Figures:
    """Two processes and the worker, after everything was asked of them by a crowd."""
    with house.served(processes=2, worker=True) as served:
        crowd = house.visitors(served.url, range(180, 180 + CLIENTS))
        for path in (_week(house), "/coworking/", "/me", f"/coworking/r/{house.things['room'][0][1]}", "/coworking/plan") * 2:
            _all_at_once(crowd, [visitor.prepared(path) for visitor in crowd])
        _all_at_once(crowd, [_order(visitor, slot) for visitor, slot in zip(crowd, house.slots, strict=False)])
        _until(house.has_told_all)
        return {"memory": served.meter.memory()}


def start(house: House) -> Figures:
    """From the command to an answer, with everything compiled and a database in place."""
    seconds = []
    for _ in range(3):
        with house.served(worker=True) as served:
            seconds.append(served.start_seconds)
    return {"start": statistics.median(seconds)}


def throughput(house: House) -> Figures:
    """One process on one core, asked the week again as soon as it has answered, with a calendar that has just changed."""
    with house.served(core=0) as served:
        ask = _asker(house.visitor(served.url, 5), _week(house))
        for _ in range(IN_A_ROW):
            ask()
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < SECONDS:
            house.touch()
            ask()
            count += 1
        return {"throughput": count / (time.perf_counter() - began)}


# ---------------------------------------------------------------- gestures


def _book(house: House, served: Served, people: list[Visitor], *, turns: int) -> tuple[list[float], list[float], list[float]]:
    """Bookings by ten, each of the next person: CPU of a form and of a sending in each turn, and the wait of each sending."""
    form: list[float] = []
    submit: list[float] = []
    wait: list[float] = []
    whose = cycle(people)
    for _ in range(turns):
        visitors = [next(whose) for _ in range(IN_A_ROW)]
        cells = iter([partial(visitor.get, slot.form) for visitor, slot in zip(visitors, house.slots, strict=False)])
        pages = spent(Asked(served, lambda: _is(200, next(cells)())))  # noqa: B023 - asked at once
        orders = iter([partial(_send, visitor, page) for visitor, page in zip(visitors, pages.answers, strict=True)])
        made = spent(Asked(served, lambda: _is(303, next(orders)())))  # noqa: B023
        form.append(pages.cpu)
        submit.append(made.cpu)
        wait += [answer.seconds for answer in made.answers]
    return form, submit, wait


def _send(visitor: Visitor, page: Answer) -> Answer:
    return visitor.post("/coworking/bookings", {**page.form, "choice": page.choice})


def _week(house: House) -> str:
    return f"/coworking/week?week={house.week}"


def _asker(visitor: Visitor, path: str) -> Callable[[], Answer]:
    return lambda: _is(200, visitor.get(path))


def _order(visitor: Visitor, slot: Slot) -> bytes:
    """The form of a cell of the grid, filled, ready to leave."""
    page = _is(200, visitor.get(slot.form))
    return visitor.prepared("/coworking/bookings", {**page.form, "choice": page.choice})


def _all_at_once(crowd: list[Visitor], requests: list[bytes]) -> list[Answer]:
    """Everybody sends at the same instant."""
    answers: dict[int, Answer] = {}
    barrier = threading.Barrier(len(crowd))

    def one(number: int) -> None:
        crowd[number].connect()
        barrier.wait()
        answers[number] = crowd[number].send(requests[number])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(crowd))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(crowd))]


def _is(status: int, answer: Answer) -> Answer:
    assert answer.status == status, f"{answer.status} instead of {status}: {answer.text[:600]}"
    return answer


def _until(is_true: Callable[[], bool], *, most: float = 60) -> None:
    deadline = time.monotonic() + most
    while not is_true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
