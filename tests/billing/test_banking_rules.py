"""Accounts, transfers, mandates and debits: pure rules, and the files they make."""

from datetime import date, datetime

import pytest

from app.billing.papers.debit_order import Creditor, Debit, debit_order
from app.billing.rules import banking, debits, dunning, means
from app.billing.rules.debits import MandateView
from app.billing.rules.means import Fee
from app.billing.rules.transfer import transfer_qr
from tests.billing.banks import order_faults, qr_faults, read_code
from tests.factories import PARIS

IBAN = "FR7630006000011234567890189"
GERMAN = "DE89370400440532013000"


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("iban", "said"),
    [
        (IBAN, []),
        (GERMAN, []),
        (IBAN[:-1] + "8", ["wrong_iban"]),
        (IBAN[:-1], ["wrong_iban"]),
        ("FR76", ["wrong_iban"]),
        ("", ["wrong_iban"]),
        ("ＦＲ7630006000011234567890189", ["wrong_iban"]),
        ("AE070331234567890123456", ["not_sepa"]),
    ],
)
def test_an_account_is_european_and_its_key_is_right(iban, said):
    assert codes(banking.reasons_iban(iban)) == said


def test_what_people_type_becomes_what_banks_read():
    assert banking.compact_iban(" fr76 3000 6000 0112-3456-7890 189 ") == IBAN
    assert banking.shown_iban(IBAN) == "FR76 3000 6000 0112 3456 7890 189"
    assert codes(banking.reasons_bic("AGRIFRPP882")) == [] == codes(banking.reasons_bic(""))
    assert codes(banking.reasons_bic("AGRIFR")) == ["wrong_bic"]
    assert codes(banking.reasons_creditor("FR72ZZZ123456")) == [] and codes(banking.reasons_creditor("FR73ZZZ123456")) == ["wrong_creditor"]
    assert banking.sepa_text("//Zoé Œuvrard & l’Atelier — n° 3 €//", length=70) == "Zoe Oeuvrard + l'Atelier - no 3 EUR"
    assert banking.sepa_text("Łukasz Đorđević", length=70) == "Lukasz Dordevic"
    assert codes(banking.reasons_holder("石川 太郎")) == [] and codes(banking.reasons_holder("// … ‘’")) == ["holder_without_letters"]
    assert banking.sepa_text("a" * 80, length=70) == "a" * 70


def test_banks_rest_at_weekends_and_six_days_a_year():
    resting = ["2026-12-05", "2026-12-25", "2027-01-01", "2027-03-26", "2027-03-29", "2026-05-01"]
    assert not any(banking.is_bank_day(date.fromisoformat(day)) for day in resting)
    assert banking.is_bank_day(date(2026, 11, 11))  # a holiday in France, not for euros
    assert banking.next_bank_day(date(2026, 12, 25)) == date(2026, 12, 28)


@pytest.mark.parametrize(("cents", "said"), [(17860, "EUR178.6"), (1, "EUR0.01"), (10000, "EUR100"), (99_999_999_999, "EUR999999999.99")])
def test_a_phone_reads_the_transfer_to_make(cents, said):
    drawn = transfer_qr(holder="Association L’Atelier à Boîtron", iban=IBAN, cents=cents, reference="F2026-00042")
    payload, level = read_code([[bool(dark) for dark in row] for row in drawn.matrix])
    assert level == "M"
    assert qr_faults(payload, iban=IBAN, cents=cents, reference="F2026-00042") == []
    assert payload.decode().split("\n")[5:8] == ["Association L’Atelier à Boîtron", IBAN, said]


@pytest.mark.parametrize(("iban", "cents"), [(IBAN[:-1] + "8", 100), (IBAN, 0), (IBAN, -5), (IBAN, 100_000_000_000)])
def test_a_wrong_account_or_amount_is_never_drawn(iban, cents):
    with pytest.raises(ValueError, match="that"):
        transfer_qr(holder="Worklab", iban=iban, cents=cents, reference="F2026-00042")


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("mandate", "said"),
    [
        (MandateView("M", date(2026, 11, 25)), []),
        (MandateView("M", date(2026, 11, 26)), ["mandate_in_the_future"]),
        (MandateView("M", date(2023, 12, 10)), []),
        (MandateView("M", date(2023, 12, 8)), ["mandate_lapsed"]),
        (MandateView("M", date(2020, 1, 1), last_used_on=date(2024, 1, 1)), []),
        (MandateView("M", date(2026, 1, 1), revoked_on=date(2026, 12, 9)), ["mandate_revoked"]),
    ],
)
def test_a_mandate_is_signed_used_within_36_months_and_not_revoked(mandate, said):
    assert codes(debits.reasons_mandate(mandate, collection=date(2026, 12, 9), today=TODAY)) == said


