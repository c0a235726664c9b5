"""A bill in figures: VAT on the sum of each rate, prices that can be written, credit notes to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.billing.rules import documents
from app.billing.rules.documents import Line, Tax, credited_by_gross, credited_by_lines, left_of, reasons_bill, reasons_credit, totals
from app.core.money import half_up
from app.core.refusals import Cents


def line(net, rate=2000, category="S", **more):
    return Line("Ligne", 1000, "piece", net, rate, category, **more)


def by_rate(*lines):
    return totals(lines).by_rate


def codes(reasons):
    return [reason.code for reason in reasons]


def test_vat_is_of_the_sum_of_a_rate_and_never_of_a_line():
    assert totals([line(333)] * 3).vat_cents == 200

    three_rates = totals([line(14700), line(200, 1000), line(1013, 550)])
    assert [(tax.rate_bp, tax.net, tax.vat) for tax in three_rates.by_rate] == [(2000, 14700, 2940), (1000, 200, 20), (550, 1013, 56)]
    assert (three_rates.vat_cents, three_rates.gross_cents) == (3016, 18929)


@pytest.mark.parametrize(
    ("net", "vat", "gross"),
    [(8000, 1600, 9600), (387, 77, 464), (2710, 542, 3252), (4000, 800, 4800), (2667, 533, 3200), (7500, 1500, 9000)],
)
def test_the_figures_of_the_worked_examples(net, vat, gross):
    total = totals([line(net)])

    assert (total.net_cents, total.vat_cents, total.gross_cents) == (net, vat, gross)


def test_a_line_is_quantity_times_price_unless_its_amount_is_given():
    assert Line("Laser", 1500, "hour", 1800, 2000, "S").net_cents == 2700
    assert Line("Mois entamé", 1000, "month", 12000, 2000, "S", cents=8000).net_cents == 8000
    assert Line("Laser", -1500, "hour", 1801, 2000, "S").net_cents == -2702  # a half goes away from zero, alike


def test_a_price_with_taxes_that_cannot_be_written_is_refused_with_its_neighbours():
    (reason,) = documents.reasons_price(999, 2000)

    assert reason == documents.PriceNotWritable(asked=Cents(999), below=Cents(998), above=Cents(1000))
    assert list(documents.reasons_price(998, 2000)) == list(documents.reasons_price(1000, 2000)) == []
    assert list(documents.reasons_price(999, 0)) == []


def test_zero_makes_no_invoice_and_what_is_out_of_scope_stands_alone():
    assert codes(reasons_bill([line(100), line(-100)])) == ["nothing_to_bill"]
    assert codes(reasons_bill([])) == ["nothing_to_bill"]
    assert codes(reasons_bill([line(100), line(2000, 0, "O")])) == ["mixed_with_out_of_scope"]
    assert codes(reasons_bill([line(100), line(100, 0, "E")])) == []


# ---------------------------------------------------------------- credit notes


def test_partial_credit_notes_round_the_running_sum():
    invoice = by_rate(line(100))
    given_back = []
    for cents in (33, 33, 34):
        given_back += credited_by_lines([line(cents)], given_back)

    assert [tax.vat for tax in given_back] == [7, 6, 7]
    assert left_of(invoice, given_back) == [Tax("S", 2000, 0, 0)]


def test_a_credit_note_takes_what_is_left_and_not_a_cent_more():
    invoice = by_rate(line(14700), line(200, 1000))
    laser = credited_by_lines([Line("Laser", 1500, "hour", 1800, 2000, "S")], [])
    assert laser == (Tax("S", 2000, 2700, 540),)

    rest = credited_by_gross(14620, invoice, laser)
    assert sum(tax.net + tax.vat for tax in rest) == 14620
    assert codes(reasons_credit(rest, invoice, laser)) == []
    assert {tax[:2]: tax[2:] for tax in rest} == {("S", 2000): (12000, 2400), ("S", 1000): (200, 20)}
    assert codes(reasons_credit(credited_by_gross(14621, invoice, laser), invoice, laser)) == ["more_than_is_left"]
    assert codes(reasons_credit(credited_by_lines([line(100, 550)], laser), invoice, laser)) == ["more_than_is_left"]
    assert codes(reasons_credit(credited_by_lines([line(201, 1000)], laser), invoice, laser)) == ["more_than_is_left"]


amounts = st.integers(1, 500_000)


@given(st.lists(st.tuples(amounts, st.sampled_from([2000, 1000, 550, 210])), min_size=1, max_size=4), st.lists(amounts, max_size=6))
def test_credit_notes_of_any_amounts_end_at_exactly_nothing(lines, asked):
    invoice = by_rate(*(line(net, rate) for net, rate in lines))
    credited: list[Tax] = []
    for gross in asked:
        wish = credited_by_gross(gross, invoice, credited)
        if not list(reasons_credit(wish, invoice, credited)):
            assert sum(tax.net + tax.vat for tax in wish) == gross
            for tax in wish:
                assert abs(tax.vat - half_up(tax.net * tax.rate_bp, 10_000)) <= 1
            credited += wish

    left = sum(tax.net + tax.vat for tax in left_of(invoice, credited))
    if left:
        credited += credited_by_gross(left, invoice, credited)

    assert all(tax[2:] == (0, 0) for tax in left_of(invoice, credited))
