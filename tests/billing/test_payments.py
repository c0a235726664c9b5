"""Money that comes, what it pays, what goes back: the examples of the specification, to the cent, on both databases."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.billing import queries, services
from app.billing.models import Allocation, Invoice, Movement, Payment
from app.billing.queries.payments import payment_terms
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.core import clock
from app.core.db import transaction
from app.core.journal import JournalEntry
from app.core.refusals import Cents, Refused
from tests.billing.bills import bill, line

DAY = date(2026, 12, 1)


def who(person) -> Payer:
    return Payer(member_id=person.id)


def pay(place, person, cents, *invoices, means="transfer", day=DAY, **more) -> Payment:
    return services.record_payment(
        place_id=place.id,
        payer=who(person),
        means=means,
        cents=cents,
        received_on=day,
        invoice_ids=[one.id for one in invoices],
        now=clock.now(),
        **more,
    )


def left(invoice) -> int:
    return queries.left_to_pay([invoice.id])[invoice.id]


def told(session, event: str) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(JournalEntry).where(JournalEntry.event == event))


def books(place, first="2026-01-01", last="2027-12-31") -> list[tuple[str, str, str, int, int]]:
    entries = queries.entries_between(date.fromisoformat(first), date.fromisoformat(last), place_id=place.id)
    pieces: dict[str, int] = {}
    for one in entries:
        pieces[one.piece] = pieces.get(one.piece, 0) + one.debit - one.credit
    assert set(pieces.values()) <= {0}, "each piece balances"
    return [(one.day.isoformat()[5:], one.journal, one.account, one.debit, one.credit) for one in entries]


def test_more_than_was_asked_is_kept_and_used_first(place, person, session):
    """100.00 paid for 96.00: paid, 4.00 kept, used first next month."""
    december = bill(place, person, line(8000))
    pay(place, person, 10000, december)

    assert (left(december), queries.credit_of(who(person))) == (0, 400)
    assert told(session, "invoice.paid") == 1

    january = bill(place, person, line(8000))
    assert services.use_credit(january.id, now=clock.now()) == 400
    assert services.use_credit(january.id, now=clock.now()) == 0
    assert (left(january), queries.credit_of(who(person))) == (9200, 0)


def test_a_cent_missing_stays_due_and_is_flagged(place, person):
    """A card event of 119.99 for 120.00: 119.99 recorded, 0.01 due, flagged."""
    invoice = bill(place, person, line(10000))
    payment = pay(place, person, 11999, invoice, means="card", provider="stripe", provider_id="pi_1", expected_cents=12000)
    again = pay(place, person, 11999, invoice, means="card", provider="stripe", provider_id="pi_1", expected_cents=12000)

    assert again.id == payment.id and payment.is_odd and left(invoice) == 1


def test_a_credit_note_frees_what_was_paid(place, person, session):
    """An invoice of 147.00 at 20 % and 2.00 at 10 %: 178.60; credited whole, its balance is nothing and its row the same."""
    invoice = bill(place, person, line(14700), line(200, rate=1000))
    pay(place, person, 17860, invoice)
    before = session.execute(sa.select(Invoice.__table__).where(Invoice.id == invoice.id)).one()

    invoicing.credit(invoice.id, reason="Erreur", now=clock.now())
    assert services.release_excess(invoice.id, now=clock.now()) == 0  # the credit note did it

    assert (left(invoice), queries.credit_of(who(person))) == (0, 17860)
    assert session.execute(sa.select(Invoice.__table__).where(Invoice.id == invoice.id)).one() == before

    payment_id = session.scalars(sa.select(Payment.id)).one()
    services.refund(payment_id, cents=17860, day=DAY, reason="avoir", now=clock.now())
    assert queries.credit_of(who(person)) == 0
    with pytest.raises(Refused) as refused:
        services.refund(payment_id, cents=1, day=DAY, reason="avoir", now=clock.now())
    assert refused.value.codes == ["nothing_left"]
    assert books(place) == [
        ("12-01", "BQ", "bank", 17860, 0),
        ("12-01", "BQ", "customer", 0, 17860),
        ("12-01", "BQ", "customer", 17860, 0),
        ("12-01", "BQ", "bank", 0, 17860),
    ]


def test_half_a_credit_note_frees_half(place, person):
    """1.5 h of laser given back on it: 32.40 come free, the rest stays paid."""
    invoice = bill(place, person, line(14700), line(200, rate=1000))
    pay(place, person, 17860, invoice)
    invoicing.credit(invoice.id, lines=[line(2700)], reason="Laser en panne", now=clock.now())

    assert (left(invoice), queries.credit_of(who(person))) == (0, 3240)


def test_a_debit_that_comes_back_is_due_again_and_told_once(place, person, session, frozen):
    """SEPA paid on 7 December, returned AM04 on the 10th: due again, the member told once, the bank's fee to 627."""
    invoice = bill(place, person, line(8000))
    payment = pay(place, person, 9600, invoice, means="sepa", day=date(2026, 12, 7), fee_cents=0)
    assert left(invoice) == 0

    for _ in range(2):
        services.take_back(payment.id, day=date(2026, 12, 10), reason="AM04", fee_cents=290, now=clock.now())

    assert (left(invoice), queries.credit_of(who(person)), told(session, "payment.returned")) == (9600, 0, 1)
    assert books(place) == [
        ("12-07", "BQ", "bank", 9600, 0),
        ("12-07", "BQ", "customer", 0, 9600),
        ("12-10", "BQ", "customer", 9600, 0),
        ("12-10", "BQ", "bank", 0, 9890),
        ("12-10", "BQ", "fees", 290, 0),
    ]
    again = pay(place, person, 9600, invoice, day=date(2026, 12, 14))
    assert left(invoice) == 0 and again.id != payment.id


