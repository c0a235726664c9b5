"""Bills to funders: hours really followed, at the price of each line, once; advances taken off; VAT as training bears it."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from app.billing.models import Allocation, Draft, Payment
from app.billing.rules.legal import LIABLE
from app.billing.services import invoicing
from app.core import clock
from app.core.db import transaction
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.queries.billing import due
from app.courses.services import Funder, erasing
from app.courses.services.billing import bill_advance, bill_hours
from tests.billing.bills import make_organisation
from tests.courses.cohorts import make_cohort_a, regularly_held
from tests.pages import text_of


@pytest.fixture
def school(session, frozen):
    """Cohort A, two people: Région pays the first one's 875 h at 8.00, the second pays herself 100 h at 10.00."""
    frozen("2027-01-20T10:00+01:00")
    school = make_cohort_a(people=2)
    with transaction():
        exempt: dict[str, Any] = {"depuis": "2026-01-01", "regime": LIABLE, "taux": 2000, "taux_par_activite": {"training": "exonere"}}
        school.place.vat_regimes, school.place.vat_number = [exempt], "FR44732829320"
    region = make_organisation("Région Normandie")
    with_region, alone = school.enrolments
    gesture = {"actor_id": school.ines.id, "now": clock.now()}
    services.fund(with_region.id, [Funder(region.id, "region", "2027-14", 52_500, 800)], **gesture)
    services.fund(alone.id, [Funder(None, "own", "", 6_000, 1000)], **gesture)
    return school


def test_what_a_drop_out_followed_is_billed_once_and_an_advance_taken_off(school, frozen, log_in, session):
    with_region = school.enrolments[0]
    gesture = {"actor_id": school.ines.id}
    one, own = due(school.cohort, until=date(2027, 7, 30), now=clock.now())
    assert (one.agreed_cents, own.agreed_cents, one.cents_to_bill) == (700_000, 100_000, 0)
    with pytest.raises(Refused) as refused:
        bill_advance(own.line.id, cents=10_000, now=clock.now(), **gesture)
    assert refused.value.codes == ["advance_too_soon"]
    frozen("2027-02-05T10:00+01:00")
    with pytest.raises(Refused) as refused:
        bill_advance(own.line.id, cents=30_001, now=clock.now(), **gesture)
    assert refused.value.codes == ["advance_too_large"]

    page = log_in(school.ines)
    here = f"/manage/courses/cohorts/{school.cohort.id}/funding"
    assert page.post(f"{here}/advances", data={"line_id": one.line.id, "cents": "1 000,00"}).status_code == 302
    advance = invoicing.issue(_only_draft(session).id, now=clock.now())
    assert (advance.kind, advance.gross_cents, advance.vat_cents) == ("advance", 100_000, 0)

    services.leave(with_region.id, last_day=date(2027, 4, 16), half="morning", reason="job", now=clock.now(), **gesture)
    regularly_held(school)
    frozen("2027-08-02T10:00+02:00")
    page = log_in(school.ines)
    shown = text_of(page.get(here))
    assert "374 h 30" in shown and "2 996,00 €" in shown and "1 000,00 €" in shown
    told = text_of(page.post(f"{here}/bills", data={"until": "2027-04-30"}, follow_redirects=True))
    assert "2 factures sont prêtes, en brouillon." in told
    assert "Rien de plus à facturer" in text_of(page.post(f"{here}/bills", data={"until": "2027-07-30"}, follow_redirects=True))

    final = invoicing.issue(next(row.id for row in _drafts(session) if row.organisation_id and row.is_open), now=clock.now())
    assert (final.kind, final.gross_cents, final.prepaid_cents, final.due_cents) == ("final", 299_600, 100_000, 199_600)
    assert final.said["lines"][0]["quantity_milli"] == 374_500
    assert (final.vat_cents, final.said["lines"][0]["category"]) == (0, "E")
    assert "261" in str(final.said)  # the mention of CGI 261, 4-4° a
    with pytest.raises(Refused) as refused:
        services.fund(with_region.id, [], now=clock.now(), **gesture)
    assert refused.value.codes == ["funding_billed"]
    line = next(iter(queries.lines_of(with_region.id)))
    held = page.post(f"/manage/courses/enrolments/{with_region.id}/funding/{line.id}/end")
    assert held.status_code == 422 and "Rien n’a été changé" in held.text

    def kept_until() -> date:
        return next(erasing.stays(with_region.member_id, date(2027, 8, 2))).until

    assert kept_until() == date(2030, 12, 31)
    with transaction():
        paid = Payment(
            place_id=school.place.id, organisation_id=final.organisation_id, means="transfer", provider="house", cents=199_600,
            received_on=date(2028, 1, 12), created_at=clock.now(),
        )  # fmt: skip
        session.add(paid)
        session.flush()
        session.add(Allocation(payment_id=paid.id, invoice_id=advance.id, cents=100_000, created_at=clock.now()))
        session.flush()
    assert kept_until() == date(2031, 12, 31), "three years from the end of the year of the last payment"

    invoicing.credit(final.id, reason="erreur", now=clock.now())
    again = due(school.cohort, until=date(2027, 7, 30), now=clock.now())[0]
    assert (again.cents_to_bill, again.billed.advance_left) == (299_600, 100_000)


def test_hours_go_month_by_month_and_come_to_the_whole(school, frozen, session):
    regularly_held(school)
    frozen("2027-08-02T10:00+02:00")
    gesture = {"actor_id": school.ines.id, "now": clock.now()}
    ends = [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31), date(2027, 6, 30), date(2027, 7, 31)]
    line = due(school.cohort, until=ends[0], now=clock.now())[0].line
    hours = [bill_hours(school.cohort.id, until=end, line_ids=[line.id], **gesture)[0].lines[0]["quantity_milli"] for end in ends]

    assert hours == [140_000, 154_000, 154_000, 126_000, 154_000, 147_000]
    assert sum(row.lines[0]["net_cents"] for row in _drafts(session)) == 700_000


def _drafts(session):
    return list(session.scalars(sa.select(Draft).order_by(Draft.id)))


def _only_draft(session):
    return _drafts(session)[-1]