def test_the_first_debit_of_a_mandate_is_said_to_be_so():
    assert debits.sequence(MandateView("M", TODAY)) == "FRST"
    assert debits.sequence(MandateView("M", TODAY, last_used_on=TODAY)) == "RCUR"


def test_a_debit_is_for_a_bank_day_to_come_and_announced_in_time():
    assert codes(debits.reasons_collection(TODAY, today=TODAY)) == ["past_collection"]
    assert codes(debits.reasons_collection(date(2026, 11, 29), today=TODAY)) == ["not_a_bank_day"]
    assert codes(debits.reasons_collection(date(2026, 11, 30), today=TODAY)) == []
    notice = {"told_on": date(2026, 11, 25), "notice_days": 14}
    assert codes(debits.reasons_notice(collection=date(2026, 12, 8), **notice)) == ["notice_too_short"]
    assert codes(debits.reasons_notice(collection=date(2026, 12, 9), **notice)) == []
    (short,) = debits.reasons_notice(told_on=date(2026, 11, 27), collection=date(2026, 12, 1), notice_days=8)
    assert short.words == {"count": 8, "day": date(2026, 12, 7)}  # the 5th is a Saturday


def test_the_file_of_debits_is_what_a_bank_takes_and_the_same_each_time():
    written = [
        debit_order(
            [
                Debit("Zoé Œuvrard & fils", IBAN, "", 9600, "FRST", "WL-1-1", date(2026, 11, 1), "WL-7-1", "F2026-00042"),
                Debit("石川 太郎 🎉", IBAN, "", 100, "FRST", "WL-1-3", date(2026, 11, 1), "WL-7-3", "F2026-00045"),
                Debit("Léa", GERMAN, "COBADEFFXXX", 32405, "RCUR", "WL-1-2", date(2026, 1, 1), "WL-7-2", "F2026-00043 F2026-00044"),
            ],
            creditor=Creditor("Association L’Atelier", IBAN, "AGRIFRPP882", "FR72ZZZ123456"),
            collection=date(2026, 12, 9),
            message="WL-20261125-7",
            at=datetime(2026, 11, 25, 9, 30, tzinfo=PARIS),
        )
        for _ in range(2)
    ]
    assert written[0] == written[1]
    assert order_faults(written[0], today=TODAY) == []
    assert b"<Nm>ShiChuan TaiLang :tada:<" in written[0]
    assert b"<CreDtTm>2026-11-25T09:30:00<" in written[0] and b'<InstdAmt Ccy="EUR">324.05<' in written[0]
    assert order_faults(written[0], today=date(2026, 12, 9)) != []  # our copy of the rules knows a file that is late


def test_the_cheapest_way_to_pay_comes_first_with_its_fee():
    ways = means.cheapest_first(["card", "sepa", "transfer"], cents=12_000, fees={"sepa": Fee(cents=20)})
    assert [(way.means, way.fee_cents) for way in ways] == [("transfer", 0), ("sepa", 20), ("card", 205)]


def test_three_reminders_and_never_two_in_a_week():
    def step(day: str, told: int, last: str | None = None) -> int | None:
        return dunning.step_due(
            due_on=date(2026, 12, 1), today=date.fromisoformat(day), told=told, last_told_on=date.fromisoformat(last) if last else None
        )

    assert [step("2026-12-07", 0), step("2026-12-08", 0), step("2026-12-21", 1, "2026-12-08")] == [None, 1, None]
    assert [step("2026-12-22", 1, "2026-12-08"), step("2027-01-05", 2, "2026-12-22"), step("2027-03-01", 3, "2027-01-05")] == [2, 3, None]
    assert [step("2027-02-01", 0), step("2027-02-02", 1, "2027-02-01"), step("2027-02-08", 1, "2027-02-01")] == [1, None, 2]
