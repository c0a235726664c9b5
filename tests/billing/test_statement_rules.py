"""Bank statements: three ways of writing them, read alike; hostile ones refused; and what their lines pay."""

import time
from datetime import date

import pytest

from app.billing.rules.reconciliation import PAYOUT_DELAY, HeldPayment, OpenDebit, OpenInvoice, OpenSlip, Waiting, numbers_in, proposals
from app.billing.rules.statements import BankLine, read_statement
from app.billing.rules.statements.lines import cents_of
from app.core.refusals import Refused


def camt(*entries: str, version: str = "08") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{"".join(entries)}</Stmt></BkToCstmrStmt></Document>""".encode()


def entry(amount: str, sense: str, details: str = "", *, status: str = "<Cd>BOOK</Cd>", ref: str = "", day: str = "2026-12-07") -> str:
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sense}</CdtDbtInd><Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>
<AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"""


def payment(amount: str, text: str, name: str = "Zoé", end: str = "NOTPROVIDED", reason: str = "") -> str:
    returned = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    return f"""<TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>
<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>{returned}</TxDtls>"""


OFX = """OFXHEADER:100
DATA:OFXSGML
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>01234567890</BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261207120000[+1:CET]<TRNAMT>+96,00<FITID>A1<NAME>VIR ZOE &amp; CIE<MEMO>F2026-00042 \xe9t\xe9</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261208<TRNAMT>-1.20<FITID>A2<NAME>FRAIS</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>""".encode("cp1252")

CSV = """Compte courant n° 0123;;
Solde au 08/12/2026;1 234,56 EUR;

Date opération;Libellé;Débit euros;Crédit euros
07/12/2026;VIR ZOE F2026-00042;;"96,00"
08/12/26;FRAIS DE TENUE;-1,20;
Total;;-1,20;96,00
""".replace("1 234", "1\u00a0234").encode("cp1252")


def test_three_ways_to_write_a_statement_are_read_alike():
    in_xml = camt(
        entry("96.00", "CRDT", payment("96.00", "F2026-00042"), ref="A1"),
        entry("1.20", "DBIT", ref="A2", day="2026-12-08"),
        entry("50.00", "CRDT", status="<Cd>PDNG</Cd>"),  # announced: not there yet
    )
    said = [[(line.on.day, line.cents) for line in read_statement(data).lines] for data in (in_xml, OFX, CSV)]
    assert said == [[(7, 9600), (8, -120)]] * 3
    assert ["F2026-00042" in read_statement(data).lines[0].text for data in (in_xml, OFX, CSV)] == [True] * 3
    assert read_statement(in_xml).account == "FR7630006000011234567890189" and read_statement(in_xml).lines[0].name == "Zoé"
    assert read_statement(OFX).lines[0].text == "VIR ZOE & CIE F2026-00042 été"


def test_a_collected_entry_tells_each_of_its_payments():
    whole = camt(
        entry("296.00", "CRDT", payment("96.00", "F2026-00042") + payment("200.00", "F2026-00043", name="Léo"), ref="R"), version="02"
    )
    assert [(line.cents, line.text, line.key) for line in read_statement(whole).lines] == [
        (9600, "F2026-00042", "R/1"),
        (20000, "F2026-00043", "R/2"),
    ]
    (returned,) = read_statement(camt(entry("96.00", "DBIT", payment("96.00", "", end="WL-7-1", reason="AM04")))).lines
    assert (returned.cents, returned.end_to_end, returned.reason) == (-9600, "WL-7-1", "AM04")


def test_the_parts_of_a_collected_entry_may_stand_one_floor_down_and_count_only_if_they_add_up():
    """Some banks write each payment's amount in AmtDtls/TxAmt; parts that are not the whole are told as one line."""
    part = "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls>"
    for first, cents in (("96.00", [9600, 20000]), ("95.00", [29600])):
        written = camt(entry("296.00", "CRDT", part.format(first, "F2026-00042") + part.format("200.00", "F2026-00043")))
        assert [line.cents for line in read_statement(written).lines] == cents
    assert [line.cents for line in read_statement(camt(entry("5.00", "CRDT", "<TxDtls/><TxDtls/>"))).lines] == [500]


@pytest.mark.parametrize(
    ("written", "cents"),
    [("1.234,56", 123456), ("1,234.56", 123456), ("-1\u202f234,56 €", -123456), ("+12.5", 1250), ("12,5000", 1250), ("7", 700)],
)
def test_an_amount_is_read_as_french_and_english_banks_write_it(written, cents):
    assert cents_of(written) == cents


@pytest.mark.parametrize("written", ["12,345", "1,2,3", "--1", "douze", "", "١٢"])
def test_an_amount_that_is_not_clear_is_never_guessed(written):
    with pytest.raises(Refused) as refused:
        cents_of(written)
    assert refused.value.codes == ["unclear_amount"]


