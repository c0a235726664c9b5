"""From a draft to an invoice that never changes: numbers, amounts, credit notes, and what the database refuses."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.billing import checks, queries
from app.billing.models import Anchor, Counter, Draft, Invoice
from app.billing.queries import books as reads
from app.billing.queries import verification
from app.billing.rules.documents import Line
from app.billing.rules.invoices import advance_put_back
from app.billing.rules.legal import Regime, lateness, regime_of, thresholds
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.core import clock
from app.core.db import db, transaction
from app.core.journal import JournalEntry
from app.core.refusals import Refused
from tests.billing.bills import bill, draft, figures, line, month
from tests.factories import make_member, make_place


def refused(function, *args, **more):
    with pytest.raises(Refused) as said:
        function(*args, now=clock.now(), **more)
    return said.value.codes


def told(event):
    return db.session.scalars(sa.select(JournalEntry).where(JournalEntry.event == event)).all()


# ---------------------------------------------------------------- drafts and invoices


def test_a_draft_has_no_number_may_change_and_becomes_one_invoice(place, person):
    row = draft(place, person, line(1000), origin="run:2026-11:member:1")
    assert draft(place, person, line(999), origin="run:2026-11:member:1").id == row.id
    assert queries.drafts(place.id) == [row]

    invoicing.change_draft(row.id, lines=[line(8000, "Abonnement, 20 jours sur 30")], period=month(2026, 11), now=clock.now())
    invoice = invoicing.issue(row.id, now=clock.now(), actor_id=person.id)

    assert invoicing.issue(row.id, now=clock.now()).id == invoice.id
    assert draft(place, person, line(1), origin="run:2026-11:member:1").invoice_id == invoice.id
    assert (invoice.number, str(invoice.issued_on), str(invoice.due_on)) == ("F2026-00001", "2026-12-01", "2026-12-31")
    assert figures(invoice) == (8000, 1600, 9600)
    assert invoice.said["period"] == ["2026-11-01", "2026-11-30"]
    assert queries.invoices_of(member_id=person.id) == [invoice]
    assert queries.drafts(place.id) == []
    assert refused(invoicing.change_draft, row.id, lines=[line(1)]) == ["already_issued"]
    assert refused(invoicing.discard, row.id) == ["already_issued"]
    (entry,) = told("invoice.issued")
    assert (entry.subject_id, entry.member_id, entry.facts["number"]) == (invoice.id, person.id, "F2026-00001")


def test_a_discarded_draft_leaves_no_number_and_lets_another_come(place, person):
    row = draft(place, person, line(1000), origin="run:1")
    invoicing.discard(row.id, now=clock.now())

    assert refused(invoicing.issue, row.id) == ["already_discarded"]
    assert refused(invoicing.discard, row.id) == ["already_discarded"]
    assert draft(place, person, line(1000), origin="run:1").id != row.id
    assert bill(place, person, line(500)).number == "F2026-00001"


def test_half_a_cent_goes_up_in_a_line_and_in_the_part_of_a_line_given_back():
    assert [line(33, quantity=quantity).net_cents for quantity in (1500, 1499, -1500)] == [50, 49, -50]
    of_an_amount = line(0, quantity=2000, cents=501)
    assert [of_an_amount.part(quantity).net_cents for quantity in (1000, 998, 2000)] == [251, 250, 501]


def test_what_a_credit_note_puts_back_on_an_advance_is_what_the_bill_did_not_ask_itself():
    def put_back(before: int, more: int) -> int:
        return advance_put_back(42_000, before=before, more=more)  # of 600.00, 180.00 were paid in advance

    assert [put_back(0, 42_000), put_back(0, 42_001), put_back(0, 60_000)] == [0, 1, 18_000]
    assert [put_back(40_000, 5_000), put_back(45_000, 5_000), put_back(60_000, 0)] == [3_000, 5_000, 0]


def test_zero_a_mix_with_out_of_scope_and_no_payer_are_refused(place, person):
    def ask(payer, *lines):
        return refused(invoicing.draft, place_id=place.id, payer=payer, lines=lines)

    assert ask(Payer(person.id), line(100), line(-100)) == ["nothing_to_bill"]
    assert ask(Payer(person.id), line(100), line(2000, rate=0, category="O")) == ["mixed_with_out_of_scope"]
    assert ask(Payer(), line(100)) == ["no_buyer"]
    assert db.session.scalar(sa.select(sa.func.count(Draft.id))) == 0


def test_an_employer_has_one_invoice_for_several_people(place, company):
    lines = [line(net, "Abonnement", member_name=name) for name, net in (("Ana", 12000), ("Bob", 12000), ("Cléo", 8400))]

    invoice = bill(place, company, *lines)

    assert figures(invoice) == (32400, 6480, 38880)
    assert invoice.said["buyer"]["siren"] == "552100554"
    assert [said["member_name"] for said in invoice.said["lines"]] == ["Ana", "Bob", "Cléo"]
    assert queries.invoices_of(organisation_id=company.id) == [invoice]


def test_an_advance_is_taken_off_the_final_invoice(place, company):
    advance = bill(place, company, line(15000, "Acompte de 30 % sur le séminaire"), kind="advance")
    final = bill(place, company, line(50000, "Séminaire"), kind="final", cites=[advance.id], prepaid_cents=advance.gross_cents)

    assert figures(advance) == (15000, 3000, 18000)
    assert (*figures(final), final.prepaid_cents, final.due_cents) == (50000, 10000, 60000, 18000, 42000)
    assert final.said["cites"][0]["number"] == advance.number


def test_an_advance_is_taken_off_once_and_comes_back_with_the_credit_note_of_its_final(place, person, company):
    payer = Payer(organisation_id=company.id)
    advance = bill(place, company, line(12333, "Acompte"), kind="advance")  # 148.00
    small = [line(5000, "Premier mois")]
    off = invoicing.take_off([advance], payer, lines=small)
    first = bill(place, company, *small, kind="final", cites=[advance.id], prepaid_cents=off)
    assert (off, first.due_cents, invoicing.take_off([advance], payer, lines=[line(41110)])) == (6000, 0, 8800)
    last = bill(place, company, line(41110, "Le reste"), kind="final", cites=[advance.id], prepaid_cents=8800)
    for again, who, code in (([advance], payer, "advance_taken_off"), ([advance], Payer(person.id), "advance_of_someone_else")):
        with pytest.raises(Refused) as refused:
            invoicing.take_off(again, who, lines=small)
        assert refused.value.codes == [code]
    for cents, codes in ((100, ["advance_taken_off"]), (6100, ["advance_taken_off", "advance_above_bill"])):
        hope = draft(place, company, *small, kind="final", cites=[advance.id], prepaid_cents=cents)
        with pytest.raises(Refused) as refused:
            invoicing.issue(hope.id, now=clock.now())
        assert refused.value.codes == codes
        invoicing.discard(hope.id, now=clock.now())
    with pytest.raises(Refused) as refused:
        invoicing.credit(advance.id, reason="Erreur", now=clock.now())
    assert refused.value.codes == ["advance_is_deducted"]

    invoicing.credit(last.id, gross_cents=40_532, reason="Geste", now=clock.now())  # what it asked for itself
    note = invoicing.credit(last.id, reason="Annulé", now=clock.now())
    assert (note.gross_cents, note.prepaid_cents, note.due_cents) == (-8800, -8800, 0)
    assert (queries.left_to_pay([last.id])[last.id], queries.advances_left([advance])) == (0, 8800)
    entries = list(reads.entries(place, clock.now().date(), clock.now().date()))
    assert all(entry.balance == 0 for entry in entries)
    advances = [row.debit - row.credit for entry in entries for row in entry.rows if row.account == "4191"]
    assert advances == [-12333, 5000, 7333, -7333]
    assert list(verification.faults(place)) == []


# ---------------------------------------------------------------- credit notes


def test_a_whole_credit_note_leaves_nothing_and_does_not_touch_the_invoice(place, person):
    invoice = bill(place, person, line(14700), line(200, "Café", rate=1000))
    before = db.session.execute(sa.select(sa.text("*")).select_from(Invoice.__table__)).one()

    note = invoicing.credit(invoice.id, reason="Séance annulée par le lieu", now=clock.now())

    assert (note.number, figures(note), note.credits_id) == ("A2026-00001", (-14900, -2960, -17860), invoice.id)
    assert note.said["cites"][0]["number"] == invoice.number
    assert sum(tax.net + tax.vat for tax in queries.taxes_of(invoice)) == sum(tax.net + tax.vat for tax in queries.credited(invoice.id))
    assert db.session.execute(sa.select(sa.text("*")).select_from(Invoice.__table__).where(Invoice.id == invoice.id)).one() == before
    assert refused(invoicing.credit, invoice.id, reason="encore") == ["already_credited"]
    assert refused(invoicing.credit, note.id, reason="encore") == ["not_for_a_credit_note"]


def test_partial_credit_notes_never_exceed_what_is_left(place, person):
    invoice = bill(place, person, line(14700), line(200, "Café", rate=1000))

    laser = invoicing.credit(invoice.id, lines=[Line("Laser", 1500, "hour", 1800, 2000, "S")], reason="Panne", now=clock.now())

    assert figures(laser) == (-2700, -540, -3240)
    assert refused(invoicing.credit, invoice.id, gross_cents=14621, reason="trop") == ["more_than_is_left"]
    rest = invoicing.credit(invoice.id, gross_cents=14620, reason="le reste", now=clock.now())
    assert figures(rest) == (-12200, -2420, -14620)
    assert refused(invoicing.credit, invoice.id, gross_cents=1, reason="trop") == ["already_credited"]


def test_thirds_of_a_euro_give_back_all_the_vat(place, person):
    invoice = bill(place, person, line(100))
    notes = [invoicing.credit(invoice.id, lines=[line(cents)], reason="Tiers", now=clock.now()) for cents in (33, 33, 34)]

    assert [note.vat_cents for note in notes] == [-7, -6, -7]


def test_the_rest_of_a_pass_is_refunded_on_the_invoice_of_its_sale(place, person):
    sale = bill(place, person, line(7500, "Carnet de 10", activity="pass"))
    assert figures(sale) == (7500, 1500, 9000)

    refund = invoicing.credit(
        sale.id, lines=[Line("Carnet de 10, 7 tickets", 7000, "half_day", 750, 2000, "S")], reason="Départ", now=clock.now()
    )

    assert figures(refund) == (-5250, -1050, -6300)


# ---------------------------------------------------------------- numbers


def test_numbers_start_again_each_year_and_dates_never_go_back(place, person, frozen):
    frozen("2026-12-31T23:59+01:00")
    with transaction():
        db.session.add(Counter(place_id=place.id, series="F", year=2026, last=0))
    assert bill(place, person, line(100)).number == "F2026-00001"
    frozen("2027-01-01T00:00+01:00")
    assert bill(place, person, line(100)).number == "F2027-00001"

    frozen("2026-12-31T23:30+01:00")  # the clock of the machine is set back an hour
    late = bill(place, person, line(100))
    assert (late.number, str(late.issued_on)) == ("F2027-00002", "2027-01-01")
    frozen("2026-12-30T12:00+01:00")
    assert refused(invoicing.issue, draft(place, person, line(100)).id) == ["clock_went_back"]


def test_a_number_taken_by_what_fails_is_given_back(place, person):
    with pytest.raises(ZeroDivisionError), transaction():
        bill(place, person, line(100))
        raise ZeroDivisionError

    assert bill(place, person, line(100)).number == "F2026-00001"


def test_each_lieu_counts_for_itself(place, person):
    other = make_place(name="Annexe")

    assert [bill(where, person, line(100, rate=0, category="O")).number for where in (place, other, place)] == [
        "F2026-00001",
        "F2026-00001",
        "F2026-00002",
    ]


# ---------------------------------------------------------------- what the database refuses


@pytest.fixture
def three(place, person):
    return [bill(place, person, line(100 + number)) for number in range(3)]


@pytest.fixture
def forty(place, person):
    return [bill(place, person, line(100 + number)) for number in range(40)]


FORBIDDEN = (
    "UPDATE billing_invoice SET gross_cents = gross_cents + 1, net_cents = net_cents + 1 WHERE sequence = 2",
    "UPDATE billing_invoice SET content = content WHERE sequence = 2",
    "DELETE FROM billing_invoice WHERE sequence = 3",
    "DELETE FROM billing_invoice",
)


def test_the_database_refuses_to_change_an_invoice(three, session):
    for statement in FORBIDDEN:
        with pytest.raises(IntegrityError, match="billing_invoice_frozen"), session.begin_nested():
            session.execute(sa.text(statement))
    if session.get_bind().dialect.name == "postgresql":
        with pytest.raises(IntegrityError, match="billing_invoice_frozen"), session.begin_nested():
            session.execute(sa.text("TRUNCATE billing_invoice CASCADE"))
    else:
        row = session.execute(sa.select(Invoice.__table__).where(Invoice.sequence == 2)).mappings().one()
        with pytest.raises(IntegrityError, match="billing_invoice_next"), session.begin_nested():
            session.execute(sa.insert(Invoice.__table__).prefix_with("OR REPLACE").values(**row))


@pytest.mark.parametrize(
    "wrong", [{"rank": 5, "number": "F2026-00005"}, {"sequence": 6}, {"previous_hash": "x" * 64}, {"issued_on": "2026-11-30"}]
)
def test_the_database_refuses_a_gap_a_fork_and_a_return_in_time(three, session, wrong):
    last = session.execute(sa.select(Invoice.__table__).where(Invoice.sequence == 3)).mappings().one()
    following = {**last, "id": last["id"] + 1, "sequence": 4, "rank": 4, "number": "F2026-00004", "previous_hash": last["hash"]}
    if "issued_on" in wrong:
        wrong = {"issued_on": last["issued_on"].replace(month=11)}

    with pytest.raises(IntegrityError, match="billing_invoice_next"), session.begin_nested():
        session.execute(sa.insert(Invoice.__table__).values(**{**following, **wrong}))
    with session.begin_nested() as savepoint:
        session.execute(sa.insert(Invoice.__table__).values(**following))
        savepoint.rollback()


# ---------------------------------------------------------------- what verify sees


def unguard(session):
    """What somebody with the file in hand would do first."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ALTER TABLE billing_invoice DISABLE TRIGGER USER"))
    else:
        for name in ("update", "delete"):
            session.execute(sa.text(f"DROP TRIGGER billing_invoice_frozen_{name}"))


