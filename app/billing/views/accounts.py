"""For the accountant and the tax office: exports, closings, archives, the publisher's attestation."""

from tempfile import TemporaryFile

from flask import abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.billing import queries
from app.billing.forms.accounts import ExportForm
from app.billing.models import Closing
from app.billing.papers import attestation
from app.billing.queries import closings, verification
from app.billing.services import archive, books
from app.billing.views.door import bills_bp, today
from app.core.refusals import Refused
from app.place import queries as place_queries
from app.web.downloads import shown, taken_away

SPAN_NAMES = ("year", "month", "day")


@bills_bp.get("/accounts")
def accounts() -> ResponseReturnValue:
    place = place_queries.current()
    form = ExportForm(first=today().replace(month=1, day=1), last=today())
    if form.is_asked and form.validate():
        try:
            made = books.files(place, form.first.data, form.last.data)
        except Refused as refused:
            form.refuse(refused)
        else:
            name, content = list(made.items())[0 if "fec" in request.args else 1]
            kind = "text/plain" if "fec" in request.args else "text/csv"
            return taken_away(content, name=name, content_type=f"{kind}; charset=utf-8")
    closed = [(span, closings.closings(place.id, span, limit=12)) for span in SPAN_NAMES]
    return render_template(
        "billing/accounts.html",
        form=form,
        closed=[(span, rows) for span, rows in closed if rows],
        anchors=closings.anchors(place.id, limit=5),
        years=queries.years_of(place.id),
    ), form.status


@bills_bp.get("/accounts/verification")
def verify() -> ResponseReturnValue:
    place = place_queries.current()
    return render_template("billing/verification.html", faults=list(verification.faults(place)), head=queries.head(place.id))


@bills_bp.get("/accounts/closings/<int:closing_id>")
def closing(closing_id: int) -> ResponseReturnValue:
    row = queries.closing(closing_id)
    if row is None or row.place_id != place_queries.current().id:
        abort(404)
    return render_template("billing/closing.html", closing=row, title=_closing_name(row), said=row.said)


@bills_bp.get("/accounts/archive/<int:year>")
def year_archive(year: int) -> ResponseReturnValue:
    place = place_queries.current()
    if year not in queries.years_of(place.id):
        abort(404)
    # A year of papers fits no memory, and the server reads it once the page is over: it closes it too.
    made = TemporaryFile()  # noqa: SIM115
    made.writelines(archive.written(place, year, today=today()))
    made.seek(0)
    return send_file(made, mimetype="application/zip", as_attachment=True, download_name=archive.name(place, year))


@bills_bp.get("/accounts/attestation")
def attestation_pdf() -> ResponseReturnValue:
    seller = queries.seller(place_queries.current())._asdict()
    return shown(attestation.pdf(seller, publisher=seller["name"], day=today()), name="attestation-logiciel.pdf")


def _closing_name(row: Closing) -> str:
    names = {"day": _("Clôture du jour"), "month": _("Clôture du mois"), "year": _("Clôture de l’année")}
    return names[row.span]
