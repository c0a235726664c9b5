"""Debits sent to the bank, statements read, lines settled: from the mandate to the books."""

from contextlib import suppress
from datetime import date

import pytest
import sqlalchemy as sa

from app.billing import queries, services
from app.billing.models import BankLine, Debit, Mandate, MandateScan, Payment, PaymentSettings
from app.billing.queries import banking
from app.billing.queries.payments import payment_terms
from app.billing.rules.payments import Payer
from app.billing.services.mandates import Scan, forget_accounts, scan_of
from app.billing.services.reconciling import proposals_of
from app.core import clock
from app.core.db import transaction
from app.core.refusals import Refused
from tests.billing.banks import order_faults
from tests.billing.bills import bill, line
from tests.billing.test_payments import books, left, pay, told, who
from tests.factories import make_member

IBAN = "FR7630006000011234567890189"
GERMAN = "DE89370400440532013000"
COLLECTION = date(2026, 12, 15)


@pytest.fixture
def terms(place):
    with transaction() as session:
        session.add(
            PaymentSettings(
                place_id=place.id,
                creditor_id="FR72ZZZ123456",
                means=["transfer", "sepa", "card"],
                notice_days=14,
                fees={},
                reminder_days=[],
            )
        )
        session.flush()
    return payment_terms(place)


def sign(place, person, terms, iban=GERMAN, on="2026-11-01", **more) -> Mandate:
    return services.sign_mandate(
        place_id=place.id,
        payer=who(person),
        terms=terms,
        holder=person.name,
        iban=iban,
        signed_on=date.fromisoformat(on),
        signed_name=more.pop("signed_name", person.name),
        now=clock.now(),
        **more,
    )


def send(place, terms, collection=COLLECTION):
    return services.send_debits(place_id=place.id, terms=terms, collection=collection, today=date(2026, 12, 1), now=clock.now())


def statement(*lines: str) -> bytes:
    return ("Date;Libellé;Montant\n" + "\n".join(lines) + "\n").encode()


def take(place, *lines: str):
    return services.take_statement(statement(*lines), place_id=place.id, iban=place.iban, now=clock.now())


def only_line(session, state="open") -> BankLine:
    return session.scalars(sa.select(BankLine).where(BankLine.state == state)).one()


def test_an_account_is_sealed_and_a_new_mandate_replaces_the_old(place, person, terms, session):
    first = sign(place, person, terms, iban="de89 3704 0044 0532 0130 00")
    assert (first.reference, first.iban_last4, first.iban_country) == (f"WL{place.id}-M{person.id}-1", "3000", "DE")
    assert GERMAN not in first.iban_sealed and services.iban_of(first) == GERMAN
    assert sign(place, person, terms).iban_sealed != first.iban_sealed  # the same account never looks the same
    session.refresh(first)
    assert first.revoked_on == date(2026, 11, 1) and [one.reference[-1] for one in banking.mandates_of(who(person))] == ["2", "1"]

    on_paper = sign(place, person, terms, signed_name="", scan=Scan("application/pdf", b"%PDF-1.7"))
    assert on_paper.signature == "paper" and scan_of(on_paper) == Scan("application/pdf", b"%PDF-1.7")
    assert scan_of(first) is None
    forget_accounts(person.id, now=clock.now())
    session.refresh(on_paper)
    assert scan_of(on_paper) is None and session.get(MandateScan, on_paper.id) is None
    assert (on_paper.iban_sealed, on_paper.holder, on_paper.iban_last4, on_paper.revoked_on) == ("", "—", "", date(2026, 12, 1))
    for wrong, code in (
        ({"iban": GERMAN[:-1] + "1"}, "wrong_iban"),
        ({"signed_name": ""}, "not_a_signature"),
        ({"bic": "XX"}, "wrong_bic"),
    ):
        with pytest.raises(Refused) as refused:
            sign(place, person, terms, **wrong)
        assert refused.value.codes == [code]


