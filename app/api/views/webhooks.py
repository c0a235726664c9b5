"""Webhooks: who is told what happens here."""

from typing import Any

from flask import Response

from app.api import queries, services
from app.api.forms import webhooks as forms
from app.api.views import answers
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door
from app.api.views.problems import Problem
from app.core.refusals import N_

bp = Door("webhooks", N_("Webhooks"))


@bp.get("/webhooks", N_("À qui l’on dit ce qui se passe ici"), scope="manage", answer=(200, forms.Webhooks))
def webhooks(caller: Caller) -> Answer:
    caller.must("manage_webhooks")
    return answers.page([answers.webhook(row) for row in queries.webhooks()], None)


@bp.post(
    "/webhooks",
    N_("Être prévenu de ce qui se passe ici"),
    scope="manage",
    body=forms.WebhookWish,
    answer=(201, forms.NewWebhook),
    refuses=True,
    example={"url": "https://exemple.fr/worklab", "events": ["booking.confirmed", "booking.cancelled"]},
    description=N_("Selon Standard Webhooks 1.0.0\u00a0: webhook-id, webhook-timestamp, webhook-signature. Essais pendant 20 heures."),
)
def add_webhook(caller: Caller, wish: dict[str, Any]) -> Answer:
    """Without an `Idempotency-Key`: keeping the answer would keep the secret."""
    caller.must("manage_webhooks")
    made, secret = services.add_webhook(url=wish["url"], events=wish["events"], actor_id=caller.id, now=caller.now)
    return {**answers.webhook(made), "secret": secret}


@bp.delete("/webhooks/<id:webhook_id>", N_("Ne plus être prévenu"), scope="manage", answer=(204, None))
def remove_webhook(caller: Caller, webhook_id: int) -> Response:
    caller.must("manage_webhooks")
    if not services.remove_webhook(webhook_id=webhook_id, actor_id=caller.id, now=caller.now):
        raise Problem(404, "not_found")
    return Response(status=204)