def test_verify_names_the_first_broken_row(forty, app, session, place):
    assert list(verification.faults(place)) == list(checks.guard(session)) == []
    assert app.test_cli_runner().invoke(args=["billing", "verify"]).output == "Les factures sont celles qui ont été émises.\n"
    unguard(session)
    session.execute(sa.text("UPDATE billing_invoice SET gross_cents = gross_cents + 1, net_cents = net_cents + 1 WHERE sequence = 17"))
    session.expire_all()

    faults = list(verification.faults(place))
    assert len(faults) == 1
    assert "la pièce 17 (F2026-00017)" in faults[0]
    said = app.test_cli_runner().invoke(args=["billing", "verify"])
    assert (said.exit_code, said.output.strip()) == (1, faults[0][:1].upper() + faults[0][1:])
    assert [sentence.split(":")[0].strip() for sentence in checks.guard(session)] == [
        "La base ne refuse plus de changer une facture émise ou un règlement"
    ]

    session.execute(sa.text("UPDATE billing_invoice SET content = replace(content, '116', '117') WHERE sequence = 17"))
    session.expire_all()
    assert "Le contenu de la pièce 17 (F2026-00017) a été modifié" in next(iter(verification.faults(place)))


def test_verify_sees_the_last_row_removed_by_what_was_anchored(three, session, place):
    with transaction():
        db.session.add(Anchor(place_id=place.id, day=clock.now().date(), sequence=3, hash=three[-1].hash, anchored_at=clock.now()))
    unguard(session)
    session.execute(sa.text("UPDATE billing_draft SET invoice_id = NULL"))
    session.execute(sa.text("DELETE FROM billing_invoice WHERE sequence = 3"))
    session.execute(sa.text("UPDATE billing_counter SET last = 2"))

    assert ["ancre" in fault and "pièce 3" in fault for fault in verification.faults(place)] == [True]