def test_a_line_has_the_same_name_in_every_statement_that_tells_it():
    twice = b"Date;Libelle;Montant\n07/12/2026;CAFE;1,00\n07/12/2026;CAFE;1,00\n"
    longer = twice + b"08/12/2026;CAFE;1,00\n"
    first, second = ([line.key for line in read_statement(data).lines] for data in (twice, longer))
    assert len(set(first)) == 2 and second[:2] == first and len(set(second)) == 3


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty_statement"),
        (b"   ", "empty_statement"),
        (b"x" * 5_000_001, "statement_too_large"),
        (b"%PDF-1.7 \0\0", "not_text"),
        (b"a;b;c\n1;2;3\n", "no_columns"),
        (b"Date;Montant\n", "no_line"),
        (b"Date;Montant\n31/02/2026;1,00\n", "unclear_day"),
        (b"Date;Montant\n07/12/1999;1,00\n", "unclear_day"),
        (b"Date;Montant\n07/12/2026;1,005\n", "unclear_amount"),
        (b"Date;Montant\n07/12/2026;=1+1\n", "unclear_amount"),
        ("Date;Montant\n07/12/2026;١٢\n".encode(), "unclear_amount"),
        (b"Date;Montant\n07/12/2026;NaN\n", "unclear_amount"),
        (b"Date;Montant;Devise\n07/12/2026;1,00;USD\n", "not_in_euros"),
        (b"Date;Montant\n07/12/2026;99999999999,00\n", "amount_too_large"),
        (b"<Document><oops>", "broken_xml"),
        (b"<Document/>", "not_camt"),
        (b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "b">]><Document>&a;</Document>', "suspect_xml"),
        (b'<?xml version="1.0"?><!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>', "suspect_xml"),
        (camt(entry("1.00", "CRDT").replace('"EUR"', '"USD"')), "not_in_euros"),
        (camt(entry("1e3", "CRDT")), "unclear_amount"),
        (camt(entry("-1.00", "CRDT")), "unclear_amount"),
        (b"OFXHEADER:100\n", "not_ofx"),
        (b"<OFX><CURDEF>USD<STMTTRN><DTPOSTED>20261207<TRNAMT>1</STMTTRN>", "not_in_euros"),
        (b"<OFX><STMTTRN><DTPOSTED>2026<TRNAMT>1</STMTTRN>", "unclear_day"),
        (b"Date;Montant\n" + b"07/12/2026;1,00\n" * 20_001, "too_many_lines"),
    ],
)
def test_what_is_not_a_statement_is_refused_with_its_reason(data, why):
    with pytest.raises(Refused) as refused:
        read_statement(data)
    assert refused.value.codes == [why]


def test_bombs_burst_in_our_hands_without_harm():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bombs = [
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "ha">{laughs}]><Document>&a9;</Document>'.encode(),
        b"<a>" * 200_000,
        b"<OFX>" + b"<STMTTRN>" * 400_000,
        b"Date;Montant\n" + b'"' * 400_000,
        b"<OFX>" + b"<" * 1_000_000,
    ]
    for bomb in bombs:
        start = time.perf_counter()
        with pytest.raises(Refused):
            read_statement(bomb)
        assert time.perf_counter() - start < 2


def test_numbers_are_found_however_people_write_them():
    known = ["F2026-00042", "F2026-00043", "F2026-10042"]
    for text in ("F2026-00042", "facture f2026 00042 merci", "REFF202600042", "F2026.00042/2", "VIR F2026-00042F2026-00099"):
        assert numbers_in(text, known) == ["F2026-00042"], text
    assert numbers_in("F2026-000421", known) == []  # longer: another one
    assert numbers_in("F2026-00043 et F2026-00042", known) == ["F2026-00043", "F2026-00042"]


def line(cents: int, text: str = "", **more: object) -> BankLine:
    return BankLine(on=date(2026, 12, 10), cents=cents, text=text, **more)


def told(bank_line: BankLine, **waiting: object) -> list[tuple[str, tuple, bool]]:
    return [(one.kind, one.parts, one.automatic) for one in proposals(bank_line, Waiting(**waiting))]


def test_a_payout_may_come_on_the_day_of_its_payments_and_never_before_nor_weeks_after():
    def found(on: date) -> bool:
        held = [HeldPayment(1, 12000, 205, on)]
        return bool(told(line(11795, "STRIPE"), held={"stripe": held}))

    assert [found(date(2026, 12, day)) for day in (10, 11)] == [True, False]
    assert [found(date(2026, 12, 10) - PAYOUT_DELAY * 3), found(date(2026, 12, 9) - PAYOUT_DELAY * 3)] == [True, False]


