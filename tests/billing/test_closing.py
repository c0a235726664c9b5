"""What makes bills last: the day's fingerprint sent outside, closings with perpetual totals, the year's archive, the attestation."""

import hashlib
import io
import json
import tomllib
import zipfile
from contextvars import Context
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.billing.models import Anchor, Closing
from app.billing.papers import attestation
from app.billing.queries import verification
from app.billing.rules.closings import bounds
from app.billing.services import archive, closing, invoicing
from app.core import clock
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.mail import OutgoingMail
from app.wiring import READERS
from tests.billing.bills import bill, line, month, refuse_changes
from tests.factories import make_member
from tests.pages import text_of


def deliver():
    from app.core import journal

    return journal.deliver(READERS, now=clock.now())


def test_each_evening_the_head_of_the_chain_leaves_the_house(place, person, app, frozen, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE_FOLDER", str(tmp_path))
    manager = make_member("Max", roles=("manager",))
    last = [bill(place, person, line(100)) for _ in range(3)][-1]
    assert closing.anchor(now=clock.now()) == 0  # not before the evening

    frozen("2026-12-01T20:30+01:00")
    assert (closing.anchor(now=clock.now()), closing.anchor(now=clock.now())) == (1, 0)
    row = db.session.scalars(sa.select(Anchor)).one()
    assert (str(row.day), row.sequence, row.hash) == ("2026-12-01", 3, last.hash)
    assert (tmp_path / f"anchors/{place.code}.txt").read_text() == f"2026-12-01 3 F2026-00003 {last.hash}\n"
    deliver()
    told = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "invoice.anchored")).all()
    assert [mail.member_id for mail in told] == [manager.id]

    refuse_changes(db.session, "billing_anchor")

    frozen("2026-12-02T20:30+01:00")
    assert closing.anchor(now=clock.now()) == 0  # nothing new was issued
    assert list(verification.faults(place)) == []


def test_an_invoice_is_sent_with_its_pdf_to_who_pays(place, person, company, app):
    mine, theirs = bill(place, person, line(14700, "Laser")), bill(place, company, line(100))
    deliver()
    told = {
        mail.member_id or mail.to_address: mail
        for mail in db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "invoice.issued"))
    }

    assert set(told) == {person.id, company.email}
    with app.test_request_context():
        from app.billing.mails.issued import issued

        letter = issued(told[person.id])
    assert letter.subject == "Facture F2026-00001\u00a0: 176,40\u00a0€"
    assert "Laser" in letter.text and "Il reste 176,40\u00a0€ à payer" in letter.text
    assert [(file.filename, file.content[:5]) for file in letter.attachments] == [("F2026-00001.pdf", b"%PDF-")]
    assert theirs.number == "F2026-00002" and mine.id


def test_days_months_and_years_close_by_themselves_with_perpetual_totals(place, person, frozen, log_in):
    frozen("2026-11-30T10:00+01:00")
    bill(place, person, line(10_000))
    frozen("2026-12-31T23:50+01:00")
    sale = bill(place, person, line(5_000))
    invoicing.credit(sale.id, gross_cents=1_200, reason="Geste", now=clock.now())
    assert closing.close(now=clock.now()) == 2  # the 30th, and November
    frozen("2027-01-01T00:10+01:00")
    bill(place, person, line(700))

    assert (closing.close(now=clock.now()), closing.close(now=clock.now())) == (3, 0)
    rows = db.session.scalars(sa.select(Closing).order_by(Closing.sequence)).all()
    told = [(row.span, str(row.first_day), row.said["period"]["gross_cents"], row.said["perpetual"]["gross_cents"]) for row in rows]
    assert told == [
        ("day", "2026-11-30", 12_000, 12_000),
        ("month", "2026-11-01", 12_000, 12_000),
        ("day", "2026-12-31", 4_800, 16_800),
        ("month", "2026-12-01", 4_800, 16_800),
        ("year", "2026-01-01", 16_800, 16_800),
    ]
    assert rows[-1].said["head"][1] == "A2026-00001"
    refuse_changes(db.session, "billing_closing")
    assert list(verification.faults(place)) == []
    keeper = log_in(make_member("Trésor", roles=("treasurer",)))
    assert "168,00 €" in text_of(keeper.get("/manage/billing/accounts"))
    assert "168,00 €" in text_of(keeper.get(f"/manage/billing/accounts/closings/{rows[-1].id}"))
    assert "sont celles qui ont été émises" in text_of(keeper.get("/manage/billing/accounts/verification"))


