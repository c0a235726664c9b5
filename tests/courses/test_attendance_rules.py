"""Attendance without a database: minutes and their invariant, window, codes, chain, alerts, certificate numbers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.courses.rules import alerts, certificates, chain, signing
from app.courses.rules.chain import Anchor, Break, Event
from app.courses.rules.minutes import HalfDay, Minutes, State, counted, rate_bp, total

PARIS = ZoneInfo("Europe/Paris")
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def signed(**more: object) -> HalfDay:
    return HalfDay(**{"length": 210, "state": State.PRESENT, "signed": True, "countersigned": True} | more)


ABSENT = HalfDay(length=210, state=State.ABSENT)
UNKNOWN = HalfDay(length=210)


# ---------------------------------------------------------------- minutes


def test_arriving_at_nine_twenty_costs_twenty_minutes_and_tolerance_is_all_or_nothing():
    assert total([signed(late=20), signed()]) == Minutes(planned=420, done=400, unjustified=20)
    assert counted(signed(late=4, tolerance=5)).done == 210
    assert counted(signed(late=5, tolerance=5)).done == 210
    assert counted(signed(late=6, tolerance=5)).done == 204
    assert counted(signed(early=3, tolerance=5)).done == 207, "leaving early is not being late"


def test_a_week_of_thirty_five_hours_adds_up():
    week = [signed(late=20), *[signed()] * 4, replace(ABSENT, justified=True), *[signed()] * 3, signed(early=45)]
    minutes = total(week)
    assert minutes == Minutes(planned=2100, done=1825, justified=210, unjustified=65)
    assert (minutes.is_sound, minutes.rate_bp) == (True, 8690)


@pytest.mark.parametrize(
    ("half_day", "expected"),
    [
        (UNKNOWN, Minutes(210, to_regularise=210)),
        (signed(signed=False), Minutes(210, to_regularise=210)),
        (signed(countersigned=False), Minutes(210, to_regularise=210)),
        (signed(countersigned=False, late=20), Minutes(210, unjustified=20, to_regularise=190)),
        (signed(signed=False, countersigned=False, on_paper=True), Minutes(210, done=210)),
        (signed(late=20, justified=True), Minutes(210, done=190, justified=20)),
        (signed(late=200, early=60), Minutes(210, unjustified=210)),
        (ABSENT, Minutes(210, unjustified=210)),
        (replace(ABSENT, justified=True), Minutes(210, justified=210)),
        (replace(ABSENT, signed=True, countersigned=True), Minutes(210, unjustified=210)),
        (replace(UNKNOWN, state=State.EXEMPT), Minutes()),
        (replace(UNKNOWN, state=State.CANCELLED), Minutes()),
    ],
)
def test_every_planned_minute_is_somewhere_and_only_once(half_day, expected):
    assert counted(half_day) == expected
    assert expected.is_sound


def test_rates_are_rounded_half_up_and_nothing_out_of_nothing_is_nothing():
    assert (rate_bp(1, 3), rate_bp(2, 3), rate_bp(1, 800), rate_bp(0, 0)) == (3333, 6667, 13, 0)


# ---------------------------------------------------------------- window and codes


def reasons_at(hour: str, *, day: str = "2027-03-02", cancelled: bool = False) -> list[str]:
    starts, ends = (datetime.fromisoformat(f"2027-03-02T{at}").replace(tzinfo=PARIS) for at in ("09:00", "12:30"))
    now = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=PARIS)
    found = signing.reasons_window(starts, ends, cancelled=cancelled, now=now, zone=PARIS)
    return [reason.code for reason in found]


def test_one_signs_from_ten_minutes_before_to_thirty_after():
    assert reasons_at("08:45") == reasons_at("08:49:59") == ["signature_not_open"]
    assert reasons_at("08:50") == reasons_at("12:55") == reasons_at("13:00") == []
    assert reasons_at("13:00:01") == reasons_at("13:02") == reasons_at("09:00", day="2027-03-03") == ["signature_over"]
    assert reasons_at("09:00", day="2027-03-01") == ["signature_not_open"]
    assert reasons_at("09:00", cancelled=True) == ["session_cancelled"]


def test_a_code_lives_thirty_seconds_and_is_accepted_for_ninety():
    nine = datetime(2027, 3, 2, 8, tzinfo=UTC)
    code = signing.code_at(KEY, 7, nine)
    assert len(code) == 6
    assert signing.code_at(KEY, 7, nine + timedelta(seconds=29)) == code
    later = [signing.code_at(KEY, 7, nine + timedelta(seconds=seconds)) for seconds in (30, 60, 90)]
    assert len({code, *later}) == 4
    accepted = {seconds: signing.is_accepted(KEY, 7, code, nine + timedelta(seconds=seconds)) for seconds in (-1, 0, 45, 89, 90, 91, 95)}
    assert accepted == {-1: False, 0: True, 45: True, 89: True, 90: True, 91: False, 95: False}
    for wrong in ("", "123", code[::-1] + "0", f"{code}{code}"):
        assert not signing.is_accepted(KEY, 7, wrong, nine)
    assert signing.is_accepted(KEY, 7, f" {code[:3]} {code[3:]} ", nine), "as people type it"
    assert not signing.is_accepted(KEY, 8, code, nine), "of another half-day"
    assert not signing.is_accepted(OTHER_KEY, 7, code, nine)


# ---------------------------------------------------------------- chain


def chained(number: int = 5, key: bytes = KEY) -> list[Event]:
    events, previous = [], chain.FIRST
    for rank in range(1, number + 1):
        event = Event(
            cohort_id=1, rank=rank, at=datetime(2027, 2, 1, 8, rank, tzinfo=UTC), kind="signed", act=f"sign:{rank}", session_id=1,
            enrolment_id=rank, actor_id=rank, cites_rank=None, facts='{"code":true}',
        )  # fmt: skip
        event = replace(event, previous_hash=previous, hash=chain.fingerprint(event, previous))
        event = replace(event, seal=chain.seal(key, event.hash))
        events.append(event)
        previous = event.hash
    return events


def broken(events: list[Event], **more: object) -> Break | None:
    whole = chained()
    return chain.first_break(events, **{"length": 5, "head": whole[-1].hash, "key": KEY} | more)


def rewritten(events: list[Event], key: bytes) -> list[Event]:
    """The whole chain made again over what the events now say, by somebody who knows how but lacks the lieu's key."""
    previous, made = chain.FIRST, []
    for event in events:
        previous, linked = _linked(event, previous)
        made.append(replace(linked, seal=chain.seal(key, previous)))
    return made


