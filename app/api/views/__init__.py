"""The doors of the interface, and what they are made of."""

import flask_smorest
from flask import Flask
from werkzeug.routing import IntegerConverter

from app.api.forms.fields import BIGGEST
from app.api.views import bookings, courses, docs, invoices, people, problems, things, webhooks
from app.api.views.door import describe_troubles
from app.core.refusals import N_
from app.web import csrf, errors

DOORS = (people.bp, things.bp, bookings.bp, courses.bp, invoices.bp, webhooks.bp)

INTRODUCTION = N_(
    "Un jeton par personne, dans l’en-tête Authorization, après le mot Bearer. Les instants sont en RFC 3339 avec leur décalage, "
    "les montants en centimes, les durées en minutes. Une liste se lit par pages (limit, cursor)."
)


class Id(IntegerConverter):
    """A number in an address. One that no column holds is refused by the door: refused here, it would pass for a wrong method."""

    regex = "[0-9]{1,10}"


class Api(flask_smorest.Api):
    """Smorest for fields and description; errors are the house's (`web/errors.py`), which keeps their headers."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """None: see `problems.of_error`."""


def install(app: Flask) -> None:
    app.url_map.converters["id"] = Id
    api = Api(
        app,
        spec_kwargs={
            "title": "Worklab",
            "version": "1",
            "openapi_version": "3.1.0",
            "info": {"description": INTRODUCTION},
            "servers": [{"url": "/"}],
        },
    )
    api.register_converter(Id, lambda _converter: {"type": "integer", "minimum": 1, "maximum": BIGGEST})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    describe_troubles(api.spec.components)
    for door in DOORS:
        api.register_blueprint(door)
        csrf.exempt(door)
    app.register_blueprint(docs.bp)
    app.extensions["api"] = api
    app.extensions["api_described"] = {}
    errors.speak_for(app, "/api/", problems.of_error)
