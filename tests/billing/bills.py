"""The smallest bill of each sort."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.billing.rules.documents import Line
from app.billing.rules.payments import Payer
from app.billing.services import invoicing
from app.core import clock
from app.core.db import db, transaction
from app.members.models import Organisation


def make_organisation(name="Menuiserie Lefèvre", siren="552100554", email="compta@lefevre.example"):
    with transaction():
        row = Organisation(
            name=name,
            siren=siren,
            email=email,
            street="1 route de Sées",
            postal_code="61500",
            town="Essay",
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
    return row


def line(net, label="Poste, demi-journée", rate=2000, category="S", **more):
    return Line(label, more.pop("quantity", 1000), more.pop("unit", "piece"), net, rate, category, **more)


def draft(place, payer, *lines, **more):
    who = Payer(organisation_id=payer.id) if isinstance(payer, Organisation) else Payer(member_id=payer.id)
    return invoicing.draft(place_id=place.id, payer=who, lines=lines, now=clock.now(), **more)


def bill(place, payer, *lines, **more):
    return invoicing.issue(draft(place, payer, *lines, **more).id, now=clock.now())


def figures(invoice):
    return invoice.net_cents, invoice.vat_cents, invoice.gross_cents


def refuse_changes(session, table):
    """Whoever writes by SQL is refused: no row of this table changes, goes, or takes the place of another."""
    statements = [f"UPDATE {table} SET id = id", f"DELETE FROM {table}"]
    if session.get_bind().dialect.name == "sqlite":  # which removes a replaced row without asking the guard of deletions
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    for statement in statements:
        with pytest.raises(IntegrityError, match=f"{table}_frozen"), session.begin_nested():
            session.execute(sa.text(statement))


def month(year, number):
    first = date(year, number, 1)
    last = date(year + number // 12, number % 12 + 1, 1)
    return first, date.fromordinal(last.toordinal() - 1)
