"""People: who I am; and the members, for those who look after them."""

from app.api import queries
from app.api.forms import people as forms
from app.api.views import answers
from app.api.views.answers import Answer
from app.api.views.door import Caller, Door
from app.billing import queries as billing
from app.core.refusals import N_

bp = Door("people", N_("Personnes"))


@bp.get("/me", N_("Qui je suis, et ce qu’il me reste"), answer=(200, forms.Me))
def me(caller: Caller) -> Answer:
    lieu = queries.lieux()[0]
    return answers.me(caller.member, billing.balances(caller.member, place_id=lieu.id, on=caller.now.astimezone(lieu.tz).date()))
