"""The pages of money: what a person pays and signs, what who keeps the accounts takes, reads and hands in."""

import io
import re

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.models import BankLine, DebitBatch, Mandate, Payment, Slip
from app.billing.queries import banking
from app.core import clock
from app.core.db import transaction
from tests.billing.banks import order_faults, qr_faults, read_code
from tests.billing.bills import bill, line
from tests.billing.test_payments import left, pay, who
from tests.factories import make_member
from tests.pages import text_of

IBAN = "FR7630006000011234567890189"


def squares(page: str) -> list[list[bool]]:
    """The dark squares of the code drawn in a page, as the browser would paint its path."""
    svg = re.search(r'<svg[^>]*class="qr"[^>]*>.*?</svg>', page, re.S)[0]
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    rows = [[False] * size for _ in range(size)]
    x = y = 0
    for command, one, two in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", re.search(r'stroke="#000" d="([^"]+)"', svg)[1]):
        if command == "M":
            x, y = int(one), int(float(two))
        elif command == "m":
            x, y = x + int(one), y + int(float(two))
        else:
            for column in range(x, x + int(one)):
                rows[y][column] = True
            x += int(one)
    return rows


@pytest.fixture
def keeper(place, log_in):
    return make_member("Théo", roles=["treasurer"])


def settings(client, **more):
    return client.post(
        "/manage/money/settings",
        data={
            "means": ["transfer", "sepa", "cash", "cheque", "helloasso"],
            "creditor_id": "FR72 ZZZ 123456",
            "notice_days": "14",
            "sepa_fee": "0,20",
            "card_percent": "1,5",
            "card_fixed": "0,25",
            "helloasso_url": "https://www.helloasso.com/associations/worklab",
            "reminder_1": "7",
            "reminder_2": "21",
            "reminder_3": "35",
        }
        | more,
    )


def test_a_person_sees_what_is_due_pays_it_and_signs_a_mandate(place, person, keeper, log_in, session, frozen):
    assert settings(log_in(keeper)).status_code == 302
    for wrong in ({"creditor_id": "FR73ZZZ123456"}, {"helloasso_url": "https://evil.example/"}, {"reminder_2": "7"}, {"means": []}):
        assert settings(log_in(keeper), **wrong).status_code == 422
    invoice, others = bill(place, person, line(14700), line(200, rate=1000)), bill(place, make_member("Nora"), line(1000))

    client = log_in(person)
    assert "178,60" in client.get("/billing/due").text
    page = client.get(f"/billing/invoices/{invoice.id}/payment").text
    payload, level = read_code(squares(page))
    assert level == "M" and qr_faults(payload, iban=IBAN, cents=17860, reference=invoice.number) == []
    ways = re.findall(r'<h2 id="(\w+)">', page)
    assert ways == ["transfer", "cash", "cheque", "helloasso", "sepa"]  # the cheapest first; no key, no card
    assert "0,20\u00a0€ de frais pour le lieu" in page and "sans frais" in page
    assert (
        qr_faults(
            read_code(squares(client.get(f"/billing/invoices/{invoice.id}/transfer").text))[0],
            iban=IBAN,
            cents=17860,
            reference=invoice.number,
        )
        == []
    )
    assert client.get(f"/billing/invoices/{others.id}/payment").status_code == 404
    assert client.post(f"/billing/invoices/{invoice.id}/checkout", data={"means": "card"}).status_code == 404

    signed = {"holder": "Camille Roux", "iban": "FR76 3000 6000 0112 3456 7890 189", "signed_name": "Camille Roux", "agreed": "y"}
    assert "8 semaines" in client.get("/billing/mandate").text
    for wrong in ({"iban": IBAN[:-1] + "8"}, {"agreed": ""}, {"signed_name": ""}, {"holder": "// — //"}):
        assert client.post("/billing/mandate", data=signed | wrong).status_code == 422
    assert client.post("/billing/mandate", data=signed).status_code == 302
    mandate = session.scalars(sa.select(Mandate)).one()
    shown = client.get("/billing/mandate").text
    assert "•••• 0189" in shown and IBAN not in shown.replace(" ", "")
    assert log_in(make_member("Léo")).post(f"/billing/mandate/{mandate.id}/revocation").status_code == 404

    frozen("2026-12-02T10:00+01:00")
    client = log_in(keeper)
    assert "178,60" in client.get("/manage/money/debits?collection=2026-12-15").text
    assert client.post("/manage/money/debits", data={"collection": "2026-12-13"}).status_code == 422
    assert client.post("/manage/money/debits", data={"collection": "2026-12-15"}).status_code == 302
    assert "prélevée le 15 décembre 2026" in text_of(client.get("/manage/money/"))  # and it is proposed no more
    assert "Aucune facture à prélever" in text_of(client.get("/manage/money/debits?collection=2026-12-15"))
    assert "vous n’avez rien à faire" in text_of(log_in(person).get("/billing/due"))
    assert "vous n’avez rien à faire" in text_of(log_in(person).get(f"/billing/invoices/{invoice.id}/payment"))
    client = log_in(keeper)
    batch = session.scalars(sa.select(DebitBatch)).one()
    order = client.get(f"/manage/money/debits/{batch.id}/file.xml")
    assert order_faults(order.data, today=clock.today(place.tz)) == [] and batch.message in order.headers["Content-Disposition"]
    assert client.post(f"/manage/money/debits/{batch.id}/cancellation").status_code == 302
    assert log_in(person).post(f"/billing/mandate/{mandate.id}/revocation").status_code == 302
    assert banking.mandates(place.id) == []

    pay(place, person, 17860, invoice)
    assert "Merci" in log_in(person).get(f"/billing/invoices/{invoice.id}/payment").text
    assert log_in(person).get(f"/billing/invoices/{invoice.id}/transfer").status_code == 404


