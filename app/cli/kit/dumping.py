"""A lieu becomes a kit: the same keys as are read, in one fixed order, so that the same lieu is always the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import yaml

from app.billing.models import Article, BillingSettings, PassType, Plan, Price, TariffGroup
from app.booking.models import KindRules, Resource
from app.booking.rules import priced_as
from app.cli.kit import FORMAT, coupons, life, payments
from app.cli.kit import seats as pool_seats
from app.cli.kit.loading import FULL, KINDS_OF
from app.cli.kit.shape import ROOM_KINDS, UNITS
from app.cli.kit.things import RULES, WEEKDAYS
from app.core.db import db
from app.fablab.models import Box, ClearanceType, Machine, Tool
from app.place.models import Closure, OpeningException, OpeningHours, Place


def dump(place: Place) -> str:
    """The lieu as a kit's file (YAML)."""
    rows = db.session.scalars(sa.select(Resource).where(Resource.place_id == place.id).order_by(Resource.rank, Resource.id))
    things = [row for row in rows if row.state != "retired"]
    every = db.session.scalars(sa.select(Price).where(Price.place_id == place.id).order_by(Price.id))
    machines = {f"resource:{row.code}" for row in things if row.kind == "machine"}
    prices: list[Price] = []
    dated: list[Price] = []
    for price in every:
        tells_itself = price.what.startswith("family:") or price.what in machines
        (prices if tells_itself or not (price.valid_from or price.valid_to) else dated).append(price)
    spaces = {row.id: row.code for row in things if row.kind == "space"}
    kit = {
        "format": FORMAT,
        "lieu": _place(place),
        "horaires": _week(place),
        "horaires_exceptionnels": [
            _some(jour=row.day, horaires=[_span(*span) for span in row.spans], motif=row.label)
            for row in _all(OpeningException, place, OpeningException.day)
        ],
        "demi_journees": {
            "matin": _span(place.morning_from, place.morning_to),
            "apres_midi": _span(place.afternoon_from, place.afternoon_to),
        },
        "fermetures": [
            _some(du=row.first_day, au=row.last_day, motif=row.label)
            for row in _all(Closure, place, Closure.first_day)
            if not row.cancelled
        ],
        "espaces": [_thing(row, spaces, prices) for row in things if row.kind == "space"],
        "ressources": {
            "postes": list(_desks(things, spaces, prices)),
            "salles": [_room(row, spaces, prices) for row in things if row.kind in ROOM_KINDS.values()],
            "machines": [_machine(row, spaces, prices) for row in things if row.kind == "machine"],
        },
        "fond_de_plan": life.drawing_said(place.id),
        "habilitations": [_clearance(row) for row in _all(ClearanceType, place, ClearanceType.id)],
        "outils": [_tool(row) for row in _all(Tool, place, Tool.id) if row.state != "retired"],
        "casiers": [_box(row) for row in _all(Box, place, Box.id) if row.state != "retired"],
        "cles": life.keys_said(place.id),
        "groupes_tarif": [
            _some(code=row.code, nom=row.name, remise_pct=row.discount_percent or None) for row in _all(TariffGroup, place, TariffGroup.id)
        ],
        "tarifs": _tariffs(prices),
        "carnets": [_pass(row, prices) for row in _all(PassType, place, PassType.id)],
        "abonnements": [_plan(row) for row in _all(Plan, place, Plan.id)],
        "consommables": [_article(row, prices) for row in _all(Article, place, Article.id)],
        "codes_reduction": coupons.said(place),
        "prix_dates": [_dated(price) for price in dated],
        "facturation": _billing(place),
        "paiements": _some(**told) if (told := payments.said(place, _amount)) else None,
        "charges_mensuelles": [
            _some(nom=cost["nom"], montant=_amount(cost["cents"]), variable=cost.get("variable")) for cost in place.monthly_costs
        ],
        "argent_public": [{"nom": aid["nom"], "montant": _amount(aid["cents"])} for aid in place.public_money],
        **_kind_rules(place),
        "programme": place.extras.get("programme"),
    }
    said = {key: value for key, value in kit.items() if value not in (None, [], {})}
    return yaml.dump(said, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=140)