# ---------------------------------------------------------------- regimes and lateness


def test_the_regime_of_a_day_says_how_each_thing_is_taxed():
    rows = [
        {"depuis": "2026-01-01", "regime": "franchise"},
        {"depuis": "2027-01-01", "regime": "redevable", "taux": 2000, "taux_par_activite": {"training": "exonere", "article": 550}},
    ]
    before, after = regime_of(rows, month(2026, 12)[0]), regime_of(rows, month(2027, 1)[0])

    assert (before.tax_of("desk"), after.tax_of("desk")) == (("E", 0), ("S", 2000))
    assert [after.tax_of(what) for what in ("training", "article", "membership", "deposit")] == [("E", 0), ("S", 550), ("O", 0), ("O", 0)]
    assert regime_of(rows, month(2025, 12)[0]).tax_of("desk") == ("O", 0)


@pytest.mark.parametrize(
    ("code", "income", "told"),
    [
        ("hors_champ", {"services": 6_400_879}, []),
        ("hors_champ", {"services": 6_000_000, "goods": 400_880}, [("accessory_income", False)]),
        ("hors_champ", {"services": 8_001_101}, [("accessory_income", True)]),
        ("franchise", {"services": 2_999_999, "goods": 6_799_999}, []),
        ("franchise", {"services": 3_000_000}, [("franchise_services_base", False)]),
        ("franchise", {"services": 4_125_000}, [("franchise_services_base", True), ("franchise_services_top", False)]),
        ("franchise", {"services": 4_125_001}, [("franchise_services_base", True), ("franchise_services_top", True)]),
        ("franchise", {"goods": 6_800_000}, [("franchise_goods_base", False)]),
        ("redevable", {"services": 99_999_999}, []),
    ],
)
def test_a_threshold_is_told_from_eighty_hundredths_on_and_is_passed_by_one_cent(code, income, told):
    found = thresholds(Regime(code, date(2026, 1, 1)), income, date(2026, 12, 1))
    assert [(one.key, one.is_over) for one in found] == told


def test_a_late_professional_owes_interest_and_forty_euros_and_a_person_nothing():
    terms = {"rate_bp": 1000, "indemnity_cents": 4000}

    assert lateness([(17860, 30)], is_professional=True, **terms) == (147, 4000)
    assert lateness([(17860, 30)], is_professional=False, **terms) == (0, 0)
    assert lateness([(17860, 0)], is_professional=True, **terms) == (0, 0)


def test_professionals_read_the_mentions_of_lateness_and_people_do_not(place, person, company):
    assert set(bill(place, company, line(100)).said["mentions"]) == {"PMT", "PMD", "AAB"}
    assert bill(place, person, line(100)).said["mentions"] == {}
    assert make_member().id  # nothing of another person is touched