def test_who_keeps_the_accounts_takes_money_and_mends_mistakes(place, person, keeper, log_in, session):
    client = log_in(keeper)
    assert client.get("/manage/money/payments/new").status_code == 200
    first, second = bill(place, person, line(8000)), bill(place, person, line(1000))
    form = {
        "invoice_id": first.id,
        "means": "cheque",
        "amount": "100,00",
        "received_on": "2026-12-01",
        "note": "n° 42",
        "_key": "same-form-1",
    }
    assert client.post("/manage/money/payments/new", data=form | {"amount": "-5"}).status_code == 422
    key = re.search(r'name="(\w*key\w*)"', client.get(f"/manage/money/payments/new?invoice_id={first.id}").text)[1]
    for _ in range(2):
        assert client.post("/manage/money/payments/new", data=form | {key: "the-same-form-sent-twice"}).status_code == 302
    payment = session.scalars(sa.select(Payment)).one()
    assert (left(first), queries.credit_of(who(person))) == (0, 400)

    page = f"/manage/money/payments/{payment.id}"
    assert "4,00" in client.get(page).text
    assert client.post(f"{page}/allocation", data={"invoice_id": second.id}).status_code == 302
    assert left(second) == 800
    assert client.post(f"{page}/refund", data={"amount": "1,00", "reason": "trop"}).status_code == 422  # nothing is left of it
    assert client.post("/manage/money/slips/cheques", data={"cheques": [payment.id], "day": "2026-12-02"}).status_code == 302
    slip = session.scalars(sa.select(Slip)).one()
    assert "n° 42" in client.get(f"/manage/money/slips/{slip.id}").text
    assert client.post(f"/manage/money/slips/{slip.id}/banked").status_code == 302
    client.post(f"{page}/cancellation")
    assert left(first) == 0  # on the account: it cannot be cancelled any more
    assert client.post(f"{page}/return", data={"reason": "AM04", "day": "2026-12-09", "fee": "2,90"}).status_code == 302
    assert (left(first), left(second)) == (9600, 1200)
    assert "Annuler ce règlement" not in client.get(page).text  # all of it went back: nothing more is to be done with it

    cash = {"invoice_id": second.id, "means": "cash", "amount": "12", "received_on": "2026-12-01"}
    assert client.post("/manage/money/payments/new", data=cash).status_code == 302
    assert client.post("/manage/money/slips/cash", data={"amount": "13,00", "day": "2026-12-02"}).status_code == 422
    assert client.post("/manage/money/slips/cash", data={"amount": "12,00", "day": "2026-12-02"}).status_code == 302
    for url in ("", "payments", "slips", "settings", "mandates", "debits"):
        assert client.get(f"/manage/money/{url}").status_code == 200, url
    assert log_in(person).get("/manage/money/").status_code == 404