def test_a_mistake_is_undone_and_the_drawer_is_exact(place, person):
    invoice = bill(place, person, line(1000))
    wrong = pay(place, person, 1200, invoice, means="cash")
    assert queries.drawer_cents(place.id) == 1200
    services.cancel_payment(wrong.id, day=DAY, now=clock.now())
    services.cancel_payment(wrong.id, day=DAY, now=clock.now())  # twice is once
    assert (left(invoice), queries.drawer_cents(place.id)) == (1200, 0)

    pay(place, person, 1500, invoice, means="cash")
    payment = pay(place, person, 300, means="cash")
    services.refund(payment.id, cents=300, day=DAY, reason="trop", now=clock.now())
    assert (queries.drawer_cents(place.id), queries.credit_of(who(person))) == (1500, 300)
    assert {journal for _, journal, *_ in books(place)} == {"CA"}


def test_the_drawer_gives_back_what_it_holds_and_a_card_is_never_cancelled_by_hand(place, person, session):
    notes = pay(place, person, 1500, means="cash")
    services.hand_in_cash(place_id=place.id, cents=1000, day=DAY, now=clock.now())
    with pytest.raises(Refused) as refused:
        services.refund(notes.id, cents=501, day=DAY, reason="trop", now=clock.now())
    assert refused.value.codes == ["drawer_too_low"]
    services.refund(notes.id, cents=500, day=DAY, reason="trop", now=clock.now())
    for cents in (0, -1):
        with pytest.raises(Refused):
            services.refund(notes.id, cents=cents, day=DAY, reason="rien", now=clock.now())

    card = pay(place, person, 1200, means="card", provider="stripe", provider_id="pi_1")
    with pytest.raises(Refused) as refused:
        services.cancel_payment(card.id, day=DAY, now=clock.now())
    assert refused.value.codes == ["cancelled_by_its_provider"]
    services.refund(card.id, cents=1200, day=DAY, reason="tout", now=clock.now())
    assert services.take_back(card.id, day=DAY, reason="fraudulent", now=clock.now()) is False  # nothing of it is left to take
    assert (queries.drawer_cents(place.id), queries.credit_of(who(person)), told(session, "payment.returned")) == (1000, 1000, 0)


