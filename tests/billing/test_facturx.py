"""Every kind of document passes the official rules of Factur-X, to the cent, inside a PDF that archives itself."""

import io
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pikepdf
import pytest
from lxml import etree

from app.billing.papers import facturx
from app.billing.papers import invoice as paper
from app.billing.rules import invoices as rules
from app.billing.rules.documents import Line, Tax, credited_by_lines, totals
from app.billing.rules.legal import regime_of
from tests.billing.official import faults

DAY = date(2026, 12, 1)
SELLER = rules.Seller(
    "Worklab de Boitron", "association loi 1901", "Ancienne école", "61500", "Boitron", "FR", "bonjour@worklab.example", "",
    "73282932000074", "W611001234", "FR44732829320", "", "FR7630006000011234567890189", "",
)  # fmt: skip
NO_VAT_NUMBER = SELLER._replace(vat_number="")
PERSON = rules.Buyer("person", "Camille Roux", "camille@example.org", "2 rue du Four", "61500", "Boitron")
COMPANY = rules.Buyer(
    "organisation", "Menuiserie Lefèvre", "compta@lefevre.example", "1 route de Sées", "61500", "Essay", siren="552100554"
)
TERMS = rules.Terms(payment_days=30, late_rate_bp=1000, discount="", footer="")
LIABLE = regime_of([{"depuis": "2026-01-01", "regime": "redevable", "taux": 2000, "taux_par_activite": {"training": "exonere"}}], DAY)
ON_DEBITS = regime_of([{"depuis": "2026-01-01", "regime": "redevable", "taux": 2000, "debits": True}], DAY)
FRANCHISE = regime_of([{"depuis": "2026-01-01", "regime": "franchise"}], DAY)
OUT_OF_SCOPE = regime_of([], DAY)
SALE = rules.Cited("F2026-00001", DAY, "invoice", 7500, 1500, 9000)
ADVANCE = rules.Cited("F2026-00001", DAY, "advance", 15000, 3000, 18000)


def line(price, rate=2000, category="S", *, quantity=1000, unit="piece", label="Poste, demi-journée", **more):
    return Line(label, quantity, unit, price, rate, category, **more)


def document(*lines, kind="invoice", buyer=PERSON, regime=LIABLE, seller=SELLER, taxes=None, **more):
    said = rules.content(
        kind=kind, issued_on=DAY, due_on=date(2026, 12, 31), period=more.pop("period", None), seller=seller, buyer=buyer, lines=lines,
        taxes=taxes, regime=regime, terms=TERMS, own_facts=[], **more,
    )  # fmt: skip
    return said | {"number": "A2026-00001" if kind == "credit_note" else "F2026-00001"}


thirds = (
    [line(-33, label="Un tiers")],
    tuple(tax._replace(net=-tax.net, vat=-tax.vat) for tax in credited_by_lines([line(33)], [Tax("S", 2000, 33, 7)])),
)

