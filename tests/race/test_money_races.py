"""Eight at once on the same money, from two processes, on both databases: nothing twice, nothing above, nothing lost."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.billing import queries, services
from app.billing.models import Allocation, BankLine, Invoice, Lot, Movement, Payment, ProviderCall, StripeEvent
from app.billing.rules.payments import Payer
from app.billing.services import selling
from app.billing.services.reconciling import proposals_of
from app.core.db import db, transaction
from app.members.models import Member
from app.place.models import Place
from tests.billing.bills import bill, line
from tests.billing.test_coupons import make_coupon
from tests.billing.test_selling import make_pass
from tests.databases import Engine
from tests.factories import make_member, make_place
from tests.race import payers
from tests.race.payers import DAY
from tests.race.two import NOW, Two, faults, two_at

pytestmark = pytest.mark.race

CROWD = 8
AT = datetime.fromisoformat(NOW)


class Till(Two):
    """A lieu, somebody who pays, and eight hands on the same thing."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        with app.app_context():
            self.place_id, self.payer_id = make_place().id, make_member().id
            db.session.remove()
        super().__init__(url, payers.done)

    def at_once(self, gestures: Sequence[dict[str, Any]]) -> list[str]:
        said = super().at_once(gestures)
        db.session.rollback()  # what was read before is no longer so
        db.session.expire_all()
        return said

    def eight(self, **gesture: object) -> list[str]:
        return sorted(self.at_once([{"who": self.payer_id} | gesture for _ in range(CROWD)]))

    def bill(self, cents: int) -> int:
        """An invoice of the payer."""
        return bill(db.session.get_one(Place, self.place_id), db.session.get_one(Member, self.payer_id), line(cents)).id

    def paid_ahead(self, cents: int) -> int:
        """A payment that pays nothing yet."""
        said = {"place_id": self.place_id, "payer": Payer(self.payer_id), "means": "transfer", "received_on": DAY}
        return services.record_payment(**said, cents=cents, now=AT).id


@pytest.fixture(scope="module")
def till(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    with two_at(Till, engine, tmp_path_factory.mktemp("money")) as till:
        yield till


@pytest.fixture
def room(till: Till) -> Iterator[None]:
    """Where a test arranges and looks."""
    with till.app.app_context():
        yield
        assert faults() == []
        db.session.remove()


def test_what_is_given_back_is_given_once_and_never_more_than_there_is(till: Till, room):
    payment_id = till.paid_ahead(500)
    assert till.eight(do="give_back", payment=payment_id, key="one page sent eight times") == ["given"] * CROWD
    assert queries.available(payment_id) == 400
    assert till.eight(do="give_back", payment=payment_id) == ["given"] * 4 + ["nothing_left"] * 4
    assert queries.available(payment_id) == 0


def test_an_invoice_is_paid_to_its_last_cent_and_a_webhook_is_heard_once(till: Till, room):
    invoice_id, other_id = till.bill(1000), till.bill(700)
    credit = queries.credit_of(Payer(till.payer_id))
    with transaction() as session:
        call = {"kind": "checkout", "key": "key", "invoice_id": other_id, "means": "card", "cents": 840, "state": "open"}
        session.add(ProviderCall(place_id=till.place_id, provider_id="cs_1", created_at=AT, changed_at=AT, **call))
    till.eight(do="pay", place=till.place_id, invoice=invoice_id)  # eight payments of 3.00 for 12.00
    about = {"id": "pi_1", "object": "payment_intent", "amount_received": 840, "currency": "eur", "metadata": {"call": "key"}}
    told = till.at_once([{"do": "hear", "event": f"evt_{number // 2 % 2}", "about": about} for number in range(CROWD)])
    assert sorted(told) == ["False"] * 6 + ["True"] * 2

    assert queries.left_to_pay([invoice_id, other_id]) == {invoice_id: 0, other_id: 0}
    assert queries.credit_of(Payer(till.payer_id)) - credit == CROWD * 300 - 1200
    assert count(Payment, Payment.provider == "stripe") == 1 and count(StripeEvent) == 2


def test_one_line_of_the_statement_confirmed_by_eight_is_one_payment(till: Till, room):
    before = sums()
    invoice_id = till.bill(900)
    services.take_statement(b"Date;Libelle;Montant\n02/12/2026;VIR;10,80\n", place_id=till.place_id, iban="", now=AT)
    row = db.session.scalars(sa.select(BankLine)).one()
    said = till.eight(do="settle", line=row.id, code=proposals_of(row)[0].code)
    assert said.count("None") == 1 and set(said) <= {"None", "already_settled", "line_moved"}
    assert queries.left_to_pay([invoice_id]) == {invoice_id: 0}
    assert [after - was for after, was in zip(sums(), before, strict=True)] == [1080, 1080]


def test_a_carnet_given_back_by_eight_or_an_invoice_credited_by_eight_has_one_credit_note(till: Till, room):
    kind = make_pass(SimpleNamespace(place=db.session.get_one(Place, till.place_id)), code="a-rendre")
    lot_id = selling.sell_pass(pass_type_id=kind.id, member_id=till.payer_id, now=AT, actor_id=None).id
    assert till.eight(do="return_carnet", lot=lot_id) == ["7500"] + ["nothing_left_to_refund"] * 7

    said = till.eight(do="credit", invoice=till.bill(500))
    assert said == ["-600"] + [said[-1]] * 7 and said[-1].isidentifier()
    assert [row.gross_cents for row in db.session.scalars(sa.select(Invoice).where(Invoice.kind == "credit_note"))] == [-7500, -600]


def test_the_last_use_of_a_code_goes_to_one_of_eight(till: Till, room):
    place = db.session.get_one(Place, till.place_id)
    kind = make_pass(SimpleNamespace(place=place)).id
    make_coupon(place, most=1)
    people = [make_member(f"Personne {number}").id for number in range(CROWD)]
    lots = count(Lot)
    said = till.at_once([{"do": "sell", "kind": kind, "who": who, "code": "bienvenue"} for who in people])
    assert sorted(said) == ["10"] + ["coupon_used_up"] * (CROWD - 1) and count(Lot) == lots + 1


def sums() -> tuple[int, int]:
    """What came in all, and what of it pays something."""
    received = db.session.scalar(sa.select(sa.func.sum(Movement.cents)).where(Movement.kind == "received"))
    return int(received or 0), int(db.session.scalar(sa.select(sa.func.sum(Allocation.cents))) or 0)


def count(model: type, *which: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0