def test_cheques_and_notes_go_to_the_bank_on_a_slip(place, person):
    cheques = [pay(place, person, cents, means="cheque") for cents in (5000, 3000)]
    pay(place, person, 2000, means="cash")
    slip = services.hand_in_cheques(place_id=place.id, payment_ids=[one.id for one in cheques], day=DAY, now=clock.now())
    assert (slip.number, slip.cents) == ("B2026-001", 8000)
    with pytest.raises(Refused):
        services.hand_in_cheques(place_id=place.id, payment_ids=[cheques[0].id], day=DAY, now=clock.now())
    with pytest.raises(Refused):
        services.cancel_payment(cheques[0].id, day=DAY, now=clock.now())
    with pytest.raises(Refused) as refused:
        services.hand_in_cash(place_id=place.id, cents=2001, day=DAY, now=clock.now())
    assert refused.value.codes == ["drawer_too_low"]

    cash = services.hand_in_cash(place_id=place.id, cents=1500, day=DAY, now=clock.now())
    assert [services.bank_has(one.id, day=DAY, now=clock.now()) for one in (slip, slip, cash)] == [True, False, True]
    assert queries.drawer_cents(place.id) == 500
    assert sum(debit - credit for _, _, account, debit, credit in books(place) if account == "bank") == 9500


@pytest.mark.parametrize(
    "wrong",
    [
        lambda p, i: Allocation(payment_id=p.id, invoice_id=i.id, cents=4001, created_at=clock.now()),  # above the payment
        lambda p, i: Allocation(payment_id=p.id, invoice_id=i.id, cents=-6001, created_at=clock.now()),  # below nothing
        lambda p, i: Movement(
            place_id=p.place_id,
            kind="refunded",
            journal="BQ",
            day=DAY,
            piece="X",
            debit="customer",
            credit="bank",
            cents=4001,
            payment_id=p.id,
            created_at=clock.now(),
        ),
    ],
)
def test_the_database_itself_refuses_more_than_there_is(place, person, session, wrong):
    small, big = bill(place, person, line(5000)), bill(place, person, line(10000))
    payment = pay(place, person, 10000, small)  # 60.00 pay the first, 40.00 are left
    with pytest.raises(IntegrityError), transaction():
        session.add(wrong(payment, small if wrong(payment, small).cents < 0 else big))
        session.flush()
    with pytest.raises(IntegrityError), transaction():  # paid already: not a cent more
        session.add(Allocation(payment_id=payment.id, invoice_id=small.id, cents=1, created_at=clock.now()))
        session.flush()


@pytest.mark.parametrize("table", ["billing_payment", "billing_allocation", "billing_movement"])
def test_money_is_only_ever_added(place, person, session, table):
    pay(place, person, 6000, bill(place, person, line(5000)))
    for statement in (f"UPDATE {table} SET cents = cents + 1", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction():
            session.execute(sa.text(statement))


def test_a_payment_pays_the_bills_of_its_payer_only(place, person, company):
    theirs = bill(place, company, line(5000))
    payment = pay(place, person, 6000)
    with pytest.raises(Refused) as refused:
        services.allocate(payment.id, theirs.id, now=clock.now())
    assert refused.value.codes == ["someone_else_s_payment"]
    mine = bill(place, person, line(1000))
    for cents, code in ((6001, "nothing_left"), (1201, "not_due")):
        with pytest.raises(Refused) as refused:
            services.allocate(payment.id, mine.id, cents=cents, now=clock.now())
        assert refused.value.codes == [code]
    assert services.allocate(payment.id, mine.id, cents=1200, now=clock.now()) == 1200  # all of it, and no cent more
    with pytest.raises(Refused) as refused:
        services.allocate(payment.id, mine.id, cents=1, now=clock.now())
    assert refused.value.reasons[0].words == {"left": Cents(0)}


def test_without_settings_a_lieu_takes_transfers_cash_and_cheques(place):
    terms = payment_terms(place)
    assert [(way.means, way.fee_cents) for way in terms.ways(12000)] == [("transfer", 0), ("cash", 0), ("cheque", 0)]