def test_debits_from_the_mandate_to_the_return(place, person, terms, session, frozen):
    """Two invoices of one person are one debit, first FRST then RCUR; paid by one bank line, returned AM04 by another."""
    sign(place, person, terms)
    nora = make_member("Nora")
    sign(place, nora, terms, iban=IBAN)
    leo = make_member("Leo")
    mine, more, noras = bill(place, person, line(8000)), bill(place, person, line(1000)), bill(place, nora, line(5000))
    bill(place, leo, line(5000))  # no mandate: nothing to debit

    with pytest.raises(Refused) as refused:
        send(place, terms, collection=date(2026, 12, 1))
    assert refused.value.codes == ["past_collection"]
    with pytest.raises(Refused) as refused:
        send(place, terms, collection=date(2026, 12, 14))  # thirteen days after the invoices
    assert refused.value.codes == ["nothing_to_debit"]

    batch = send(place, terms)
    written = services.bank_file(batch.id, terms=terms)
    assert written == services.bank_file(batch.id, terms=terms)
    assert order_faults(written, today=date(2026, 12, 1)) == []
    assert written.count(b"<DrctDbtTxInf>") == 2 and b">108.00<" in written and b">60.00<" in written
    assert told(session, "debit.announced") == 2
    with pytest.raises(Refused):
        send(place, terms)  # each invoice is in one file at a time

    frozen("2026-12-15T18:00+01:00")
    read = take(place, f"15/12/2026;REMISE PRLV {batch.message}-FRST;168,00")
    assert (read.new, read.settled) == (1, 1)
    assert [left(one) for one in (mine, more, noras)] == [0, 0, 0]

    frozen("2026-12-18T09:00+01:00")
    debit = session.scalars(sa.select(Debit).order_by(Debit.id)).first()
    read = take(place, f"18/12/2026;REJET PRLV {debit.end_to_end};-110,90")  # with the bank's fee in it: a person confirms
    assert read.settled == 0
    back = only_line(session)
    (proposal,) = proposals_of(back)
    assert (proposal.kind, proposal.fee_cents) == ("return", 290)
    services.settle(back.id, proposal.code, now=clock.now())
    with pytest.raises(Refused) as refused:
        services.settle(back.id, proposal.code, now=clock.now())
    assert refused.value.status == 409

    assert [left(one) for one in (mine, more, noras)] == [9600, 1200, 0]
    assert told(session, "payment.returned") == 1
    assert books(place, "2026-12-18", "2026-12-18") == [
        ("12-18", "BQ", "customer", 10800, 0),
        ("12-18", "BQ", "bank", 0, 11090),
        ("12-18", "BQ", "fees", 290, 0),
    ]
    services.undo_line(back.id, day=date(2026, 12, 18), now=clock.now())
    assert [left(one) for one in (mine, more)] == [0, 0]

    later = bill(place, nora, line(3000))
    second = services.send_debits(place_id=place.id, terms=terms, collection=date(2027, 1, 4), today=date(2026, 12, 18), now=clock.now())
    assert b"<SeqTp>RCUR<" in services.bank_file(second.id, terms=terms)
    services.cancel_debits(second.id, now=clock.now())
    assert left(later) == 3600 and banking.invoices_under_debit(place.id) == {}
    used = {one.member_id: one.last_used_on for one in session.scalars(sa.select(Mandate).execution_options(populate_existing=True))}
    assert used == {person.id: COLLECTION, nora.id: COLLECTION}  # as before the file that was not given
    with pytest.raises(Refused):
        services.cancel_debits(batch.id, now=clock.now())


