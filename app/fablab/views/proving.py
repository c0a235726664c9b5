"""What the number of a clearance and its code prove to anybody: what it is, whether it still holds; never whose it is."""

import hmac

from flask import current_app
from flask_babel import gettext as _

from app.core import clock
from app.fablab import queries
from app.fablab.rules import check_code, clearance_numbered
from app.web import typography
from app.web.proofs import Proof


def proof(number: str, code: str) -> Proof | None:
    """A line of somebody's booklet; none when the number or the code is not one of ours."""
    clearance_id = clearance_numbered(number)
    if clearance_id is None or not is_same(code, check_code(current_app.config["SECRET_KEY"], clearance_id)):
        return None
    known = queries.public_check(clearance_id)
    if known is None:
        return None
    row, kind, place = known
    words, last = typography.words(), queries.last_day(row, kind, place.tz)
    facts = [(_("Donnée le"), words.date_long(row.given_on)), (_("Par"), place.name)]
    facts.append((_("Valable jusqu’au"), _("%(day)s inclus", day=words.date_long(last)) if last else _("sans limite")))
    title = _("Habilitation « %(name)s »", name=kind.name)
    if row.revoked_on is not None:
        return Proof(title, False, _("retirée le %(day)s", day=words.date_long(row.revoked_on)), facts)
    is_good = last is None or clock.today(place.tz) <= last
    return Proof(title, is_good, _("valable") if is_good else _("arrivée à son terme"), facts)


def is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.strip().lower().encode(), expected.encode())
