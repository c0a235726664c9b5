"""What a lieu decides about its bills: VAT regime, terms, accounts."""

from datetime import date, datetime
from typing import Any

from app.billing.models import BillingSettings
from app.billing.rules.legal import LIABLE
from app.core import journal
from app.core.db import transaction
from app.place.models import Place
from app.place.services import touch_settings


def set_regime(
    *,
    place_id: int,
    since: date,
    code: str,
    rate_bp: int = 2000,
    rates: dict[str, int | str] | None = None,
    on_debits: bool = False,
    actor_id: int | None = None,
    now: datetime,
) -> None:
    """The VAT regime from a day on; what was set for that same day is replaced. Bills already issued do not change."""
    with transaction() as session:
        place = session.get_one(Place, place_id, with_for_update=True, populate_existing=True)
        row: dict[str, Any] = {"depuis": since.isoformat(), "regime": code}
        if code == LIABLE:
            row |= {"taux": rate_bp, "taux_par_activite": dict(rates or {}), "debits": on_debits}
        others = [one for one in place.vat_regimes if one["depuis"] != row["depuis"]]
        place.vat_regimes = sorted([*others, row], key=lambda one: one["depuis"])
        session.flush()
        touch_settings(place_id)
        journal.record("place.vat_regime_set", place_id, place_id=place_id, actor_id=actor_id, at=now, since=row["depuis"], regime=code)


def withdraw_regime(*, place_id: int, since: date, actor_id: int | None = None, now: datetime) -> None:
    """A regime that was announced for a day will not come."""
    with transaction() as session:
        place = session.get_one(Place, place_id, with_for_update=True, populate_existing=True)
        place.vat_regimes = [one for one in place.vat_regimes if one["depuis"] != since.isoformat()]
        session.flush()
        touch_settings(place_id)
        journal.record("place.vat_regime_withdrawn", place_id, place_id=place_id, actor_id=actor_id, at=now, since=since.isoformat())


def set_costs(
    *, place_id: int, costs: list[dict[str, Any]], public_money: list[dict[str, Any]], actor_id: int | None = None, now: datetime
) -> None:
    """What each month costs (fixed or variable), and the public money that it brings."""
    with transaction() as session:
        place = session.get_one(Place, place_id, with_for_update=True, populate_existing=True)
        place.monthly_costs, place.public_money = costs, public_money
        session.flush()
        journal.record("place.costs_set", place_id, place_id=place_id, actor_id=actor_id, at=now, costs=len(costs), aids=len(public_money))


def set_billing(*, place_id: int, actor_id: int | None = None, now: datetime, **chosen: Any) -> None:
    """Terms, footer, accounts and journals; what is not given stays as it is."""
    with transaction() as session:
        row = session.get(BillingSettings, place_id, with_for_update=True) or BillingSettings(place_id=place_id)
        for name, value in chosen.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()
        journal.record("place.billing_set", place_id, place_id=place_id, actor_id=actor_id, at=now, what=sorted(chosen))


def set_fact(*, place_id: int, key: str, since: date, value: Any, source: str, actor_id: int | None = None, now: datetime) -> None:
    """A legal fact of the lieu's own, from a day on; what it had written for that very day is replaced."""
    row = {"key": key, "since": since.isoformat(), "value": value, "source": source}
    _change_facts(place_id, key, since, [row], "place.legal_fact_set", actor_id, now)


def withdraw_fact(*, place_id: int, key: str, since: date, actor_id: int | None = None, now: datetime) -> None:
    """A fact that the lieu wrote no longer holds: ours, or its older one, does again."""
    _change_facts(place_id, key, since, [], "place.legal_fact_withdrawn", actor_id, now)


def _change_facts(
    place_id: int, key: str, since: date, instead: list[dict[str, Any]], event: str, actor_id: int | None, now: datetime
) -> None:
    with transaction() as session:
        row = session.get(BillingSettings, place_id, with_for_update=True) or BillingSettings(place_id=place_id, facts=[])
        others = [one for one in row.facts if (one["key"], one["since"]) != (key, since.isoformat())]
        row.facts = sorted([*others, *instead], key=lambda one: (one["key"], one["since"]))
        session.add(row)
        session.flush()
        journal.record(event, place_id, place_id=place_id, actor_id=actor_id, at=now, key=key, since=since.isoformat())
