"""What machines cost and bring, beside their tariff: read by who keeps the money; and a table to take away."""

from datetime import date
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock, tables
from app.fablab import queries
from app.fablab.forms import KwhForm
from app.fablab.queries import CostLine
from app.fablab.views.door import bp
from app.members.views import needs
from app.place import queries as place_queries
from app.place import services as place_services
from app.web import downloads
from app.web.forms import SpanForm

KWH = 10_000  # a price of a kWh is kept in hundredths of a cent


@bp.route("/costs", methods=["GET", "POST"])
@needs("manage_billing")
def costs() -> ResponseReturnValue:
    """The figures of a period; and the price of a kWh, said once."""
    place, (first, last) = place_queries.current(), _span()
    known = Decimal(place.kwh_price) / KWH if place.kwh_price is not None else None
    form = KwhForm(data={"kwh": known})
    if form.validate_on_submit():
        price = int(form.kwh.data * KWH) if form.kwh.data is not None else None
        place_services.set_kwh_price(place_id=place.id, price=price, actor_id=current_user.id, now=clock.now())
        flash(_("C’est enregistré."))
        return redirect(request.full_path.rstrip("?"))
    lines = queries.costs(place, first, last, now=clock.now())
    page = render_template(
        "fablab/costs.html",
        first=first,
        last=last,
        lines=lines,
        families=queries.by_family(lines),
        highest=max([*(line.tariff_cents or 0 for line in lines), *(line.hour.cents or 0 for line in lines), 1]),
        form=form,
        taken=url_for(".costs_csv", first_day=first, last_day=last),
    )
    return page, form.status


@bp.get("/costs.csv")
@needs("manage_billing")
def costs_csv() -> ResponseReturnValue:
    """The same, for a spreadsheet; money in euros, before taxes."""
    place, (first, last) = place_queries.current(), _span()
    rows = [_row(line) for line in queries.costs(place, first, last, now=clock.now())]
    return downloads.as_csv(rows, {heading: heading for heading in _row(None)}, name=f"machines-{first}-{last}")


def _row(line: CostLine | None) -> dict[str, object]:
    """A machine as a line of the table; none: the headings alone."""
    return {
        _("Machine"): line and line.thing.name,
        _("Famille"): line and line.thing.family,
        _("Heures d’utilisation"): line and Decimal(line.used_minutes) / 60,
        _("Heures prises, le lieu ouvert"): line and Decimal(line.taken_minutes) / 60,
        _("Heures d’ouverture"): line and Decimal(line.open_minutes) / 60,
        _("Absents"): line and line.no_shows,
        _("Recettes (€ HT)"): line and tables.euros(line.earned_cents),
        _("Heures sur forfaits et abonnements"): line and Decimal(line.covered_minutes) / 60,
        _("Usure (€)"): line and tables.euros(line.cost.wear_cents),
        _("Entretien (€)"): line and tables.euros(line.cost.upkeep_cents),
        _("Électricité (kWh)"): line and (Decimal(line.cost.watt_hours) / 1000 if line.cost.watt_hours is not None else None),
        _("Électricité (€)"): line and tables.euros(line.cost.current_cents),
        _("Coût (€)"): line and tables.euros(line.cost.cents),
        _("Coût d’une heure (€)"): line and tables.euros(line.hour.cents),
        _("Tarif d’une heure (€ HT)"): line and tables.euros(line.tariff_cents),
    }


def _span() -> tuple[date, date]:
    return SpanForm().days(clock.today(place_queries.current().tz))
