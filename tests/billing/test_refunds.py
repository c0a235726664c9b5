"""Money given back by the means it came; a transfer is made by hand, and known again on the statement."""

import re

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Movement
from app.billing.queries.refunds import refunds_to_make
from app.billing.services import reconciling
from app.billing.services.invoicing import credit
from app.core import clock
from app.core.journal import JournalEntry
from app.web.csrf import KEY_FIELD
from tests.billing.bills import bill, line
from tests.billing.test_payments import books, left, pay, who
from tests.factories import make_member
from tests.pages import text_of


@pytest.fixture
def keeper(place):
    return make_member("Théo", roles=["treasurer"])


def refunded(session) -> list[int]:
    return list(session.scalars(sa.select(Movement.cents).where(Movement.kind == "refunded", Movement.undoes_id.is_(None))))


def give(client, payment, amount: str, key: str = ""):
    data = {"amount": amount, "reason": "trop payé", KEY_FIELD: key}
    return client.post(f"/manage/money/payments/{payment.id}/refund", data=data, follow_redirects=True)


def test_a_transfer_is_on_the_list_until_the_statement_shows_it(place, person, keeper, log_in, session):
    client, invoice = log_in(keeper), bill(place, person, line(8000))
    payment = pay(place, person, 9600, invoice)
    assert "il ne reste que 0,00 €" in text_of(give(client, payment, "63,00"))  # it pays an invoice: a credit note first
    credit(invoice.id, gross_cents=6300, reason="Départ", now=clock.now())
    assert (left(invoice), queries.credit_of(who(person))) == (0, 6300)

    for _ in range(2):  # pressed twice
        page = text_of(give(client, payment, "63,00", "the-same-form-sent-twice"))
    reference = re.search(r"REMB\d{6}", page)[0]
    assert "virement à faire" in page and refunded(session) == [6300]
    assert "Voir, ou rendre" in text_of(client.get(f"/billing/invoices/{invoice.id}"))  # from the invoice to its payments
    assert "Un remboursement à virer" in (listed := text_of(client.get("/manage/money/payments"))) and reference in listed

    def told(text: str, cents: str, day: str = "03"):
        said = f"Date;Libelle;Montant\n{day}/12/2026;{text};{cents}\n".encode()
        return reconciling.take_statement(said, place_id=place.id, iban="", now=clock.now())

    assert told("VIR LOYER", "-63,01").settled == 0  # another amount: nothing of ours
    assert told("VIR CAMILLE ROUX", "-63,00", "04").settled == 0
    statements = text_of(client.get("/manage/money/statements"))
    assert "Remboursement : Camille Roux, trop payé" in statements  # the amount alone: proposed
    assert told(f"VIR {reference} CAMILLE", "-63,00", "05").settled == 1
    assert refunds_to_make(place.id) == [] and "à virer" not in text_of(client.get("/manage/money/payments"))
    settled = re.search(r"/manage/money/lines/\d+/undoing", client.get("/manage/money/statements").text)[0]
    client.post(settled)
    assert [one.reference for one in refunds_to_make(place.id)] == [reference]
    assert [row for row in books(place) if row[2] == "bank"][-1][3:] == (0, 6300)  # in the books once, whatever the lines say


def test_a_lieu_that_reads_no_statement_says_that_a_transfer_is_made(place, person, keeper, log_in, session):
    client, payment = log_in(keeper), pay(place, person, 9600)
    give(client, payment, "63,00")
    [to_make] = refunds_to_make(place.id)
    path = f"/manage/money/refunds/{to_make.movement_id}/transfer"

    def said() -> list[str]:
        return list(session.scalars(sa.select(JournalEntry.event).where(JournalEntry.event.startswith("payment.transfer"))))

    assert path in client.get("/manage/money/payments").text
    for _ in range(2):  # pressed twice
        assert "le virement est fait" in text_of(client.post(path, follow_redirects=True))
    assert refunds_to_make(place.id) == [] and said() == ["payment.transfer_made"]
    page = client.get(f"/manage/money/payments/{payment.id}")
    assert "virement fait le 1er décembre 2026" in text_of(page)

    for _ in range(2):  # said too soon
        client.post(re.search(rf"{path}/removal", page.text)[0])
    assert refunds_to_make(place.id) == [to_make] and said() == ["payment.transfer_made", "payment.transfer_to_make"]
    client.post(path)
    line_of_it = f"Date;Libelle;Montant\n05/12/2026;VIR {to_make.reference};-63,00\n".encode()
    assert reconciling.take_statement(line_of_it, place_id=place.id, iban="", now=clock.now()).settled == 1  # told by the bank all the same
    assert "Il reste à faire" not in text_of(client.get(f"/manage/money/payments/{payment.id}"))
    received = session.scalars(sa.select(Movement).where(Movement.kind == "received")).first()
    assert client.post(f"/manage/money/refunds/{received.id}/transfer").status_code == 404  # no refund


def test_notes_come_from_the_drawer_and_a_card_from_stripe_alone(place, person, keeper, log_in, session, stripe, app, monkeypatch):
    client = log_in(keeper)
    cash, card = pay(place, person, 500, means="cash"), pay(place, person, 900, means="card", provider="stripe", provider_id="pi_1")
    assert "prenez l’argent dans la caisse" in text_of(give(client, cash, "5,00"))
    for _ in range(2):
        assert "Stripe rend l’argent" in text_of(give(client, card, "4,00", "one-click-pressed-twice"))
    assert refunded(session) == [500, 400] and [path for _, path, _ in stripe.asked].count("/v1/refunds") == 1
    assert refunds_to_make(place.id) == []
    monkeypatch.setitem(app.config, "STRIPE_SECRET_KEY", "")
    page = give(client, card, "5,00")
    assert page.status_code == 422 and "n’a plus de clé Stripe" in text_of(page)  # never noted as given back when nobody gives it
    assert refunded(session) == [500, 400]
