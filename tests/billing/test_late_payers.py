"""Who is late: what they were told, leaving them alone, paying in several times."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app import wiring
from app.billing import queries
from app.billing.models import PaymentSchedule, Reminder, ReminderPause
from app.billing.queries import owed
from app.billing.rules.dunning import Part, reasons_schedule, shared_out
from app.billing.services import reminding
from app.core import clock, journal
from app.core.mail import OutgoingMail
from app.core.refusals import Refused
from tests.billing.bills import bill, line
from tests.billing.test_payments import pay
from tests.factories import make_member
from tests.pages import fields_of, text_of


def test_what_is_left_is_shared_out_to_the_cent_a_month_apart():
    made = shared_out(10_000, times=3, first_on=date(2027, 1, 31))

    assert made.parts == (Part(date(2027, 1, 31), 3334), Part(date(2027, 2, 28), 3333), Part(date(2027, 3, 31), 3333))
    first, second, third = made.parts
    assert [made.parts_left(left) for left in (10_000, 9_000, 6_666, 1, 0)] == [
        made.parts,
        (Part(first.due_on, 2334), second, third),
        (second, third),
        (Part(third.due_on, 1),),
        (),
    ]
    assert made.parts_left(10_500) == (Part(first.due_on, 3834), second, third)  # a payment went back since
    today = date(2027, 1, 31)
    assert [one.code for one in reasons_schedule(2, times=3, first_on=date(2027, 1, 30), today=today)] == [
        "first_part_in_the_past",
        "too_many_parts",
    ]


@pytest.fixture
def keeper(place, log_in):
    theo = make_member("Théo", roles=["treasurer"])
    return lambda: log_in(theo)  # once again after the clock moved


def told(session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Reminder))


def said_in(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("\u202f", " ").replace("\xa0", " ")


def test_the_team_sees_who_is_late_leaves_alone_and_agrees_on_several_payments(place, person, company, keeper, session, frozen):
    mine, theirs = bill(place, person, line(10_000)), bill(place, company, line(1000))
    assert "Personne n’est en retard." in text_of(keeper().get("/manage/money/late"))
    reminding.remind_due(now=frozen("2027-01-07T10:02+01:00"))
    page = text_of(keeper().get("/manage/money/late"))
    assert "132,00 € en tout." in page and "Rappel 1 le 7 janvier 2027." in page and "Rappel 2 dès le 21 janvier 2027." in page
    assert "/manage/money/late" in keeper().get("/manage/").text

    alone = f"/manage/money/late/organisation/{company.id}/pause"
    assert keeper().post(alone, data={"reason": ""}).status_code == 422
    keeper().post(alone, data={"reason": "Trésorerie en mars", "until": "2027-01-31"})
    asked = {"times": "4", "first_on": "2027-01-15"}
    path = f"/manage/money/late/invoices/{mine.id}/schedule"
    shown = keeper().post(path, data=fields_of(keeper().get(path).text) | asked | {"preview": "1"})
    assert text_of(shown).count("30,00 €") == 4 and "15 avril 2027" in text_of(shown)
    assert session.scalar(sa.select(sa.func.count()).select_from(PaymentSchedule)) == 0
    for gesture in ("preview", "confirm"):  # what would be refused is not shown first
        assert keeper().post(path, data=asked | {gesture: "1", "first_on": "2027-01-06"}).status_code == 422
    assert keeper().post(alone, data={"reason": "Trop tard", "until": "2027-01-06"}).status_code == 422
    for _ in range(2):
        assert keeper().post(path, data=asked | {"confirm": "1"}).status_code == 302

    reminding.remind_due(now=frozen("2027-01-22T10:02+01:00"))  # the company sleeps; the first part is late, its step of 21 days to come
    assert told(session) == 2
    page = text_of(keeper().get("/manage/money/late"))
    assert "Trésorerie en mars" in page and "en 4 fois, il reste 120,00 €" in page and "42,00 € en tout." in page
    pay(place, person, 3000, mine)
    page = text_of(keeper().get("/manage/money/late"))
    assert "30,00 € au plus tard le 15 février 2027, il reste 90,00 €" in page
    journal.deliver(wiring.READERS, now=clock.now())
    letters = [one.kind for one in session.scalars(sa.select(OutgoingMail).where(OutgoingMail.member_id == person.id))]
    assert letters.count("invoice.scheduled") == 1  # agreed on twice, the dates leave once
    agreed = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "invoice.scheduled")).first()
    assert "les 120,00 € de la facture" in wiring.MAILS["invoice.scheduled"](agreed).text.replace("\u202f", " ").replace("\xa0", " ")

    keeper().post(f"/manage/money/late/organisation/{company.id}/resumption")
    reminding.remind_due(now=frozen("2027-02-03T10:02+01:00"))
    assert told(session) == 3 and owed.paused_payers(place.id, on=date(2027, 1, 20)) == {}
    assert keeper().get("/manage/money/late/member/99999/pause").status_code == 404
    assert [one.due_on for one in queries.unpaid(place.id, among=[mine.id, theirs.id])] == [theirs.due_on, date(2027, 2, 15)]


def test_a_bill_is_reminded_of_three_times_and_what_is_paid_neither_reminded_of_nor_shared_out(place, person, session):
    mine = bill(place, person, line(1000))
    for step in (1, 2, 3):
        assert reminding.remind(mine.id, place_id=place.id, now=clock.now()) == step
    with pytest.raises(Refused) as refused:
        reminding.remind(mine.id, place_id=place.id, now=clock.now())
    assert refused.value.codes == ["told_three_times"]
    pay(place, person, 1200, mine)
    for gesture in (
        lambda: reminding.remind(mine.id, place_id=place.id, now=clock.now()),
        lambda: reminding.agree_on_schedule(mine.id, place_id=place.id, times=2, first_on=date(2027, 1, 10), now=clock.now()),
    ):
        with pytest.raises(Refused) as refused:
            gesture()
        assert refused.value.codes == ["nothing_to_pay"]
    assert told(session) == 3


def test_a_person_reads_their_dates_and_why_they_are_left_alone_goes_with_them(place, person, session, log_in, frozen):
    mine = bill(place, person, line(10_000))
    reminding.agree_on_schedule(mine.id, place_id=place.id, times=2, first_on=date(2027, 1, 10), now=clock.now())
    page = text_of(log_in(person).get("/billing/due"))
    assert "en 2 fois : 60,00 € au plus tard le 10 janvier 2027 et 60,00 € au plus tard le 10 février 2027." in page
    reminding.pause_reminders(queries.unpaid(place.id)[0], place_id=place.id, reason="Deuil", until=None, now=clock.now())
    assert session.scalars(sa.select(ReminderPause)).one().member_id == person.id
    [kept] = [one for one in queries.personal_data(person.id) if one.name == "reminder_pauses"]
    assert kept.rows[0]["reason"] == "Deuil"


def test_between_professionals_nothing_is_late_while_what_was_agreed_is_kept_then_each_part_from_its_day(
    place, company, keeper, session, frozen, post
):
    made = bill(place, company, line(14_700))  # 176.40, due on 31 December
    agree = {"place_id": place.id, "times": 3, "now": clock.now()}
    reminding.agree_on_schedule(made.id, first_on=date(2027, 1, 20), **agree)
    reminding.agree_on_schedule(made.id, first_on=date(2027, 1, 31), **agree)  # 58.80 on 31 January, 28 February, 31 March
    [dates] = [said_in(mail) for mail in post() if "plusieurs fois" in mail["Subject"]]
    assert "- 58,80 €, au plus tard le dimanche 31 janvier 2027" in dates and "20 janvier" not in dates

    frozen("2027-01-31T10:00+01:00")
    seen = keeper()
    page = text_of(seen.get(f"/billing/invoices/{made.id}"))
    assert "en retard" not in page.lower() and "58,80 € au plus tard le 31 janvier 2027" in page
    assert "Personne n’est en retard." in text_of(seen.get("/manage/money/late"))
    assert "en retard" not in text_of(seen.get("/manage/money/")).replace("En retard", "")
    assert made.number not in text_of(seen.get("/manage/billing/invoices?state=late"))
    assert "58,80 € à payer au plus tard le dimanche 31 janvier 2027, comme convenu" in text_of(
        seen.get(f"/billing/invoices/{made.id}/payment")
    )
    assert re.search(r"Montant</span> <b>58,80", seen.get(f"/billing/invoices/{made.id}/payment").text)  # to copy, and in the code
    assert queries.lateness_of(made, 17_640, today=date(2027, 1, 31)) == (0, 0)

    frozen("2027-03-02T10:00+01:00")  # two parts are late, 30 days and 2
    page = text_of(keeper().get(f"/billing/invoices/{made.id}"))
    assert "En retard de 30 jours" in page and "0,52 € d’intérêts et 40,00 €" in page  # 58.80 × 10 % × 32 / 365
    assert "117,60 € en tout." in text_of(keeper().get("/manage/money/late"))
    assert made.number in text_of(keeper().get("/manage/billing/invoices?state=late"))
    reminding.remind(made.id, place_id=place.id, now=clock.now())
    [asked] = [said_in(mail) for mail in post()]
    assert "117,60 € étaient à régler le dimanche 31 janvier 2027, comme convenu" in asked
