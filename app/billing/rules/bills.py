"""From what was used to the lines of a bill: what is alike goes together, what was given back takes its line away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from app.billing.rules.documents import Line
from app.core.money import half_up
from app.core.refusals import N_, Reason


class NothingToPay(Reason):
    code = "nothing_to_pay"
    sentence = N_("Il n’y a rien à facturer pour ce mois.")
    next_step = N_("Choisissez un autre mois.")


class AlreadyOnAnInvoice(Reason):
    code = "already_on_an_invoice"
    sentence = N_("Cette ligne est déjà sur une facture.")
    next_step = N_("Faites un avoir sur cette facture.")


@dataclass(frozen=True, slots=True)
class Item:
    """Something to bill: one charge, or what a subscription's cycle will be. Cents are before VAT."""

    label: str
    activity: str
    category: str
    rate_bp: int
    cents: int
    first: date
    last: date
    quantity_milli: int = 1000
    unit: str = "piece"
    member_id: int | None = None
    member_name: str = ""
    charge_id: int | None = None
    subscription_id: int | None = None
    cycle_first: date | None = None
    organisation_id: int | None = None


def lines_of(items: Iterable[Item], *, is_named: bool) -> list[Line]:
    """What was used at the same price, one line; `is_named`: an organisation pays for several, each line says for whom."""
    groups: dict[tuple[object, ...], Item] = {}
    for item in items:
        who = item.member_name if is_named else ""
        key = (who, item.activity, item.label, item.category, item.rate_bp, item.unit, item.subscription_id)
        known = groups.get(key)
        groups[key] = _together(known, item) if known else replace(item, member_name=who)
    return [_line(one) for one in sorted(groups.values(), key=_order) if one.cents]


def split(items: Iterable[Item]) -> list[list[Item]]:
    """What may share one document: a membership has its own (EN 16931 lets nothing out of scope sit with taxed lines)."""
    parts: dict[bool, list[Item]] = {}
    for item in items:
        parts.setdefault(item.activity == "membership", []).append(item)
    return [parts[key] for key in sorted(parts)]


def share_label(name: str, days: int, of: int) -> str:
    """« Mi-temps (20 jours sur 30) »."""
    return name if days == of else f"{name} ({days} jour{'s' if days > 1 else ''} sur {of})"


def _together(one: Item, other: Item) -> Item:
    return replace(
        one,
        cents=one.cents + other.cents,
        quantity_milli=one.quantity_milli + other.quantity_milli,
        first=min(one.first, other.first),
        last=max(one.last, other.last),
    )


def _line(item: Item) -> Line:
    quantity, unit = item.quantity_milli, item.unit
    if unit == "minute" and quantity % 60 == 0:
        quantity, unit = quantity // 60, "hour"
    unit_cents, rest = divmod(abs(item.cents) * 1000, abs(quantity)) if quantity else (0, 1)
    is_exact = not rest and (quantity > 0) == (item.cents > 0)
    if not is_exact:  # several prices, a fee, a prorated month: what it comes to is all that can be said
        quantity, unit, unit_cents = (1000 if item.cents > 0 else -1000), "piece", abs(item.cents)
    assert half_up(quantity * unit_cents, 1000) == item.cents
    return Line(
        label=item.label,
        quantity_milli=quantity,
        unit=unit,
        unit_cents=unit_cents,
        rate_bp=item.rate_bp,
        category=item.category,
        member_name=item.member_name,
        used_from=item.first,
        used_to=item.last,
        activity=item.activity,
    )


_RANK = ("plan", "pass", "desk", "office", "room", "space", "machine", "training")


def _order(item: Item) -> tuple[str, int, str, date, int]:
    rank = _RANK.index(item.activity) if item.activity in _RANK else len(_RANK)
    return (item.member_name, rank, item.label, item.first, item.subscription_id or 0)