class _Dumper(yaml.SafeDumper):
    """Two spaces before the dashes of a list, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _place(place: Place) -> dict[str, Any]:
    return _some(
        code=place.code,
        nom=place.name,
        nom_court=place.short_name,
        demonstration=place.is_demo or None,
        forme=place.legal_form,
        adresse=_some(rue=place.street, code_postal=place.postal_code, commune=place.town, insee=place.insee, pays=place.country),
        fuseau=place.zone,
        langue=place.locale,
        jours_feries={
            "pays": place.holidays_country,
            "alsace_moselle": {"": False, "57": "moselle", "6AE": "alsace"}[place.holidays_subdivision],
        },
        regime_tva=[_regime(row) for row in place.vat_regimes],
        courriel=place.email,
        telephone=place.phone,
        comment_venir=place.how_to_come,
        siret=place.siret,
        rna=place.rna,
        nda=place.training_number,
        referent_handicap=place.disability_referent or None,
        tva=place.vat_number,
        iban=place.iban,
        acces_badge="24/7" if place.badge_all_hours else None,
        ardoise_plafond=_amount(place.tab_cap_cents),
        ardoise_articles=_amount(place.articles_cap_cents) if place.articles_cap_cents != 3_000 else None,
        confiance_demi_journees=place.trust_units or None,
        prix_kwh=f"{place.kwh_price // 10_000}.{place.kwh_price % 10_000:04}" if place.kwh_price is not None else None,
        reglement_interieur=place.house_rules,
    )


def _regime(row: Mapping[str, Any]) -> dict[str, Any]:
    rates = {what: rate if isinstance(rate, str) else _amount(rate) for what, rate in row.get("taux_par_activite", {}).items()}
    rate = _amount(row["taux"]) if "taux" in row else None
    return _some(depuis=row["depuis"], regime=row["regime"], taux=rate, taux_par_activite=rates, debits=row.get("debits") or None)


def _billing(place: Place) -> dict[str, Any] | None:
    row = db.session.get(BillingSettings, place.id)
    if row is None:
        return None
    return _some(
        jours=row.payment_days, penalites=_amount(row.late_rate_bp), escompte=row.discount, pied=row.footer, bic=row.bic,
        comptes=dict(row.accounts), journaux=dict(row.journals), regles=[dict(fact) for fact in row.facts],
    )  # fmt: skip


def _week(place: Place) -> dict[str, list[str]]:
    rows = _all(OpeningHours, place, OpeningHours.weekday, OpeningHours.opens)
    return {
        name: [_span(row.opens, row.closes) for row in rows if row.weekday == weekday]
        for weekday, name in enumerate(WEEKDAYS)
        if any(row.weekday == weekday for row in rows)
    }


# ------------------------------------------------------------------ things


def _thing(row: Resource, spaces: Mapping[int, str], prices: Iterable[Price], **first: Any) -> dict[str, Any]:
    rules = dict(row.rules)
    rules.pop("sold_by", None)
    hours = rules.pop("hours", None)
    evening = rules.pop("free_until", None)
    said = _some(
        **first,
        code=None if "pool" in first else row.code,
        nom=row.name,
        espace=spaces.get(row.space_id or 0),
        places=row.capacity if row.capacity != 1 and "pool" not in first else None,
        surface_m2=row.details.get("surface_m2"),
        description=row.description,
        equipement=list(row.equipment),
        publique=None if row.public else False,
        reservable=_bookable(row),
        etat=None if row.state == "in_service" else row.state,
        plan=list(row.plan_box) if row.plan_box else None,
        horaires={WEEKDAYS[int(day)]: [_span(*span) for span in spans] for day, spans in hours.items() if spans} if hours else None,
        annulation_jusqua=_evening(evening) if evening is not None else None,
    )
    said |= {key: rules[ours] for key, ours in RULES.items() if rules.get(ours) is not None}
    units = {"minutes": "prix_heure", "day_cap": "plafond_jour", "half_day": "prix_demi_journee", "day": "prix_jour"}
    if row.kind != "machine":
        mine = {price.unit: price.cents for price in prices if price.what == priced_as(row.kind, row.code)}
        said |= {name: _amount(mine[unit]) for unit, name in units.items() if unit in mine}
    return said


def _bookable(row: Resource) -> bool | None:
    usual = row.kind != "space"
    return None if row.bookable == usual else row.bookable


def _desks(things: list[Resource], spaces: Mapping[int, str], prices: list[Price]) -> Iterable[dict[str, Any]]:
    pools = {row.id: row for row in things if row.kind == "pool"}
    for pool in pools.values():
        seats = [row for row in things if row.pool_id == pool.id and row.rules.get("sold_by") != "resident"]
        plans = {seat.code: list(seat.plan_box) for seat in seats if seat.plan_box}
        own = pool_seats.said(pool, seats)
        said = _thing(pool, spaces, prices, pool=pool.code, prefixe=pool.family, nombre=own.pop("nombre"))
        yield said | _some(vente=_sale(pool.rules), plans=plans) | own
    for row in things:
        if row.kind == "desk" and (row.pool_id is None or row.rules.get("sold_by") == "resident"):
            joined = pools[row.pool_id].code if row.pool_id in pools else None
            yield _thing(row, spaces, prices) | _some(vente=_sale(row.rules), rejoint=joined)


def _sale(rules: Mapping[str, Any]) -> list[str]:
    return {"resident": ["resident"], "minutes": ["heure"]}.get(rules.get("sold_by", ""), ["demi-journee", "jour"])


def _room(row: Resource, spaces: Mapping[int, str], prices: list[Price]) -> dict[str, Any]:
    kind = next(name for name, ours in ROOM_KINDS.items() if ours == row.kind)
    said = _thing(row, spaces, prices, genre=None if kind == "salle" else kind)
    return said | _some(vente=_sale(row.rules) if "sold_by" in row.rules else None)


def _machine(row: Resource, spaces: Mapping[int, str], prices: list[Price]) -> dict[str, Any]:
    machine = db.session.get(Machine, row.id)
    assert machine is not None
    tiers = [price for price in prices if price.what == f"resource:{row.code}"]
    return _thing(row, spaces, prices) | _some(
        famille=row.family,
        habilitation=machine.clearance_type.name if machine.clearance_type else None,
        protections=list(machine.protective_equipment),
        consignes=list(machine.safety_rules),
        valeur=_amount(machine.value_cents) if machine.value_cents is not None else None,
        duree_vie_h=machine.lifetime_hours,
        kw=_thousandths(machine.watts),
        entretien_heure=_amount(machine.upkeep_cents) if machine.upkeep_cents is not None else None,
        caracteristiques=[list(pair) for pair in machine.specs],
        compteurs=[dict(counter) for counter in machine.counters],
        prix=[_tier(price) for price in tiers],
    )


def _clearance(row: ClearanceType) -> dict[str, Any]:
    validity: Any = {
        "none": "aucune",
        "duration": {"duree_mois": row.months},
        "unused": {"inutilisee_mois": row.months},
        "fixed_date": {"jusquau": row.until},
    }[row.policy]
    return {"nom": row.name, "validite": validity, "pairs": row.peers}


def _tool(row: Tool) -> dict[str, Any]:
    return _some(
        marque=row.mark,
        nom=row.name,
        rangement=row.shelf,
        description=row.description,
        duree_jours=row.loan_days,
        libre_service=row.self_service or None,
        habilitation=row.clearance_type.name if row.clearance_type else None,
        valeur=_amount(row.value_cents) if row.value_cents is not None else None,
        etat=None if row.state == "good" else row.state,
    )


def _box(row: Box) -> dict[str, Any]:
    return _some(marque=row.mark, ou=row.where_it_is, duree_mois=row.months, libre_service=row.self_service or None)


# ------------------------------------------------------------------ money


def _tariffs(prices: Sequence[Price]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, what, unit in (("adhesion_annuelle", "membership", "year"), ("demi_journee", "desk", "half_day"), ("jour", "desk", "day")):
        if mine := {price.tariff_group or FULL: _amount(price.cents) for price in prices if (price.what, price.unit) == (what, unit)}:
            said[key] = mine
    machines: dict[str, list[Price]] = {}
    for price in prices:
        if price.what.startswith("family:"):
            machines.setdefault(price.what.removeprefix("family:"), []).append(price)
    if machines:
        said["machine_heure"] = {family: _family(rows) for family, rows in machines.items()}
    return said


def _family(rows: list[Price]) -> Any:
    """One price, prices by group, or durations: the shortest way to say it."""
    if any(row.minutes != 60 or row.plan or row.valid_from or row.valid_to for row in rows):
        return [_tier(row) for row in rows]
    by_group = {row.tariff_group or FULL: _amount(row.cents) for row in rows}
    return by_group[FULL] if list(by_group) == [FULL] else by_group


def _tier(price: Price) -> dict[str, Any]:
    return _some(
        minutes=price.minutes,
        prix=_amount(price.cents),
        groupe=price.tariff_group,
        abonnement=price.plan,
        depuis=price.valid_from,
        jusquau=price.valid_to,
    )


def _dated(price: Price) -> dict[str, Any]:
    return {"quoi": price.what, "unite": price.unit} | _tier(price)


def _own(what: str, prices: Iterable[Price]) -> dict[str, str]:
    """What some tariff groups pay of something sold by the piece."""
    rows = [price for price in prices if price.what == what and price.unit == "piece"]
    return {row.tariff_group: _amount(row.cents) for row in rows if row.tariff_group is not None}


def _pass(row: PassType, prices: Iterable[Price]) -> dict[str, Any]:
    unit = next(name for name, ours in UNITS.items() if ours == row.unit)
    family = row.scope.removeprefix("family:") if row.scope.startswith("family:") else None
    return _some(
        code=row.code,
        nom=row.name,
        unites=row.units,
        unite=unit,
        famille=family,
        prix=_amount(row.cents),
        prix_groupes=_own(f"pass:{row.code}", prices),
        validite_mois=row.months,
        en_vente=None if row.on_sale else False,
    )


def _plan(row: Plan) -> dict[str, Any]:
    given = row.allowances
    halves = given.get("half_days")
    included = _some(
        demi_journees="illimite" if halves == "unlimited" else halves,
        salle_heures=given["room_minutes"] // 60 if "room_minutes" in given else None,
        machine_minutes=given.get("machine_minutes"),
        badge=given.get("badge"),
        bureau_fixe=given.get("fixed_desk"),
    )
    return _some(
        code=row.code,
        nom=row.name,
        prix_mois=_amount(row.cents),
        inclus=included,
        mois_glissant=row.is_rolling or None,
        en_vente=None if row.on_sale else False,
    )


def _article(row: Article, prices: Iterable[Price]) -> dict[str, Any]:
    return _some(
        code=row.code,
        nom=row.name,
        unite=row.unit,
        prix=_amount(row.cents),
        prix_groupes=_own(f"article:{row.code}", prices),
        stock=_thousandths(row.stock_milli),
        alerte=_thousandths(row.alert_milli),
    )


def _kind_rules(place: Place) -> dict[str, Any]:
    rows = {row.kind: row.rules for row in _all(KindRules, place, KindRules.id)}
    cancel: dict[str, Any] = {}
    absence: dict[str, int] = {}
    horizon: int | None = None
    for name, kinds in KINDS_OF.items():
        rules = rows.get(kinds[0], {})
        if "free_until" in rules:
            cancel[name] = {"gratuite_jusqua": _evening(rules["free_until"])}
        elif "free_hours" in rules:
            cancel[name] = {"gratuite_h": rules["free_hours"]}
        if "no_show_after" in rules:
            absence[name] = rules["no_show_after"]
        horizon = rules.get("horizon_days", horizon)
    return {"annulation": cancel, "absence_apres_min": absence, "horizon_jours": horizon}


# ------------------------------------------------------------------ words


def _all(model: Any, place: Place, *order: Any) -> list[Any]:
    return list(db.session.scalars(sa.select(model).where(model.place_id == place.id).order_by(*order)))


def _some(**values: Any) -> dict[str, Any]:
    """Only what is said: an empty value says nothing."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _span(opens: int, closes: int) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (opens, closes))


def _evening(minute: int) -> str:
    return f"la veille {minute // 60:02}:{minute % 60:02}"


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _thousandths(milli: int | None) -> str | int | None:
    if milli is None:
        return None
    whole, rest = divmod(milli, 1000)
    return f"{whole}.{rest:03}".rstrip("0") if rest else whole