DOCUMENTS = {
    "liable to VAT, a person, three rates": document(line(14700), line(200, 1000, activity="article"), line(1013, 550)),
    "liable to VAT, a company, a prorated month and a line given back": document(
        line(12000, quantity=1500, unit="hour", member_name="Ana", used_from=DAY),
        line(8000, cents=5333, unit="month", used_from=DAY, used_to=date(2026, 12, 20)),
        line(-100),
        buyer=COMPANY,
    ),
    "liable to VAT on debits, delivered elsewhere": document(
        line(750),
        buyer=COMPANY,
        regime=ON_DEBITS,
        delivery={"name": "Entrepôt", "street": "3 rue Basse", "postal_code": "61000", "town": "Alençon"},
    ),
    "franchise without a VAT number, a person": document(line(1000, 0, "E"), regime=FRANCHISE, seller=NO_VAT_NUMBER),
    "franchise without a VAT number, a company": document(line(1000, 0, "E"), regime=FRANCHISE, seller=NO_VAT_NUMBER, buyer=COMPANY),
    "out of scope, a person": document(line(1000, 0, "O"), regime=OUT_OF_SCOPE, seller=NO_VAT_NUMBER),
    "out of scope, a company": document(line(1000, 0, "O"), regime=OUT_OF_SCOPE, buyer=COMPANY),
    "membership of a lieu liable to VAT": document(line(2000, 0, "O", activity="membership")),
    "exempt training": document(line(50000, 0, "E", activity="training"), buyer=COMPANY),
    "exempt training with a taxed room": document(line(50000, 0, "E", activity="training"), line(1000), buyer=COMPANY),
    "advance": document(line(15000), kind="advance", buyer=COMPANY),
    "final": document(line(50000), kind="final", buyer=COMPANY, prepaid_cents=18000, cites=[ADVANCE]),
    "security deposit": document(line(5000, 0, "O", activity="deposit"), kind="deposit"),
    "credit note of a pass": document(line(750, quantity=-7000, unit="half_day"), kind="credit_note", cites=[SALE], reason="Départ"),
    "credit note whose VAT is a cent less": document(*thirds[0], kind="credit_note", taxes=thirds[1], cites=[SALE], reason="Geste"),
    "credit note to a company, franchise": document(
        line(-750, 0, "E"), kind="credit_note", regime=FRANCHISE, buyer=COMPANY, seller=NO_VAT_NUMBER, cites=[SALE], reason="Geste"
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_kind_of_document_passes_the_official_rules(name):
    xml = facturx.xml(DOCUMENTS[name])

    assert faults(xml) == []
    assert inexact(xml) == []


def inexact(xml):
    """EN 16931 lets VAT be a cent off and never multiplies: here every amount is counted again."""
    root = etree.fromstring(xml.encode())
    read = lambda node, name: [Decimal(found.text) for found in node.iter(f"{{*}}{name}")]  # noqa: E731
    one = lambda node, name: read(node, name)[0]  # noqa: E731
    cent = Decimal("0.01")
    wrong = []
    for item in root.iter("{*}IncludedSupplyChainTradeLineItem"):
        product = (one(item, "BilledQuantity") * one(item, "ChargeAmount")).quantize(cent, ROUND_HALF_UP)
        if product != one(item, "LineTotalAmount"):
            wrong.append(("line", product))
    settled = root.find(".//{*}ApplicableHeaderTradeSettlement")
    is_credit_note = root.findtext(".//{*}ExchangedDocument/{*}TypeCode") == "381"
    for tax in settled.findall("{*}ApplicableTradeTax"):
        rate = (read(tax, "RateApplicablePercent") or [Decimal(0)])[0]
        vat = (one(tax, "BasisAmount") * rate / 100).quantize(cent, ROUND_HALF_UP)
        if abs(vat - one(tax, "CalculatedAmount")) > (cent if is_credit_note else 0):
            wrong.append(("vat", vat))
    net, vat, gross, due = (
        one(settled, name) for name in ("TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount")
    )
    prepaid = sum(read(settled, "TotalPrepaidAmount"))
    if (net + vat, gross - prepaid) != (gross, due):
        wrong.append(("sum", gross))
    return wrong


def test_the_official_rules_are_really_run():
    assert any("BR-FR" in fault for fault in faults(facturx.xml(document(line(100), seller=SELLER._replace(siret="", rna="W611001234")))))
    assert any(
        "BR-27" in fault
        for fault in faults(facturx.xml(DOCUMENTS["advance"]).replace("<ram:ChargeAmount>150.00", "<ram:ChargeAmount>-150.00"))
    )


def test_what_the_reform_and_the_regimes_ask_is_said():
    company = facturx.xml(DOCUMENTS["liable to VAT, a company, a prorated month and a line given back"])
    person = facturx.xml(DOCUMENTS["liable to VAT, a person, three rates"])
    franchise = facturx.xml(DOCUMENTS["franchise without a VAT number, a company"])

    assert company.count("<ram:Content>B2B</ram:Content>") == 1
    assert "40\u00a0€" in company and "10\u00a0%" in company
    assert person.count("Sans objet (client particulier)") == 3
    assert person.count("<ram:Content>B2C</ram:Content>") == 1
    assert '<ram:ID schemeID="FC">732829320</ram:ID>' in franchise
    assert "TVA non applicable, art. 293 B du CGI" in franchise
    assert "VATEX-FR-FRANCHISE" in franchise
    assert "VATEX-FR-CGI261-4" in facturx.xml(DOCUMENTS["exempt training"])
    assert "<ram:DueDateTypeCode>5</ram:DueDateTypeCode>" in facturx.xml(DOCUMENTS["liable to VAT on debits, delivered elsewhere"])
    assert "<ram:DuePayableAmount>420.00" in facturx.xml(DOCUMENTS["final"])
    assert totals([line(50000)]).gross_cents - 18000 == 42000


def test_the_pdf_holds_the_xml_says_what_it_is_and_is_the_same_each_time():
    said = DOCUMENTS["liable to VAT, a company, a prorated month and a line given back"]

    made = paper.pdf(said)

    assert made == paper.pdf(said)
    assert len(made) < 60_000
    with pikepdf.open(io.BytesIO(made)) as document:
        attached = document.attachments[facturx.FILE_NAME]
        assert attached.get_file().read_bytes().decode() == facturx.xml(said)
        assert str(document.Root.AF[0].AFRelationship) == "/Alternative"
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        xmp = document.Root.Metadata.read_bytes().decode()
    assert "<fx:ConformanceLevel>EN 16931" in xmp
    assert "<pdfaid:part>3" in xmp


def test_a_draft_is_printed_without_a_number_nor_a_file_for_programs():
    said = document(line(100)) | {"number": ""}

    with pikepdf.open(io.BytesIO(paper.draft_pdf(said))) as made:
        assert list(made.attachments) == []


def test_hostile_names_are_only_text():
    wicked = PERSON._replace(name='#read("/etc/passwd") <b>&amp; $x$ \\ " ]', street="*gras* _x_ `y` @z")
    said = document(line(100, label="#panic() <script>"), buyer=wicked)

    assert faults(facturx.xml(said)) == []
    assert paper.pdf(said).startswith(b"%PDF-")
