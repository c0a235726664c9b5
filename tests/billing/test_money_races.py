"""Eight at once on the same money, really committed, on both databases: nothing twice, nothing above, nothing lost."""

import threading
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app.billing import gateways, queries, services
from app.billing.models import Allocation, BankLine, Invoice, Movement, Payment, ProviderCall, StripeEvent
from app.billing.rules.payments import Payer
from app.billing.services import checkout, selling
from app.billing.services.reconciling import proposals_of
from app.core import clock
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.factory import create_app
from app.members.models import Member
from app.place.models import Place
from config import TestConfig
from tests.billing.bills import bill, line
from tests.billing.test_selling import make_pass
from tests.factories import make_member, make_place

CROWD = 8
DAY = date(2026, 12, 1)


@pytest.fixture
def house(database, tmp_path, frozen):
    frozen("2026-12-01T10:00+01:00")
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database, MAIL_URL=f"file:{tmp_path}"))
    yield app
    with app.app_context():
        db.engine.dispose()


def at_once(app, gesture) -> list[str]:
    """The gesture in as many threads, started together; what each said."""
    ready, said = threading.Barrier(CROWD), []

    def run(number: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                said.append(str(gesture(number)))
            except Refused as refused:
                said.append(refused.codes[0])
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == CROWD, "somebody stumbled"
    return said


def test_eight_at_once(house):
    with house.app_context():
        place, person = make_place(), make_member()
        invoice, other = bill(place, person, line(1000)), bill(place, person, line(700))
        ids = place.id, person.id, invoice.id, other.id
        payment = services.record_payment(
            place_id=place.id, payer=Payer(person.id), means="transfer", cents=500, received_on=DAY, now=clock.now()
        )
        call = ProviderCall(
            place_id=place.id,
            kind="checkout",
            key="key",
            invoice_id=other.id,
            means="card",
            cents=840,
            state="open",
            provider_id="cs_1",
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        with transaction() as session:
            session.add(call)
            session.flush()
        payment_id = payment.id
        db.session.remove()
    place_id, person_id, invoice_id, other_id = ids

    # a refund clicked eight times: five fit
    said = at_once(house, lambda _: services.refund(payment_id, cents=100, day=DAY, reason="x", now=clock.now()).kind)
    assert sorted(said) == ["nothing_left"] * 3 + ["refunded"] * 5

    # the last cents of an invoice: eight payments of 3.00 for 12.00
    at_once(
        house,
        lambda _: services.record_payment(
            place_id=place_id, payer=Payer(person_id), means="cash", cents=300, received_on=DAY, invoice_ids=[invoice_id], now=clock.now()
        ),
    )
    # the same webhook, eight times, and its other half
    about = {"id": "pi_1", "object": "payment_intent", "amount_received": 840, "currency": "eur", "metadata": {"call": "key"}}
    told = at_once(
        house,
        lambda number: checkout.take_event(
            gateways.Event(f"evt_{number % 2}", "payment_intent.succeeded", datetime(2026, 12, 1, tzinfo=UTC), about), now=clock.now()
        ),
    )
    assert sorted(told) == ["False"] * 6 + ["True"] * 2

    with house.app_context():
        assert queries.left_to_pay([invoice_id, other_id]) == {invoice_id: 0, other_id: 0}
        assert queries.credit_of(Payer(person_id)) == 8 * 300 - 1200
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Payment).where(Payment.provider == "stripe")) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(StripeEvent)) == 2
        third = bill(db.session.get_one(Place, place_id), db.session.get_one(Member, person_id), line(900))
        services.take_statement(b"Date;Libelle;Montant\n02/12/2026;VIR;10,80\n", place_id=place_id, iban="", now=clock.now())
        row = db.session.scalars(sa.select(BankLine)).one()
        code, line_id, third_id = proposals_of(row)[0].code, row.id, third.id
        db.session.remove()

    # one line of the statement, confirmed by eight people
    said = at_once(house, lambda _: services.settle(line_id, code, now=clock.now()))
    assert said.count("None") == 1 and set(said) <= {"None", "already_settled", "line_moved"}
    with house.app_context():
        assert queries.left_to_pay([third_id]) == {third_id: 0}
        received = db.session.scalar(sa.select(sa.func.sum(Movement.cents)).where(Movement.kind == "received"))
        paid = db.session.scalar(sa.select(sa.func.sum(Allocation.cents)))
        assert (received, paid) == (500 + 8 * 300 + 840 + 1080, 1200 + 840 + 1080)
        db.session.remove()


def test_a_carnet_given_back_by_eight_at_once_has_one_credit_note(house):
    with house.app_context():
        place, person = make_place(), make_member()
        kind = make_pass(SimpleNamespace(place=place))
        lot_id = selling.sell_pass(pass_type_id=kind.id, member_id=person.id, now=clock.now(), actor_id=None).id
        db.session.remove()

    said = at_once(house, lambda _: selling.refund_pass(lot_id=lot_id, reason="Départ", now=clock.now(), actor_id=None))

    assert sorted(said) == ["7500"] + ["nothing_left_to_refund"] * 7
    with house.app_context():
        rows = db.session.scalars(sa.select(Invoice).order_by(Invoice.sequence)).all()
        assert [(row.number, row.gross_cents) for row in rows] == [("F2026-00001", 7500), ("A2026-00001", -7500)]
        db.session.remove()
