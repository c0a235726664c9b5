"""Webhooks: where to tell what happens."""

import marshmallow as ma

from app.api.forms.fields import Choices, Line, Shape
from app.api.forms.shared import Listed
from app.api.rules import EVENTS
from app.core.refusals import N_

URL = 500


class WebhookWish(Shape):
    url = Line(URL, least=1, required=True, metadata={"format": "uri", "description": N_("En https, à une adresse publique.")})
    events = Choices(EVENTS, load_default=list, metadata={"description": N_("Ce qu’il faut dire\u00a0; rien\u00a0: tout.")})


class Webhook(Shape):
    id = ma.fields.Integer(required=True)
    url = ma.fields.String(required=True)
    events = ma.fields.List(ma.fields.String(), required=True)
    created_at = ma.fields.DateTime(required=True)
    disabled_at = ma.fields.DateTime(
        required=True, allow_none=True, metadata={"description": N_("Plus rien n’y est envoyé (réponse 410).")}
    )
    last_error = ma.fields.String(required=True)
    failing_since = ma.fields.DateTime(required=True, allow_none=True)


class NewWebhook(Webhook):
    secret = ma.fields.String(required=True, metadata={"description": N_("Montré cette seule fois\u00a0: whsec_….")})


class Webhooks(Listed):
    items = ma.fields.List(ma.fields.Nested(Webhook), required=True)