def test_a_debit_refused_before_it_was_paid_costs_its_fee_and_a_closed_account_ends_the_mandate(place, person, terms, session):
    mandate = sign(place, person, terms)
    invoice = bill(place, person, line(8000))
    batch = send(place, terms)
    ((debit, _),) = banking.debits_of(batch.id)
    assert take(place, f"15/12/2026;REJET PRLV {debit.end_to_end};-98,90").settled == 0  # never counted as paid: a person says so
    row = only_line(session)
    with transaction():
        row.reason = "AC04"
    (proposal,) = proposals_of(row)
    for _ in range(2):
        with suppress(Refused):
            services.settle(row.id, proposal.code, now=clock.now())
    assert services.debit_returned(debit.id, reason="AC04", day=COLLECTION, fee_cents=290, now=clock.now()) is False
    assert (left(invoice), told(session, "debit.refused"), told(session, "payment.returned")) == (9600, 1, 0)
    assert books(place) == [("12-15", "BQ", "fees", 290, 0), ("12-15", "BQ", "bank", 0, 290)]
    session.refresh(mandate)
    assert mandate.revoked_on == COLLECTION and session.get_one(Debit, debit.id).state == "returned"


def test_a_debit_taken_for_paid_by_mistake_waits_for_the_bank_again(place, person, terms, session):
    sign(place, person, terms)
    invoice = bill(place, person, line(8000))
    batch = send(place, terms)
    line_read = f"15/12/2026;REMISE PRLV {batch.message}-FRST;96,00"
    assert take(place, line_read).settled == 1 and left(invoice) == 0
    row = only_line(session, "settled")
    services.undo_line(row.id, day=COLLECTION, now=clock.now())
    ((debit, _),) = banking.debits_of(batch.id)
    assert (left(invoice), debit.state, debit.payment_id) == (9600, "sent", None)
    assert proposals_of(row)[0].kind == "debits"
    paid = bill(place, person, line(1000))
    pay(place, person, 1200, paid)
    with pytest.raises(Refused) as refused:
        services.settle_by_hand(row.id, invoice_ids=[paid.id], now=clock.now())
    assert refused.value.codes == ["line_moved"]


def test_amount_and_reference_pay_by_themselves_the_amount_alone_waits(place, person, session):
    first, second = bill(place, person, line(8000)), bill(place, person, line(5000))
    read = take(place, f"02/12/2026;VIR CAMILLE {first.number};96,00", "02/12/2026;VIR CAMILLE;60,00", "03/12/2026;LOYER;-400,00")
    assert (read.new, read.known, read.settled) == (3, 0, 1)
    assert (left(first), left(second)) == (0, 6000)
    with pytest.raises(Refused) as refused:
        take(place, f"02/12/2026;VIR CAMILLE {first.number};96,00", "02/12/2026;VIR CAMILLE;60,00", "03/12/2026;LOYER;-400,00")
    assert refused.value.codes == ["already_read"]
    again = take(place, f"02/12/2026;VIR CAMILLE {first.number};96,00", "04/12/2026;VIR X;1,00")
    assert (again.new, again.known) == (1, 1)

    waiting = session.scalars(sa.select(BankLine).where(BankLine.cents == 6000)).one()
    (proposal,) = proposals_of(waiting)
    assert not proposal.automatic
    for _ in range(2):  # confirmed, undone, confirmed again: the books keep all of it
        services.settle(waiting.id, proposal.code, now=clock.now())
        assert left(second) == 0
        services.undo_line(waiting.id, day=date(2026, 12, 4), now=clock.now())
        assert left(second) == 6000
    services.settle_by_hand(waiting.id, invoice_ids=[second.id], now=clock.now())
    assert left(second) == 0 and sum(debit - credit for _, _, what, debit, credit in books(place) if what == "bank") == 15600

    rent = session.scalars(sa.select(BankLine).where(BankLine.cents == -40000)).one()
    services.leave_aside(rent.id, now=clock.now())
    assert [told(session, f"bank_line.{what}") for what in ("settled", "undone", "left_aside")] == [4, 2, 1]
    with pytest.raises(Refused):
        services.leave_aside(rent.id, now=clock.now())
    services.undo_line(rent.id, day=date(2026, 12, 4), now=clock.now())
    session.refresh(rent)
    assert rent.state == "open"


