"""The files that an accountant and the tax office read."""

from datetime import date

from app.billing.queries import books as queries
from app.billing.rules import books as rules
from app.core.refusals import Refused
from app.core.tables import as_csv
from app.place.models import Place

CSV_NAME = "ecritures.csv"


def files(place: Place, first: date, last: date) -> dict[str, bytes]:
    """Name → content: the FEC of these days, both included, and the same rows for a spreadsheet."""
    siren = place.siret[:9]
    if not siren:
        raise Refused(rules.NoSiren())
    rows = list(rules.fec(queries.entries(place, first, last), queries.chart_of(place.id)))
    header, *lines = rows
    if not lines:
        raise Refused(rules.NoEntry())
    return {
        rules.fec_name(siren, last): rules.fec_bytes(rows),
        CSV_NAME: as_csv((dict(zip(header, line, strict=True)) for line in lines), header),
    }
