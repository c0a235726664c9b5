"""Gestures written together: one transaction for those who wait, and to each its own answer."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
import sqlalchemy as sa

from app.core import journal
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Reason, Refused
from app.core.together import Together
from tests.databases import on_sqlite


class Busy(Reason):
    code = "busy"
    sentence = "Pris."


def kept(name):
    journal.record(name)
    return name


def other():
    return kept("other")


def refused():
    raise Refused(Busy())


def broken():
    journal.record("broken")
    raise ZeroDivisionError


@pytest.fixture
def crowd(house):
    """`crowd(*gestures)`: a first one begins to write, those come meanwhile; what each is told, and how many transactions wrote."""

    def crowd(*gestures):
        together, is_writing, may_end, commits = Together(), Event(), Event(), []

        def first():
            is_writing.set()
            assert may_end.wait(20)
            return kept("first")

        def told(write):
            with house.app_context():
                try:
                    return together.do(write, about="that" if write is other else "this")
                except (Refused, ZeroDivisionError) as trouble:
                    return type(trouble).__name__
                finally:
                    db.session.remove()

        sa.event.listen(db.engine, "commit", commits.append)
        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(told, first)]
            assert is_writing.wait(20)
            answers += [pool.submit(told, gesture) for gesture in gestures]
            while len(together._waiting) < len(gestures):
                time.sleep(0.005)
            may_end.set()
            return [answer.result() for answer in answers], len(commits)

    return crowd


def written():
    return sorted(db.session.scalars(sa.select(JournalEntry.event)))


@on_sqlite
def test_those_who_wait_are_written_by_one_transaction_and_each_is_told_its_own(crowd):
    answers, commits = crowd(partial(kept, "second"), refused, other, partial(kept, "third"))

    assert answers == ["first", "second", "Refused", "other", "third"]
    assert commits == 3  # the first, those who waited for the same, and the other
    assert written() == ["first", "other", "second", "third"]


@on_sqlite
def test_one_that_breaks_takes_nobody_with_it(crowd):
    answers, _commits = crowd(partial(kept, "second"), broken, partial(kept, "third"))

    assert answers == ["first", "second", "ZeroDivisionError", "third"]
    assert written() == ["first", "second", "third"]


@on_sqlite
def test_inside_a_larger_gesture_it_is_part_of_it(house):
    with pytest.raises(ZeroDivisionError), transaction():
        assert Together().do(partial(kept, "small"), about="this") == "small"
        raise ZeroDivisionError

    assert written() == []
