"""The pages of bills, as a person and as who keeps the accounts meet them."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.rules.legal import FRANCHISE
from app.billing.services import settings as chosen
from app.core import clock, journal
from app.core.db import db
from app.core.mail import OutgoingMail
from app.wiring import READERS
from tests.billing.bills import bill, draft, figures, line, make_organisation
from tests.factories import make_member
from tests.pages import error_of, fields_of, text_of


@pytest.fixture
def treasurer(place):
    return make_member("Trésor", roles=("member", "treasurer"))


def money(text):
    """Amounts as they are printed on a page."""
    return re.findall(r"[−\d][\d ]*,\d\d €", text)


def test_a_person_finds_their_bills_and_nobody_elses(place, person, treasurer, log_in):
    mine, other = bill(place, person, line(14700), line(200, "Café", rate=1000)), bill(place, treasurer, line(100))
    visitor = log_in(person)

    page = text_of(visitor.get("/billing/invoices/"))
    assert "F2026-00001" in page and "F2026-00002" not in page
    assert "Il reste 178,60 € à payer." in page
    one = text_of(visitor.get(f"/billing/invoices/{mine.id}"))
    assert {"147,00 €", "2,00 €", "149,00 €", "29,40 €", "0,20 €", "178,60 €"} <= set(money(one))
    assert "Faire un avoir" not in one
    pdf = visitor.get(f"/billing/invoices/{mine.id}/pdf")
    assert (pdf.mimetype, pdf.data[:5], pdf.headers["Cache-Control"]) == ("application/pdf", b"%PDF-", "private, no-store")
    for path in (
        f"/billing/invoices/{other.id}",
        f"/billing/invoices/{other.id}/pdf",
        "/manage/billing/invoices",
        f"/manage/billing/invoices/{mine.id}/credit",
    ):
        assert visitor.get(path).status_code == 404, path
    assert 'href="/billing/invoices/"' in visitor.get("/me/account").text


def test_the_accounts_are_kept_from_a_draft_to_a_credit_note(place, person, company, treasurer, log_in):
    """Prepare a bill by hand, correct it, print it, issue it, find it, give some of it back: what each page says is what is written."""
    keeper = log_in(treasurer)
    sent = fields_of(keeper.get("/manage/billing/drafts/new").text) | {"kind": "advance", "payer": "Menuiserie Lefèvre"}
    sent |= {"rows-0-label": "Acompte de 30 %", "rows-0-price": "150", "rows-0-quantity": "1"}
    prepared = keeper.post("/manage/billing/drafts/new", data=sent)
    (row,) = queries.drafts(place.id)
    assert prepared.location.endswith(f"/manage/billing/drafts/{row.id}")
    assert {"150,00 €", "30,00 €", "180,00 €"} <= set(money(text_of(keeper.get(prepared.location))))
    assert keeper.get(f"/manage/billing/drafts/{row.id}/pdf").data[:5] == b"%PDF-"

    again = fields_of(keeper.get(f"/manage/billing/drafts/{row.id}").text) | {
        "rows-0-quantity": "2",
        "rows-1-label": "Pause café",
        "rows-1-price": "1,50",
    }
    keeper.post(f"/manage/billing/drafts/{row.id}", data=again)
    db.session.refresh(row)
    assert [(said["label"], said["net_cents"]) for said in row.lines] == [("Acompte de 30 %", 30000), ("Pause café", 150)]
    tokens = {name: value for name, value in again.items() if name in ("csrf_token", "idempotency_key")}

    issued = keeper.post(f"/manage/billing/drafts/{row.id}/issue", data=tokens)
    (advance,) = queries.invoices_of(organisation_id=company.id)
    assert issued.location.endswith(f"/billing/invoices/{advance.id}")
    assert (advance.number, *figures(advance)) == ("F2026-00001", 30150, 6030, 36180)
    assert keeper.get(f"/manage/billing/drafts/{row.id}").status_code == 404

    final = fields_of(keeper.get("/manage/billing/drafts/new").text) | {
        "kind": "final",
        "payer": "Menuiserie Lefèvre",
        "advance": "F2026-00001",
    }
    final |= {"rows-0-label": "Séminaire", "rows-0-price": "500"}
    wrong = keeper.post("/manage/billing/drafts/new", data=final | {"advance": "F2026-00009"})
    assert "Aucune facture d’acompte n’a ce numéro." in error_of(wrong, "advance")
    kept = keeper.post("/manage/billing/drafts/new", data=final)
    assert {"600,00 €", "−361,80 €", "238,20 €"} <= set(money(text_of(keeper.get(kept.location))))

    found = text_of(keeper.get("/manage/billing/invoices?q=menui"))
    assert "F2026-00001" in found
    assert "Aucune facture ne répond" in text_of(keeper.get("/manage/billing/invoices?q=zzz"))
    assert "F2026-00001" not in text_of(keeper.get("/manage/billing/invoices?state=late"))


def test_an_organisation_without_an_address_is_written_to_at_its_contacts(place, log_in):
    """In the mail and in the file (BT-49); when it goes nowhere, who keeps the accounts reads it."""
    club, keeper = make_organisation("Club photo", siren="", email=""), log_in(make_member("Inès", roles=("member", "manager")))
    asked = keeper.get(f"/manage/billing/drafts/{draft(place, club, line(1200)).id}")
    assert "Avant d’émettre, complétez cette organisation" in text_of(asked) and f'href="/manage/organisations/{club.id}"' in asked.text
    alone = bill(place, club, line(1200), period=(date(2026, 11, 1), date(2026, 11, 30)))
    said = keeper.get(f"/billing/invoices/{alone.id}")
    assert "partie vers personne" in text_of(said) and f'href="/manage/organisations/{club.id}"' in said.text
    assert "Période : du 1er novembre 2026 au 30 novembre 2026" in text_of(said).replace("\u00a0", " ")

    journal.deliver(READERS, now=clock.now())
    contact = make_member("Zoé", email="zoe@club.example", organisation_id=club.id, is_organisation_contact=True)
    reached = bill(place, club, line(1200))
    assert reached.said["buyer"]["email"] == contact.email
    assert "partie vers personne" not in text_of(keeper.get(f"/billing/invoices/{reached.id}"))
    journal.deliver(READERS, now=clock.now())
    sent = db.session.scalars(sa.select(OutgoingMail.to_address).where(OutgoingMail.kind == "invoice.issued")).all()
    assert sent == [contact.email]


def test_a_credit_note_is_seen_before_it_is_made(place, person, treasurer, log_in):
    invoice = bill(place, person, line(1800, "Laser", quantity=5000, unit="hour"), line(200, "Café", rate=1000))
    keeper, path = log_in(treasurer), f"/manage/billing/invoices/{invoice.id}/credit"
    sent = fields_of(keeper.get(path).text) | {"how": "lines", "quantities-0": "1,5", "reason": "Panne du laser"}

    seen = keeper.post(path, data=sent)
    assert {"27,00 €", "5,40 €", "32,40 €"} <= set(money(text_of(seen)))
    assert queries.credit_notes_of(invoice.id) == []

    keeper.post(path, data=sent | {"confirmed": "1"})
    (note,) = queries.credit_notes_of(invoice.id)
    assert figures(note) == (-2700, -540, -3240)
    rest = 11020 - 3240
    too_much = keeper.post(path, data=sent | {"how": "amount", "gross": f"{(rest + 1) // 100},{(rest + 1) % 100:02d}", "confirmed": "1"})
    assert too_much.status_code == 422
    assert "Un avoir ne dépasse jamais" in text_of(too_much)
    keeper.post(path, data=sent | {"how": "amount", "gross": f"{rest // 100},{rest % 100:02d}", "confirmed": "1"})
    assert queries.left_to_credit(invoice) == 0
    assert "Rien ne reste à payer." in text_of(keeper.get(f"/billing/invoices/{invoice.id}"))
    assert error_of(keeper.post(path, data=sent | {"reason": ""}), "reason")


def test_a_draft_is_given_up_and_what_is_wrong_is_told(place, person, treasurer, log_in):
    row, keeper = draft(place, person, line(100)), log_in(treasurer)
    sent = fields_of(keeper.get(f"/manage/billing/drafts/{row.id}").text)

    nothing = keeper.post(f"/manage/billing/drafts/{row.id}", data=sent | {"rows-0-price": "0"})
    assert "Il n’y a rien à facturer" in text_of(nothing)
    mixed = keeper.post(
        f"/manage/billing/drafts/{row.id}", data=sent | {"rows-1-label": "Adhésion", "rows-1-price": "20", "rows-1-rate": "O0"}
    )
    assert (mixed.status_code, "hors du champ de la TVA" in text_of(mixed)) == (422, True)
    keeper.post(f"/manage/billing/drafts/{row.id}/discarding", data={name: sent[name] for name in sent if "token" in name})
    assert queries.drafts(place.id) == []
    assert keeper.post(f"/manage/billing/drafts/{row.id}/issue", data=sent).status_code == 404


def test_the_lieu_chooses_its_regime_its_terms_and_its_accounts(place, person, treasurer, log_in):
    keeper = log_in(treasurer)
    sent = fields_of(keeper.get("/manage/billing/settings/regime").text)
    keeper.post("/manage/billing/settings/regime", data=sent | {"since": "2027-01-01", "code": "franchise"})
    keeper.post(
        "/manage/billing/settings/regime",
        data=sent | {"since": "2026-12-01", "code": "redevable", "rate": "2000", "training": "exonere", "on_debits": "y"},
    )
    keeper.post(
        "/manage/billing/settings/terms",
        data=fields_of(keeper.get("/manage/billing/settings/terms").text) | {"payment_days": "15", "late_rate": "12,5", "bic": "AGRIFRPP"},
    )
    keeper.post(
        "/manage/billing/settings/accounts",
        data=fields_of(keeper.get("/manage/billing/settings/accounts").text) | {"account_services": "7061"},
    )

    page = text_of(keeper.get("/manage/billing/settings"))
    assert "À payer sous 15 jours" in page and "12,5 %" in page and "d’après les débits" in page
    db.session.refresh(place)
    assert [(row["depuis"], row["regime"]) for row in place.vat_regimes] == [
        ("2026-01-01", "redevable"),
        ("2026-12-01", "redevable"),
        ("2027-01-01", "franchise"),
    ]
    assert queries.vat_of(place, "training", clock.now().date()) == 0
    assert queries.billing_settings(place.id).accounts == {"services": "7061"}
    invoice = bill(place, person, line(100))
    assert (str(invoice.due_on), "débits" in invoice.said["mentions"]["debits"]) == ("2026-12-16", True)
    keeper.post("/manage/billing/settings/regime/2027-01-01/removal", data={name: sent[name] for name in sent if "token" in name})
    db.session.refresh(place)
    assert len(place.vat_regimes) == 2
    for path, field, value in (
        ("terms", "payment_days", "61"),
        ("terms", "bic", "FAUX"),
        ("accounts", "account_services", "9X"),
        ("regime", "since", ""),
    ):
        wrong = fields_of(keeper.get(f"/manage/billing/settings/{path}").text) | {field: value}
        assert error_of(keeper.post(f"/manage/billing/settings/{path}", data=wrong), field)


def test_a_threshold_is_told_before_it_is_passed_and_after(place, person, treasurer, log_in):
    chosen.set_regime(place_id=place.id, since=clock.now().date().replace(day=1), code=FRANCHISE, now=clock.now())
    db.session.refresh(place)
    keeper = log_in(treasurer)
    bill(place, person, line(4_124_000, rate=0, category="E"))
    before = text_of(keeper.get("/manage/billing/invoices"))
    assert "approchent de 41 250,00 €" in before and "au-dessus de 37 500,00 €" in before and "au-dessus de 41 250" not in before

    bill(place, person, line(2_000, rate=0, category="E"))

    assert "(41 260,00 €) sont au-dessus de 41 250,00 €" in text_of(keeper.get("/manage/billing/invoices"))
    db.session.refresh(place)
    assert queries.regime_on(place, clock.now().date()).code == FRANCHISE  # nothing switches by itself


def test_a_legal_fact_has_its_day_and_its_source_and_the_lieu_writes_its_own(place, person, treasurer, log_in, frozen):
    chosen.set_regime(place_id=place.id, since=date(2026, 1, 1), code=FRANCHISE, now=clock.now())
    db.session.refresh(place)
    keeper = log_in(treasurer)
    page = text_of(keeper.get("/manage/billing/settings/legal"))
    assert "Votre expert-comptable a le dernier mot." in page and "37 500,00 €, et 41 250,00 €" in page and "CGI art. 293 B" in page
    path = "/manage/billing/settings/legal"
    asked = {"since": "2027-01-01", "value": "40000", "top": "44000", "source": "Loi de finances pour 2027"}
    assert "au-dessus de l’autre" in text_of(keeper.post(f"{path}/franchise_services", data=asked | {"top": "39999"}))
    assert keeper.post(f"{path}/franchise_services", data=asked).status_code == 302
    mention = {"since": "2026-12-01", "value": "TVA non applicable, art. L. 223-1 du CIBS", "source": "CIBS"}
    before = bill(place, person, line(3_950_000, rate=0, category="E"))
    assert keeper.post(f"{path}/franchise_mention", data=mention).status_code == 302
    after = bill(place, person, line(100, rate=0, category="E"))
    assert [one.said["taxes"][0]["reason"] for one in (before, after)] == ["TVA non applicable, art. 293 B du CGI", mention["value"]]
    assert [one.limit_cents for one in queries.thresholds_on(place, date(2026, 12, 31))] == [3_750_000, 4_125_000]
    assert "à partir du 1er janvier 2027 : 40 000,00 €, et 44 000,00 €" in text_of(keeper.get(path))

    frozen("2027-01-02T10:00+01:00")
    bill(place, person, line(4_000_100, rate=0, category="E"))
    warned = text_of(log_in(treasurer).get("/manage/billing/settings"))
    assert "(40 001,00 €) sont au-dessus de 40 000,00 €" in warned and "approchent de 44 000,00 €" in warned
    assert log_in(treasurer).post(f"{path}/franchise_services/2027-01-01/removal").status_code == 404  # it has begun
    for key, value in (("kept_years", "12"), ("issuing_duty", "2027-09-15"), ("late_indemnity", "40")):
        answer = log_in(treasurer).post(f"{path}/{key}", data={"since": "2027-02-01", "value": value, "source": "à confirmer"})
        assert answer.status_code == 302
    assert "15 septembre 2027" in text_of(log_in(treasurer).get(path))  # a day that the lieu wrote is read as ours are
    assert log_in(treasurer).post(f"{path}/issuing_duty/2027-02-01/removal").status_code == 302
    assert log_in(treasurer).get(f"{path}/nothing").status_code == 404