def test_a_transfer_above_its_bill_is_proposed_and_its_rest_kept(place, person, session):
    invoice = bill(place, person, line(8000))
    assert take(place, f"02/12/2026;VIR {invoice.number};100,00").settled == 0
    (proposal,) = proposals_of(only_line(session))
    services.settle(only_line(session).id, proposal.code, now=clock.now())
    assert (left(invoice), queries.credit_of(who(person))) == (0, 400)


def test_a_payout_is_three_entries_and_the_invoice_is_paid_whole(place, person, session):
    """Payout 117.95 = 120.00 − 2.05: three balanced entries, the invoice paid by 120.00."""
    invoice = bill(place, person, line(10000))
    pay(place, person, 12000, invoice, means="card", provider="stripe", provider_id="pi_1")
    assert take(place, "09/12/2026;VIR STRIPE PAYMENTS EUROPE;117,95").settled == 1

    assert left(invoice) == 0
    assert books(place, "2026-12-09", "2026-12-09") == [
        ("12-09", "BQ", "bank", 11795, 0),
        ("12-09", "BQ", "in_transit", 0, 12000),
        ("12-09", "BQ", "fees", 205, 0),
    ]
    payment = session.scalars(sa.select(Payment)).one()
    services.undo_line(only_line(session, "settled").id, day=date(2026, 12, 9), now=clock.now())
    assert banking.waiting(place.id, on=date(2026, 12, 9)).held["stripe"][0].payment_id == payment.id


def test_one_line_for_two_people_is_a_payment_of_each(place, person, session):
    nora = make_member("Nora")
    mine, noras = bill(place, person, line(8000)), bill(place, nora, line(5000))
    assert take(place, f"02/12/2026;VIR COUPLE {mine.number} {noras.number};156,00").settled == 1
    assert [left(mine), left(noras)] == [0, 0]
    assert {one.member_id: one.cents for one in session.scalars(sa.select(Payment))} == {person.id: 9600, nora.id: 6000}


def test_the_statement_of_another_account_is_refused(place):
    data = b"<OFX><CURDEF>EUR<ACCTID>99999999999<STMTTRN><DTPOSTED>20261202<TRNAMT>1<FITID>1</STMTTRN></OFX>"
    with pytest.raises(Refused) as refused:
        services.take_statement(data, place_id=place.id, iban=place.iban, now=clock.now())
    assert refused.value.codes == ["not_this_account"]


def test_an_organisation_pays_by_its_own_mandate(place, company, terms):
    services.sign_mandate(
        place_id=place.id,
        payer=Payer(organisation_id=company.id),
        terms=terms,
        holder=company.name,
        iban=GERMAN,
        signed_on=date(2026, 11, 1),
        signed_name="Jean Lefèvre",
        now=clock.now(),
    )
    invoice = bill(place, company, line(32400))
    batch = send(place, terms)
    ((debit, _),) = banking.debits_of(batch.id)
    services.collect(debit.id, day=COLLECTION, now=clock.now())
    services.collect(debit.id, day=COLLECTION, now=clock.now())
    assert left(invoice) == 0 and queries.credit_of(Payer(organisation_id=company.id)) == 0


def test_the_command_line_writes_the_bank_s_file_and_the_same_again(app, place, person, terms, tmp_path):
    sign(place, person, terms)
    bill(place, person, line(8000))
    file = tmp_path / "debits.xml"

    def sepa(*words: str):
        return app.test_cli_runner().invoke(args=["billing", "sepa", *words, str(file)])

    early = sepa("--date", "2026-12-02")
    assert (early.exit_code, file.exists()) == (1, False) and "Rien n’est à prélever" in early.stderr
    for wrong in ("2026-13-01", "demain"):
        assert sepa("--date", wrong).exit_code == 2
    written = []
    for _ in range(2):
        said = sepa("--date", "2026-12-15")
        assert said.exit_code == 0 and "1 prélèvement, 96,00" in said.output
        written.append(file.read_bytes())
    assert written[0] == written[1] and order_faults(written[0], today=date(2026, 12, 1)) == []
