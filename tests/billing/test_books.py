"""The books: every bill and every payment in double entry, in the file that the tax office reads."""

import csv
import io
from datetime import date

import pytest

from app.billing.queries import books as reads
from app.billing.rules import books as rules
from app.billing.rules.books import Chart, of_invoice
from app.billing.rules.payments import Payer
from app.billing.services import books, invoicing
from app.billing.services.payments import record_payment
from app.billing.services.settings import set_billing
from app.core import clock
from app.core.refusals import Refused
from tests.billing.bills import bill, line
from tests.billing.fec_rules import faults

OURS = Chart({}, {})
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def sides(entry):
    return {row.account: (row.debit, row.credit) for row in entry.rows}


@pytest.fixture
def year(place, person, company):
    """One document of each sort, and money by two means."""
    sale = bill(place, person, line(14700, "Laser, dès 9 h"), line(200, "Café « serré »", rate=1000, activity="article"))
    advance = bill(place, company, line(15000, "Acompte"), kind="advance")
    bill(place, company, line(50000, "Séminaire"), kind="final", cites=[advance.id], prepaid_cents=18000)
    bill(place, person, line(2000, "Adhésion", rate=0, category="O", activity="membership"))
    bill(place, person, line(5000, "Caution du badge", rate=0, category="O", activity="deposit"), kind="deposit")
    invoicing.credit(sale.id, lines=[line(2700, "Laser")], reason="Panne", now=clock.now())
    for means, cents, invoice, whose in (("transfer", 14620, sale, person), ("cash", 18000, advance, company)):
        payer = Payer(organisation_id=whose.id) if whose is company else Payer(member_id=whose.id)
        record_payment(
            place_id=place.id,
            payer=payer,
            means=means,
            cents=cents,
            received_on=clock.now().date(),
            invoice_ids=[invoice.id],
            now=clock.now(),
        )
    return place


def test_each_sort_of_document_goes_to_its_accounts(year):
    sale, advance, final, membership, deposit, note, *money = reads.entries(year, *YEAR)

    assert sides(sale) == {"411": (17860, 0), "706": (0, 14700), "707": (0, 200), "4457200": (0, 2940), "4457100": (0, 20)}
    assert sides(advance) == {"411": (18000, 0), "4191": (0, 15000), "4457200": (0, 3000)}
    assert sides(final) == {"411": (42000, 0), "706": (0, 50000), "4191": (15000, 0), "4457200": (0, 7000)}
    assert sides(membership) == {"411": (2000, 0), "756": (0, 2000)}
    assert sides(deposit) == {"411": (5000, 0), "165": (0, 5000)}
    assert sides(note) == {"411": (0, 3240), "706": (2700, 0), "4457200": (540, 0)}
    assert [(entry.journal, sides(entry)) for entry in money] == [
        ("BQ", {"512": (14620, 0), "411": (0, 14620)}),
        ("CA", {"530": (18000, 0), "411": (0, 18000)}),
    ]
    assert all(entry.balance == 0 for entry in (sale, advance, final, membership, deposit, note, *money))


def test_the_file_of_a_year_keeps_every_rule(year, app, tmp_path):
    asked = app.test_cli_runner().invoke(args=["billing", "fec", "--year", "2026", str(tmp_path / "out")])

    assert asked.exit_code == 0, asked.output
    name = "732829320FEC20261231.txt"
    content = (tmp_path / "out" / name).read_bytes()
    assert faults(name, content, first=YEAR[0]) == []
    table = list(csv.DictReader(io.StringIO((tmp_path / "out/ecritures.csv").read_text("utf-8-sig")), delimiter=";"))
    assert len(table) == content.count(b"\r\n") - 1
    assert {row["JournalCode"] for row in table} == {"VE", "BQ", "CA"}
    december = books.files(year, date(2026, 12, 1), date(2026, 12, 15))
    assert list(december) == ["732829320FEC20261215.txt", "ecritures.csv"]


def test_the_file_says_what_it_cannot_do(year, app, tmp_path, session):
    def flask(*words):
        return app.test_cli_runner().invoke(args=["billing", "fec", *words, str(tmp_path)])

    assert (flask().exit_code, flask("--year", "2026", "--from", "2026-01-01", "--to", "2026-02-01").exit_code) == (2, 2)
    assert flask("--from", "2026-02-01", "--to", "2026-01-01").exit_code == 2
    assert (flask("--year", "2020").exit_code, "rien à exporter" in flask("--year", "2020").output) == (1, True)
    year.siret = ""
    with pytest.raises(Refused) as refused:
        books.files(year, *YEAR)
    assert refused.value.codes == ["no_siren"]
    session.rollback()


def test_the_lieu_chooses_its_accounts_and_its_journals(year):
    set_billing(place_id=year.id, accounts={"services": "7061", "customer": "4111"}, journals={"VE": "Factures"}, now=clock.now())
    content = next(iter(books.files(year, *YEAR).values())).decode("iso8859-15")

    assert "\t7061\t" in content and "\t4111\t" in content and "\t706\t" not in content
    assert "VE\tFactures\t" in content


def test_what_people_wrote_never_breaks_the_file():
    said = {
        "kind": "invoice", "number": "F2026-00001", "issued_on": "2026-12-01", "due_cents": 100, "prepaid_cents": 0, "net_cents": 100, "cites": [],
        "buyer": {"name": 'Zoé\t"L’Œuf"|\n=1+1 😀'}, "lines": [{"activity": "desk", "net_cents": 100}], "taxes": [],
    }  # fmt: skip
    rows = list(rules.fec([of_invoice(said, OURS, auxiliary="M000001")], OURS))

    content = rules.fec_bytes(rows)
    assert faults("732829320FEC20261231.txt", content) == []
    assert "Zoé" in content.decode("iso8859-15") and "Œuf" in content.decode("iso8859-15")