def test_amount_and_reference_act_and_the_amount_alone_only_proposes():
    bills = [OpenInvoice(1, "F2026-00042", 9600), OpenInvoice(2, "F2026-00043", 9600), OpenInvoice(3, "F2026-00044", 400)]
    assert told(line(9600, "F2026-00042"), invoices=bills)[0] == ("invoices", ((1, 9600),), True)
    assert told(line(9600, "merci"), invoices=bills) == [("invoices", ((1, 9600),), False), ("invoices", ((2, 9600),), False)]
    assert told(line(10000, "F2026-00042 F2026-00044"), invoices=bills) == [("invoices", ((1, 9600), (3, 400)), True)]
    assert told(line(1234, "merci"), invoices=bills) == []
    (more,) = proposals(line(10000, "F2026-00042"), Waiting(invoices=bills))
    assert (more.parts, more.automatic, more.credit_cents) == (((1, 9600),), False, 400)  # paid too much: kept, once confirmed
    (less,) = proposals(line(5000, "F2026-00042"), Waiting(invoices=bills))
    assert (less.parts, less.automatic, less.credit_cents) == (((1, 5000),), False, 0)


def test_the_payer_s_name_comes_before_the_amount_alone_in_whatever_order_it_is_written():
    bills = [
        OpenInvoice(1, "F2026-00041", 9600, "Noé Martin"),
        OpenInvoice(2, "F2026-00042", 9600, "Jean-Éric Le Goff"),
        OpenInvoice(3, "F2026-00043", 2400, "Jean-Éric Le Goff"),
        OpenInvoice(4, "F2026-00044", 9600, "Éric Durand"),
        OpenInvoice(5, "F2026-00045", 30_000, "Ana Diaz", asked_cents=10_000),
    ]

    def parts(bank_line: BankLine) -> list[tuple]:
        assert not any(one.automatic for one in proposals(bank_line, Waiting(invoices=bills)))
        return [one.parts for one in proposals(bank_line, Waiting(invoices=bills))]

    assert parts(line(9600, "VIREMENT", name="LE GOFF JEAN ERIC")) == [((2, 9600),), ((4, 9600),), ((1, 9600),)]  # « Éric » is half of it
    assert parts(line(12_000, "VIR M. JEAN-ERIC LE GOFF")) == [((2, 9600), (3, 2400))]  # all that he owes, at once
    assert parts(line(5000, "LE GOFF, Jean Éric")) == [((2, 5000),)]
    assert parts(line(5000, "JEAN LE GOFF")) == []
    assert parts(line(10_000, "merci")) == [((5, 10_000),)]  # a part that was agreed on
    assert told(line(10_000, "F2026-00045"), invoices=bills) == [("invoices", ((5, 10_000),), True)]
    assert told(line(9600, "F2026-00041 LE GOFF JEAN ERIC"), invoices=bills)[0] == ("invoices", ((1, 9600),), True)


def test_a_file_of_debits_is_known_by_its_name_and_a_debit_by_its_reference():
    debits = [
        OpenDebit(1, "WL-7-1", "WL-7-FRST", 9600),
        OpenDebit(2, "WL-7-2", "WL-7-RCUR", 5000),
        OpenDebit(3, "WL-7-3", "WL-7-RCUR", 400),
    ]
    assert told(line(5400, "PRLV", batch="WL-7-RCUR"), debits=debits) == [("debits", ((2, 5000), (3, 400)), True)]
    assert told(line(5400, "REMISE PRLV WL 7 RCUR"), debits=debits) == [("debits", ((2, 5000), (3, 400)), True)]
    assert told(line(5400, "PRLV"), debits=debits) == [("debits", ((2, 5000), (3, 400)), False)]
    assert told(line(9600, end_to_end="WL-7-1"), debits=debits)[0] == ("debits", ((1, 9600),), True)
    paid = [OpenDebit(1, "WL-7-1", "WL-7-FRST", 9600, is_paid=True)]
    assert told(line(-9600, end_to_end="WL-7-1", reason="AM04"), debits=paid) == [("return", ((1, 9600),), True)]
    (with_fee,) = proposals(line(-9890, "REJET PRLV WL-7-1"), Waiting(debits=paid))
    assert (with_fee.kind, with_fee.automatic, with_fee.fee_cents) == ("return", False, 290)
    assert told(line(-120, "FRAIS DE TENUE DE COMPTE"), debits=paid) == [("fee", (), False)]


def test_a_payout_is_one_line_for_several_payments_less_their_fees():
    held = {"stripe": [HeldPayment(1, 12000, 205, date(2026, 12, 7)), HeldPayment(2, 5000, 100, date(2026, 12, 8))]}
    (one,) = proposals(line(11795, "STRIPE PAYMENTS EUROPE"), Waiting(held=held))
    assert (one.kind, one.parts, one.fee_cents, one.automatic) == ("payout", ((1, 12000),), 205, True)
    assert told(line(16695, "VIREMENT STRIPE"), held=held) == [("payout", ((1, 12000), (2, 5000)), True)]
    assert told(line(16695, "VIREMENT"), held=held) == [("payout", ((1, 12000), (2, 5000)), False)]
    alike = {"stripe": [HeldPayment(number, 12000, 205, date(2026, 12, 7)) for number in (1, 2)]}
    assert [auto for _, _, auto in told(line(11795, "STRIPE"), held=alike)] == [False, False]  # which of the two? a person says
    assert told(line(8000, "REMISE CHQ B2026-003"), slips=[OpenSlip(4, "B2026-003", 8000)]) == [("slip", ((4, 8000),), True)]