def _linked(event: Event, previous: str) -> tuple[str, Event]:
    made = chain.fingerprint(event, previous)
    return made, replace(event, previous_hash=previous, hash=made)


def test_a_chain_names_its_first_broken_event():
    whole = chained()
    one, two, three, four, five = whole
    assert broken(whole) is None
    assert broken([]) == Break(1, "removed")
    assert chain.first_break([], length=0, head=chain.FIRST, key=KEY) is None
    assert broken([one, replace(two, facts='{"code":false}'), three, four, five]) == Break(2, "changed")
    assert broken([one, two, replace(three, at=three.at + timedelta(microseconds=1)), four, five]) == Break(3, "changed")
    assert broken([one, two, replace(three, enrolment_id=9), four, five]) == Break(3, "changed")
    assert broken([one, three, four, five]) == Break(2, "removed")
    assert broken([one, two, three, four]) == Break(5, "removed")
    assert broken([one, replace(three, rank=2), replace(two, rank=3), four, five]) == Break(2, "misplaced")
    forged = replace(five, rank=6, previous_hash=five.hash)
    forged = replace(forged, hash=chain.fingerprint(forged, five.hash))
    assert broken([*whole, forged], length=6, head=forged.hash) == Break(6, "forged"), "its seal is not of the lieu"
    assert broken([*whole, replace(forged, seal=chain.seal(KEY, forged.hash))]) == Break(6, "forged"), "the cohort knows nothing of it"
    assert broken(whole, head=four.hash) == Break(5, "changed")