def test_a_statement_is_read_confirmed_and_undone_in_one_click(place, person, keeper, log_in, session):
    client = log_in(keeper)
    sure, alike, known = (bill(place, person, line(net)) for net in (8000, 5000, 700))

    def send(data: bytes):
        return client.post("/manage/money/statements", data={"file": (io.BytesIO(data), "releve.csv")}, content_type="multipart/form-data")

    assert send(b"nothing").status_code == 422
    csv = f"Date;Libellé;Montant\n02/12/2026;VIR {sure.number};96,00\n03/12/2026;VIR CAMILLE;60,00\n04/12/2026;<b>X</b>;8,00\n05/12/2026;FRAIS;-1,20\n"
    assert send(csv.encode()).status_code == 302
    page = client.get("/manage/money/statements").text
    assert left(sure) == 0 and alike.number in page and "&lt;b&gt;X" in page and "d’elle-même" in page

    row = session.scalars(sa.select(BankLine).where(BankLine.cents == 6000)).one()
    code = re.search(rf'action="/manage/money/lines/{row.id}/settlement".*?name="code" value="([^"]+)"', page, re.S)[1]
    for _ in range(2):  # a second click finds it done
        assert client.post(f"/manage/money/lines/{row.id}/settlement", data={"code": code}).status_code == 302
    assert left(alike) == 0
    client.post(f"/manage/money/lines/{row.id}/undoing")
    assert left(alike) == 6000

    other = session.scalars(sa.select(BankLine).where(BankLine.cents == 800)).one()
    assert client.get(f"/manage/money/lines/{other.id}").status_code == 200
    assert client.post(f"/manage/money/lines/{other.id}", data={"invoices": [known.id]}).status_code == 302
    assert left(known) == 40
    fees = session.scalars(sa.select(BankLine).where(BankLine.cents == -120)).one()
    client.post(f"/manage/money/lines/{fees.id}/aside")
    assert "Laissées de côté" in client.get("/manage/money/statements").text


def test_a_mandate_on_paper_comes_with_its_scan(place, person, company, keeper, log_in, session):
    client = log_in(keeper)
    settings(client, creditor_id="")

    def send(data: bytes, **more):
        form = {"payer": f"o{company.id}", "holder": "Lefèvre", "iban": IBAN, "signed_on": "2026-11-30"} | more
        return client.post(
            "/manage/money/mandates", data=form | {"scan": (io.BytesIO(data), "mandat.pdf")}, content_type="multipart/form-data"
        )

    no = send(b"%PDF-1.7 x")
    assert no.status_code == 422 and '<a href="/manage/money/settings">Écrivez-le dans les réglages des paiements' in no.text
    settings(client)
    assert send(b"<svg/>").status_code == 422
    assert send(b"%PDF-1.7 x", payer="x1").status_code == 422
    assert send(b"%PDF-1.7 x").status_code == 302
    mandate = session.scalars(sa.select(Mandate)).one()
    assert (mandate.signature, mandate.organisation_id, mandate.iban_last4) == ("paper", company.id, "0189")

    page = f"/manage/money/mandates/{mandate.id}"
    assert client.get(f"{page}/scan").data == b"%PDF-1.7 x"
    assert client.post(f"{page}/revocation").status_code == 302
    assert banking.mandates(place.id) == [] and mandate.reference not in client.get("/manage/money/mandates").text
    assert log_in(make_member("Léo")).get(f"{page}/scan").status_code == 404


def test_three_kind_reminders_and_a_debit_that_comes_back_are_told_once(app, place, person, company, session, frozen):
    from app import wiring
    from app.billing import services
    from app.billing.services import reminding
    from app.core import journal, mail
    from app.core.mail import OutgoingMail

    mine, theirs = bill(place, person, line(8000)), bill(place, company, line(1000))
    told = []
    for day in (
        "2026-12-31T10:02",
        "2027-01-07T10:02",
        "2027-01-07T11:02",
        "2027-01-07T22:02",
        "2027-01-21T10:02",
        "2027-02-04T10:02",
        "2027-05-04T10:02",
    ):
        moment = frozen(f"{day}+01:00")
        told.append(reminding.remind_due(now=moment))
    assert told == [0, 2, 0, 0, 2, 2, 0]
    payment = pay(place, person, 9600, mine)
    for _ in range(2):
        services.take_back(payment.id, day=clock.today(place.tz), reason="AM04", now=clock.now())
    journal.deliver(wiring.READERS, now=clock.now())
    queued = session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [one.kind for one in queued].count("payment.returned") == 1
    assert [one.to_address for one in queued if one.kind == "invoice.reminded"].count("compta@lefevre.example") == 3
    with app.test_request_context():
        letters = {one.kind: mail.post().builders[one.kind](one) for one in queued}
    assert "il manquait de quoi le payer" in letters["payment.returned"].text and "Aucun frais" in letters["payment.returned"].text
    assert "parlons-en" in letters["invoice.reminded"].subject and left(theirs) == 1200
    with transaction():
        session.flush()