def test_a_month_without_another_bill_closes_too(place, person, frozen):
    frozen("2026-11-15T10:00+01:00")
    bill(place, person, line(100))
    frozen("2026-11-20T10:00+01:00")
    assert closing.close(now=clock.now()) == 1
    frozen("2026-12-01T10:00+01:00")

    assert closing.close(now=clock.now()) == 1
    assert [bounds("month", day) for day in month(2026, 2)] == [month(2026, 2)] * 2
    assert bounds("year", month(2028, 2)[1])[1].isoformat() == "2028-12-31"


def test_the_archive_of_a_year_is_read_and_verified_without_the_program(place, person, app, tmp_path, log_in):
    sale = bill(place, person, line(14700, "Laser dès 9 h"))
    invoicing.credit(sale.id, gross_cents=100, reason="Geste", now=clock.now())
    asked = app.test_cli_runner().invoke(args=["billing", "archive", "--year", "2026", str(tmp_path / "a.zip")])
    assert asked.exit_code == 0, asked.output
    keeper = log_in(make_member("Trésor", roles=("treasurer",)))
    page = Context().run(FlaskClient.open, keeper, "/manage/billing/accounts/archive/2026")  # read as servers do: once the request is over

    with zipfile.ZipFile(tmp_path / "a.zip") as made, zipfile.ZipFile(io.BytesIO(page.data)) as same:
        assert made.testzip() is None
        assert [made.read(name) for name in made.namelist()] == [same.read(name) for name in same.namelist()]
        assert {"LISEZMOI.txt", "factures.jsonl", "clotures.jsonl", "tete.json", "pdf/F2026-00001.pdf", "pdf/A2026-00001.pdf"} == set(
            made.namelist()
        )
        previous = "0" * 64
        for text in made.read("factures.jsonl").decode().splitlines():
            piece = json.loads(text)
            assert piece["previous_hash"] == previous
            previous = hashlib.sha256(f"{previous}\n{piece['content']}".encode()).hexdigest()
            assert piece["hash"] == previous
        assert json.loads(made.read("tete.json"))["last"]["hash"] == previous
    page.close()
    assert app.test_cli_runner().invoke(args=["billing", "archive", "--year", "2020", str(tmp_path / "b.zip")]).exit_code == 1
    assert keeper.get("/manage/billing/accounts/archive/2020").status_code == 404
    assert archive.name(place, 2026).endswith("-2026.zip")


def test_the_attestation_names_the_version_of_the_program(place, log_in):
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

    assert attestation.VERSION == project["version"]
    keeper = log_in(make_member("Trésor", roles=("treasurer",)))
    assert keeper.get("/manage/billing/accounts/attestation").data[:5] == b"%PDF-"


def test_the_accounts_page_gives_the_books(place, person, log_in):
    keeper = log_in(make_member("Trésor", roles=("treasurer",)))
    asked = "/manage/billing/accounts?first=2026-01-01&last=2026-12-31"
    assert "rien à exporter" in text_of(keeper.get(f"{asked}&fec=1"))
    bill(place, person, line(14700))

    fec, table = keeper.get(f"{asked}&fec=1"), keeper.get(f"{asked}&csv=1")

    assert "732829320FEC20261231.txt" in fec.headers["Content-Disposition"]
    assert fec.data.count(b"\r\n") == 4
    assert table.data.startswith(b"\xef\xbb\xbf")
    assert keeper.get("/manage/billing/accounts?first=2026-12-31&last=2026-01-01&fec=1").status_code == 422


@pytest.mark.parametrize("event", ["invoice.issued", "invoice.credited"])
def test_a_bill_is_in_the_journal_of_who_pays(place, person, event):
    invoicing.credit(bill(place, person, line(100)).id, reason="Geste", now=clock.now())

    assert db.session.scalar(sa.select(JournalEntry.member_id).where(JournalEntry.event == event)) == person.id