def test_a_chain_made_again_without_the_key_shows_by_its_seals_and_by_what_was_mailed():
    again = rewritten([replace(event, actor_id=99) if event.rank == 3 else event for event in chained()], OTHER_KEY)
    kept = {"length": 5, "head": again[-1].hash}
    assert broken(again, **kept) is None, "who has neither key nor mail sees nothing"
    assert broken([*chained()[:2], *again[2:]], **kept) == Break(3, "forged")
    mailed = [Anchor(rank, chained()[rank - 1].hash) for rank in (2, 4)]
    assert broken(again, **kept, anchors=mailed) == Break(4, "anchor")
    assert broken(chained(), anchors=[*mailed, Anchor(6, "f" * 64)]) == Break(6, "removed")


def test_a_key_that_was_changed_since_is_no_forgery():
    old = chained(3, OTHER_KEY)
    new = rewritten(chained(), KEY)[3:]
    mixed, previous = old, old[-1].hash
    for event in new:
        previous, linked = _linked(event, previous)
        mixed = [*mixed, replace(linked, seal=chain.seal(KEY, previous))]
    assert broken(mixed, head=previous) is None
    assert broken([*mixed[:4], replace(mixed[4], seal=chain.seal(OTHER_KEY, mixed[4].hash))], head=previous) == Break(5, "forged")


# ---------------------------------------------------------------- alerts


def test_each_level_of_absence_is_told_once():
    def due(unjustified: int, *given: str) -> list[str]:
        return list(alerts.alerts_due([], Minutes(planned=10_500, unjustified=unjustified), given=given))

    assert due(524) == []
    assert due(525) == ["level1"], "five per cent exactly"
    assert due(630) == ["level1"], "10 h 30 of 175 h, 6,0 %"
    assert due(630, "level1") == []
    assert due(1050, "level1") == ["level2"], "17 h 30, 10,0 %"
    assert due(1050, "level1", "level2") == due(630, "level2") == []
    assert list(alerts.alerts_due([], Minutes(), given=())) == []


def test_two_half_days_missed_in_a_row_are_told_once():
    def due(*half_days: HalfDay, given: tuple[str, ...] = ("level2",)) -> list[str]:
        return list(alerts.alerts_due(half_days, total(half_days), given=given))

    assert due(ABSENT, signed(), ABSENT) == due(ABSENT, replace(ABSENT, justified=True), ABSENT) == due(ABSENT, UNKNOWN, ABSENT) == []
    assert due(signed(), ABSENT, ABSENT) == due(ABSENT, replace(ABSENT, state=State.CANCELLED), ABSENT) == ["row"]
    assert due(ABSENT, ABSENT, given=("row", "level2")) == []


# ---------------------------------------------------------------- certificates


def test_certificates_are_numbered_by_civil_year_and_checked_by_a_code():
    assert certificates.number(2027, 1) == "CR-2027-0001"
    assert certificates.number(2027, 12_345) == "CR-2027-12345"
    assert certificates.parsed(" cr-2027-0014 ") == (2027, 14)
    assert [certificates.parsed(text) for text in ("CR-2027-1", "F2027-0001", "CR-2027-0001x", "")] == [None] * 4
    code = certificates.check_code(KEY, "CR-2027-0001", date(2027, 7, 30))
    assert len(code) == 8
    assert code != certificates.check_code(KEY, "CR-2027-0002", date(2027, 7, 30))
    assert code != certificates.check_code(OTHER_KEY, "CR-2027-0001", date(2027, 7, 30))


def test_a_certificate_waits_until_nothing_is_to_regularise_or_somebody_says_why():
    left = Minutes(planned=420, done=210, to_regularise=210)

    def codes(minutes: Minutes, reason: str = "") -> list[str]:
        return [one.code for one in certificates.reasons_certificate(minutes, unsettled=["2 mars"], hours="3 h 30", reason=reason)]

    assert codes(left) == ["hours_to_regularise"]
    assert codes(left, "Feuille perdue dans l’inondation") == codes(Minutes(210, 210)) == []
    assert codes(Minutes(210, unjustified=210)) == ["nothing_done"]
