"""« Mon compte »: what one uses and owes, and one's plans, carnets and tab, by oneself; and the team's side of it."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from app.billing import queries
from app.billing.models import Charge
from app.billing.services import bills
from app.core import clock
from app.core.db import db
from tests.billing.test_selling import make_article, make_pass
from tests.billing.test_subscriptions import make_plan, take
from tests.factories import book_half, make_member
from tests.pages import text_of


@pytest.fixture
def paul(lieu):
    return make_member("Paul")


def text(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(page)).replace("’", "'").split())


def coffee_charge() -> Charge:
    return db.session.scalars(sa.select(Charge).where(Charge.activity == "article")).one()


def held(member, lieu) -> queries.Held:
    return queries.subscriptions_of(member.id, place_id=lieu.place.id)[-1]


def test_the_month_as_it_will_be_billed_is_the_bill(lieu, paul, log_in, frozen):
    take(make_plan(lieu, allowances={"half_days": 1}), paul, "2026-12-16")
    book_half(lieu.pool, "2026-12-03", "morning", paul)
    client = log_in(paul)

    page = text(client.get("/billing/"))

    assert "Décembre 2026, tel qu'il sera facturé" in page
    assert "Mi-temps (16 jours sur 31)" in page and "61,94 €" in page
    assert "68,94 €" in page
    assert "Grande salle" in text(client.get("/billing/lines"))
    frozen("2026-12-31T20:00+01:00")
    run = bills.start_run(lieu.place, date(2026, 12, 1), aim="invoices", now=clock.now())
    bills.go_on(run.id, now=clock.now())
    page = text(log_in(paul).get("/billing/"))
    assert "68,94 € à payer au plus tard le" in page and "F2026-00001" in page


def test_one_joins_changes_pauses_and_leaves_seeing_first_what_it_costs(lieu, paul, log_in):
    small, big = make_plan(lieu, allowances={"half_days": 20, "room_minutes": 60}), make_plan(lieu, "plein", 20_000)
    client = log_in(paul)
    assert "20 demi-journées et 1 h de salle" in text(client.get("/billing/plans"))
    seen = client.post(f"/billing/plans/{small.id}", data={"day": "2026-12-16", "organisation_id": "0", "preview": "1"})
    assert "61,94 €" in text(seen) and "Le mois suivant : 120,00 €" in text(seen)
    assert "Compris d'ici le 31 décembre 2026 : 11 demi-journées et 31 min de salle." in text(seen)
    assert queries.subscriptions_of(paul.id, place_id=lieu.place.id) == []
    for day, status in (("2026-11-30", 422), ("2026-12-01", 302), ("2026-12-01", 422)):
        asked = client.post(f"/billing/plans/{small.id}", data={"day": day, "organisation_id": "0", "confirm": "1"})
        assert asked.status_code == status

    root = held(paul, lieu).root_id
    up = client.post(f"/billing/subscriptions/{root}/plan", data={"plan_id": big.id, "day": "2026-12-16", "preview": "1"})
    assert "58,06 €" in text(up) and "103,23 €" in text(up) and "161,29 €" in text(up)
    client.post(f"/billing/subscriptions/{root}/plan", data={"plan_id": big.id, "day": "2026-12-01", "confirm": "1"})
    down = client.post(f"/billing/subscriptions/{root}/plan", data={"plan_id": small.id, "day": "2026-12-20", "confirm": "1"})
    assert down.status_code == 422 and "fin du mois commencé" in text(down)
    for _ in range(2):
        client.post(f"/billing/subscriptions/{root}/plan", data={"plan_id": small.id, "day": "2027-01-01", "confirm": "1"})
    assert [one.cents for one in held(paul, lieu).stretches] == [20_000, 12_000]
    asleep = {"first": "2026-12-11", "last": "2026-12-20"}
    assert "Le mois suivant" in text(client.post(f"/billing/subscriptions/{root}/pause", data={**asleep, "preview": "1"}))
    client.post(f"/billing/subscriptions/{root}/pause", data={**asleep, "confirm": "1"})
    client.post(f"/billing/subscriptions/{root}/leave", data={"day": "2027-01-31", "confirm": "1"})
    page = text(client.get("/billing/"))
    assert "en pause du vendredi 11 décembre au dimanche 20 décembre" in page and "jusqu'au dimanche 31 janvier" in page
    assert "Plein, 200,00 € par mois" in page and "Mi-temps à partir du vendredi 1er janvier" in page


def test_somebody_else_s_subscription_is_no_page_but_for_the_team(lieu, paul, log_in):
    services_held = take(make_plan(lieu), paul, "2026-12-01")
    stranger = log_in(make_member("Zoé"))
    for way in ("plan", "pause", "leave"):
        assert stranger.get(f"/billing/subscriptions/{services_held.root_id}/{way}").status_code == 404
    assert stranger.get(f"/manage/billing/people/{paul.id}").status_code == 404
    assert stranger.get(f"/billing/plans?member_id={paul.id}").status_code == 404
    team = log_in(lieu.max)
    assert team.get(f"/billing/subscriptions/{services_held.root_id}/leave").status_code == 200


def test_coffees_and_carnets_go_on_ones_tab_up_to_its_cap(lieu, paul, log_in):
    coffee, kind = make_article(lieu, cents=1200), make_pass(lieu)
    client = log_in(paul)
    for status in (302, 302, 422):
        answer = client.post(f"/billing/articles/{coffee.id}")
        assert answer.status_code == status
    assert "s'arrêtent à 30,00 €" in text(answer)
    assert client.post(f"/billing/articles/{coffee.id}/more", data={"quantity": "3"}).status_code == 422
    filament = make_article(lieu, code="pla", cents=4)
    assert "0,04 €, tasse" in text(client.get(f"/billing/articles/{filament.id}/more"))
    assert client.post(f"/billing/articles/{filament.id}/more", data={"quantity": "12,5"}).status_code == 302
    assert "Café, 12,5" in text(client.get("/billing/"))
    assert "0,50 €" in text(client.get("/billing/lines"))
    assert "sur votre facture de décembre 2026. Valable" in text(client.get(f"/billing/passes/{kind.id}"))
    assert queries.balances(paul, place_id=lieu.place.id, on=date(2026, 12, 1)).half_days == 0, "a finger that slips buys nothing"
    assert client.post(f"/billing/passes/{kind.id}").status_code == 302
    assert queries.balances(paul, place_id=lieu.place.id, on=date(2026, 12, 1)).half_days == 10
    assert "99,50 €" in text(client.get("/billing/"))


def test_the_team_sells_gives_gives_up_and_gives_back(lieu, paul, log_in):
    coffee, kind = make_article(lieu), make_pass(lieu)
    take(make_plan(lieu), paul, "2026-12-01")
    client, path = log_in(lieu.max), f"/manage/billing/people/{paul.id}"
    client.post(f"{path}/articles/{coffee.id}")
    client.post(f"{path}/passes/{kind.id}")
    client.post(f"{path}/membership")
    client.post(f"{path}/gifts", data={"what": "half_day:desk", "units": "2", "until": "", "reason": "Bienvenue"})
    page = text(client.get(path))
    assert "Le compte de Paul" in page and "jusqu'au 31 décembre 2026" in page and "F2026-00001" in page
    assert queries.balances(paul, place_id=lieu.place.id, on=date(2026, 12, 1)).half_days == 12
    waiving = f"/manage/billing/charges/{coffee_charge().id}/waiving"
    assert waiving in client.get(f"{path}/lines").text
    assert client.post(waiving, data={"reason": ""}).status_code == 422
    assert client.post(waiving, data={"reason": "Offert"}).status_code == 302
    assert queries.due_cents(paul.id) == 0
    [refund] = re.findall(r"/manage/billing/lots/\d+/refund", client.get(path).text)
    assert client.get(refund).status_code == 200
    assert client.post(refund, data={"reason": "Départ"}).status_code == 302
    assert client.post(refund, data={"reason": "Encore"}).status_code == 422
