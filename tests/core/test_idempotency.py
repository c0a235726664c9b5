"""Once per key: one effect, one answer."""

from functools import partial

import pytest

from app.core import clock, idempotency, state
from app.core.db import HouseIsReadOnly, transaction
from app.core.refusals import Reason, Refused


class Busy(Reason):
    code = "busy"
    sentence = "Pris."


@pytest.fixture
def done():
    """What was really done, in order."""
    return []


@pytest.fixture
def ask(session, done):
    """`ask("first")`: do it for one person's key, and remember it by its name."""

    def ask(name, *, body="same", look=lambda: None, refuses=False, key="k"):
        def do():
            done.append(name)
            if refuses:
                raise Refused(Busy())
            return name

        return idempotency.once(
            do,
            keep=lambda what: {"name": what},
            recall=lambda answer: "again " + answer["name"],
            look=look,
            member_id=1,
            key=key,
            body=body,
            now=clock.now(),
        )

    return ask


def test_the_second_sending_recalls_the_first(ask, done):
    assert [ask("first"), ask("second")] == ["first", "again first"]
    assert done == ["first"]


def test_another_body_with_the_same_key_is_refused(ask):
    ask("first")
    with pytest.raises(Refused) as no:
        ask("second", body="other")
    assert no.value.codes == ["idempotency_key_reused"]


def test_a_refused_gesture_leaves_its_key_free(ask):
    with pytest.raises(Refused):
        ask("first", refuses=True)
    assert ask("second") == "second"


def test_a_no_inside_a_larger_gesture_is_a_no_and_leaves_its_key_free(ask):
    with pytest.raises(Refused) as no, transaction():
        ask("first", refuses=True)
    assert no.value.codes == ["busy"]
    assert ask("second") == "second"


def test_where_nobody_can_write_the_first_answer_is_still_given_and_no_other(ask, done):
    ask("first")
    state.stop_writing("Le fichier de la base est abîmé.", at=clock.now())
    assert ask("second") == "again first"
    with pytest.raises(HouseIsReadOnly):
        ask("other", key="other")
    assert done == ["first"]


def test_one_looks_before_taking_ones_turn(ask, done):
    with pytest.raises(Refused):
        ask("first", look=partial(refuse_after, lambda: done.append("looked")))
    assert done == ["looked"]


def refuse_after(gesture):
    """What the second of two senders sees: the first one's effect is in its way."""
    gesture()
    raise Refused(Busy())


def test_a_no_that_the_same_key_caused_meanwhile_is_the_first_answer(ask, done):
    assert ask("second", look=partial(refuse_after, partial(ask, "first"))) == "again first"
    assert done == ["first"]


def test_a_key_taken_between_the_look_and_the_turn_is_the_first_answer(ask, done):
    assert ask("second", look=partial(ask, "first")) == "again first"
    assert done == ["first"]
