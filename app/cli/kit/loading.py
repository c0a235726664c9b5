"""A kit becomes a lieu: created, or brought up to date; the same file twice changes nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from app.billing.models import Article, BillingSettings, PassType, Plan, Price, TariffGroup
from app.billing.rules.legal import LIABLE
from app.booking import queries
from app.booking import services as booking
from app.booking.models import KindRules, Resource
from app.booking.rules import priced_as
from app.cli.kit import coupons, life, payments
from app.cli.kit import seats as pool_seats
from app.cli.kit.shape import ROOM_KINDS, UNITS
from app.cli.kit.things import RULES, WEEKDAYS
from app.core import journal
from app.core.db import Base, db, transaction
from app.fablab.models import Box, ClearanceType, Machine, Tool, ToolLoan
from app.place.models import Closure, OpeningException, OpeningHours, Place

Row = TypeVar("Row", bound=Base)
KINDS_OF = {"poste": ("desk", "pool", "office"), "salle": ("room", "booth"), "machine": ("machine",)}
FULL = "plein"  # the tariff group whose price is the price


def load(kit: Mapping[str, Any], *, now: datetime, actor_id: int | None = None) -> Place:
    """Write a checked kit (see `shape.read`), all or nothing. What is no longer in the file is retired, never deleted."""
    with transaction():
        place = _place(kit)
        db.session.flush()
        place.settings_stamp += 1  # what this process kept of the lieu is read again from here on
        _hours(place, kit)
        new = _things(place, kit)
        _kind_rules(place, kit)
        _clearances(place, kit)
        _machines(place, kit)
        _lending(place, kit, now)
        life.write_keys(place.id, kit["cles"], now=now)
        life.write_drawing(place.id, kit["fond_de_plan"], now=now)
        if not any(db.session.scalars(sa.select(Resource.plan_box).where(Resource.place_id == place.id))):
            booking.draw_plan(place.id)
        _tariffs(place, kit)
        _billing(place, kit)
        payments.write(place, kit["paiements"])
        db.session.flush()
        _close(place, kit, new, now=now)
        journal.record("place.loaded", place.id, place_id=place.id, actor_id=actor_id, at=now)
    return place


def _place(kit: Mapping[str, Any]) -> Place:
    said, halves = kit["lieu"], kit["demi_journees"]
    address, holidays = said["adresse"], said["jours_feries"]
    place = db.session.scalar(sa.select(Place).where(Place.code == said["code"]))
    if place is None:
        place = Place(code=said["code"])
        db.session.execute(sa.update(Place).values(settings_stamp=Place.settings_stamp + 1))  # the others are no longer alone
    place.name, place.short_name, place.legal_form = said["nom"], said["nom_court"], said["forme"]
    place.street, place.postal_code, place.town = address["rue"], address["code_postal"], address["commune"]
    place.insee, place.country = address["insee"], address["pays"]
    place.email, place.phone, place.how_to_come = said["courriel"], said["telephone"], said["comment_venir"]
    place.siret, place.rna, place.training_number, place.vat_number = said["siret"], said["rna"], said["nda"], said["tva"]
    place.disability_referent = said["referent_handicap"]
    place.iban, place.zone, place.locale = said["iban"], said["fuseau"], said["langue"]
    place.holidays_country = holidays["pays"]
    place.holidays_subdivision = _subdivision(holidays["alsace_moselle"], address["code_postal"])
    place.badge_all_hours = said["acces_badge"] in ("24/7", True)
    place.is_demo = said["demonstration"]
    place.articles_cap_cents = said["ardoise_articles"]
    place.kwh_price = said["prix_kwh"]
    place.tab_cap_cents, place.trust_units = said["ardoise_plafond"], said["confiance_demi_journees"]
    place.house_rules = said["reglement_interieur"]
    place.vat_regimes = [_regime(row) for row in said["regime_tva"]]
    place.monthly_costs = [
        {"nom": cost["nom"], "cents": cost["montant"]} | ({"variable": True} if cost["variable"] else {})
        for cost in kit["charges_mensuelles"]
    ]
    place.public_money = [{"nom": aid["nom"], "cents": aid["montant"]} for aid in kit["argent_public"]]
    (place.morning_from, place.morning_to), (place.afternoon_from, place.afternoon_to) = halves["matin"], halves["apres_midi"]
    place.extras = {"programme": kit["programme"]} if kit["programme"] else {}
    place.settings_stamp, place.calendar_stamp = place.settings_stamp or 1, place.calendar_stamp or 1
    db.session.add(place)
    return place


def _regime(row: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"depuis": row["depuis"].isoformat(), "regime": row["regime"]}
    if row["regime"] == LIABLE:
        said |= {
            "taux": 2000 if row["taux"] is None else row["taux"],
            "taux_par_activite": row["taux_par_activite"],
            "debits": row["debits"],
        }
    return said


def _billing(place: Place, kit: Mapping[str, Any]) -> None:
    """How the lieu bills; a file that does not say changes nothing."""
    said = kit["facturation"]
    if said is None:
        return
    row = db.session.get(BillingSettings, place.id) or BillingSettings(place_id=place.id)
    row.payment_days, row.late_rate_bp, row.discount = said["jours"], said["penalites"], said["escompte"]
    row.footer, row.bic, row.accounts, row.journals = said["pied"], said["bic"], said["comptes"], said["journaux"]
    row.facts = said["regles"]
    db.session.add(row)


def _subdivision(said: bool | str, postal_code: str) -> str:
    if not said:
        return ""
    is_moselle = said == "moselle" or (said is True and postal_code.startswith("57"))
    return "57" if is_moselle else "6AE"


def _hours(place: Place, kit: Mapping[str, Any]) -> None:
    db.session.execute(sa.delete(OpeningHours).where(OpeningHours.place_id == place.id))
    db.session.execute(sa.delete(OpeningException).where(OpeningException.place_id == place.id))
    for weekday, name in enumerate(WEEKDAYS):
        for opens, closes in sorted(kit["horaires"][name]):
            db.session.add(OpeningHours(place_id=place.id, weekday=weekday, opens=opens, closes=closes))
    for row in kit["horaires_exceptionnels"]:
        spans = [list(span) for span in sorted(row["horaires"])]
        db.session.add(OpeningException(place_id=place.id, day=row["jour"], spans=spans, label=row["motif"]))


# ------------------------------------------------------------------ things


def _things(place: Place, kit: Mapping[str, Any]) -> list[Resource]:
    """Every thing of the file; those that are new are answered, those that went are retired."""
    rows = db.session.scalars(sa.select(Resource).where(Resource.place_id == place.id))
    before = {(row.kind, row.code): row for row in rows}
    kept: dict[tuple[str, str], Resource] = {}

    def put(kind: str, code: str, said: Mapping[str, Any], **more: Any) -> Resource:
        row = before.get((kind, code)) or Resource(place_id=place.id, kind=kind, code=code)
        row.name = more.pop("name", None) or said["nom"] or code
        row.state = said["etat"]
        row.description, row.public, row.bookable = said["description"], said["publique"], said["reservable"]
        row.equipment = list(said["equipement"])
        row.capacity = said["places"] or 1
        row.space_id = spaces[said["espace"]].id if said["espace"] else None
        row.plan_box = said["plan"]
        row.rules = _rules(said) | more.pop("rules", {})
        row.details = {"surface_m2": said["surface_m2"]} if said["surface_m2"] is not None else {}
        row.rank = len(kept)
        for name, value in more.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.flush()
        kept[kind, code] = row
        return row

    spaces: dict[str, Resource] = {}
    for said in kit["espaces"]:
        spaces[said["code"]] = put("space", said["code"], said)
    pools: dict[str, Resource] = {}
    desks = sorted(kit["ressources"]["postes"], key=lambda said: said["pool"] is None)
    for said in desks:
        rules = {"sold_by": _sold_by(said["vente"])}
        if said["pool"] is None:
            joined = pools.get(said["rejoint"] or "") or (next(iter(pools.values()), None) if "resident" in said["vente"] else None)
            put("desk", said["code"], said, rules=rules, pool_id=joined.id if joined else None, family="")
            continue
        name = said["nom"] or (spaces[said["espace"]].name if said["espace"] else said["pool"])
        seats = pool_seats.listed(said)
        standing = sum(seat["etat"] != "retired" for seat in seats.values())
        pools[said["pool"]] = pool = put("pool", said["pool"], {**said, "places": standing}, rules=rules, name=name, family=said["prefixe"])
        for code, seat in seats.items():
            put("desk", code, seat, rules=rules, pool_id=pool.id, family="")
    for said in kit["ressources"]["salles"]:
        put(ROOM_KINDS[said["genre"]], said["code"], said, rules={"sold_by": _sold_by(said["vente"])} if said["vente"] else {})
    for said in kit["ressources"]["machines"]:
        put("machine", said["code"], said, family=said["famille"])
    for key, row in before.items():
        if key not in kept:
            row.state = "retired"
    db.session.flush()
    return [row for key, row in kept.items() if key not in before]


def _sold_by(sale: Iterable[str]) -> str:
    return "resident" if "resident" in sale else "minutes" if "heure" in sale else "half_day"


def _rules(said: Mapping[str, Any]) -> dict[str, Any]:
    """What this thing says differently from its kind; what it does not say stays its kind's."""
    rules: dict[str, Any] = {ours: said[key] for key, ours in RULES.items() if said.get(key) is not None}
    if said["nuit_badge"] is not None:
        rules["night"] = said["nuit_badge"]
    if said["annulation_jusqua"] is not None:
        rules["free_until"] = _evening(said["annulation_jusqua"])
    if said["horaires"] is not None:
        rules["hours"] = {str(weekday): [list(span) for span in said["horaires"][name]] for weekday, name in enumerate(WEEKDAYS)}
    return rules


def _evening(text: str) -> int:
    hour, minute = text.removeprefix("la veille ").split(":")
    return int(hour) * 60 + int(minute)


def _kind_rules(place: Place, kit: Mapping[str, Any]) -> None:
    db.session.execute(sa.delete(KindRules).where(KindRules.place_id == place.id))
    for name, kinds in KINDS_OF.items():
        cancel, absence = kit["annulation"][name], kit["absence_apres_min"][name]
        for kind in kinds:
            rules: dict[str, Any] = {}
            if cancel is not None and kind != "booth":
                rules |= (
                    {"free_hours": cancel["gratuite_h"]}
                    if cancel["gratuite_jusqua"] is None
                    else {"free_until": _evening(cancel["gratuite_jusqua"])}
                )
            if absence is not None:
                rules["no_show_after"] = absence
            if kit["horizon_jours"] is not None:
                rules["horizon_days"] = kit["horizon_jours"]
            if rules:
                db.session.add(KindRules(place_id=place.id, kind=kind, rules=rules))


# ------------------------------------------------------------------ clearances and money


def _clearances(place: Place, kit: Mapping[str, Any]) -> None:
    for said in kit["habilitations"]:
        row = _find(ClearanceType, place, ClearanceType.name == said["nom"]) or ClearanceType(place_id=place.id, name=said["nom"])
        row.policy, row.months, row.until = said["validite"]["policy"], said["validite"]["months"], said["validite"]["until"]
        row.peers = said["pairs"]
        db.session.add(row)
    db.session.flush()


def _machines(place: Place, kit: Mapping[str, Any]) -> None:
    for said in kit["ressources"]["machines"]:
        thing = _find(Resource, place, Resource.code == said["code"], Resource.kind == "machine")
        assert thing is not None
        kind = _find(ClearanceType, place, ClearanceType.name == said["habilitation"]) if said["habilitation"] else None
        row = db.session.get(Machine, thing.id) or Machine(resource_id=thing.id)
        row.clearance_type_id = kind.id if kind else None
        row.protective_equipment, row.safety_rules = list(said["protections"]), list(said["consignes"])
        row.value_cents, row.lifetime_hours, row.watts = said["valeur"], said["duree_vie_h"], said["kw"]
        row.upkeep_cents, row.specs = said["entretien_heure"], [list(pair) for pair in said["caracteristiques"]]
        row.counters = [{key: value for key, value in counter.items() if value is not None} for counter in said["compteurs"]]
        db.session.add(row)
    db.session.flush()


def _lending(place: Place, kit: Mapping[str, Any], now: datetime) -> None:
    """Tools and boxes; those that the file does not name stay as they are. What is out keeps its state until it is back."""
    for said in kit["outils"]:
        tool = _find(Tool, place, Tool.mark == said["marque"]) or Tool(place_id=place.id, mark=said["marque"], created_at=now)
        kind = _find(ClearanceType, place, ClearanceType.name == said["habilitation"]) if said["habilitation"] else None
        tool.name, tool.shelf, tool.description = said["nom"], said["rangement"], said["description"]
        tool.loan_days, tool.self_service, tool.value_cents = said["duree_jours"], said["libre_service"], said["valeur"]
        tool.clearance_type_id = kind.id if kind else None
        if not db.session.scalar(sa.select(sa.exists().where(ToolLoan.tool_id == tool.id, ToolLoan.returned_at.is_(None)))):
            tool.state = said["etat"]
        db.session.add(tool)
    for said in kit["casiers"]:
        box = _find(Box, place, Box.mark == said["marque"]) or Box(place_id=place.id, mark=said["marque"], created_at=now)
        box.where_it_is, box.months, box.self_service, box.state = said["ou"], said["duree_mois"], said["libre_service"], "good"
        db.session.add(box)
    db.session.flush()


def _tariffs(place: Place, kit: Mapping[str, Any]) -> None:
    for said in kit["groupes_tarif"]:
        group = _find(TariffGroup, place, TariffGroup.code == said["code"]) or TariffGroup(place_id=place.id, code=said["code"])
        group.name, group.discount_percent = said["nom"], said["remise_pct"]
        db.session.add(group)
    db.session.execute(sa.delete(Price).where(Price.place_id == place.id))
    db.session.add_all(Price(place_id=place.id, **row) for row in _prices(kit))
    for said in kit["carnets"]:
        sold = _find(PassType, place, PassType.code == said["code"]) or PassType(place_id=place.id, code=said["code"])
        sold.name, sold.units, sold.unit = said["nom"], said["unites"], UNITS[said["unite"]]
        sold.scope = f"family:{said['famille']}" if said["famille"] else "desk" if sold.unit == "half_day" else ""
        sold.cents, sold.months, sold.on_sale = said["prix"], said["validite_mois"], said["en_vente"]
        db.session.add(sold)
    for said in kit["abonnements"]:
        plan = _find(Plan, place, Plan.code == said["code"]) or Plan(place_id=place.id, code=said["code"])
        plan.name, plan.cents, plan.on_sale = said["nom"], said["prix_mois"], said["en_vente"]
        plan.allowances, plan.is_rolling = _allowances(said["inclus"]), said["mois_glissant"]
        db.session.add(plan)
    coupons.write(place, kit["codes_reduction"])
    for said in kit["consommables"]:
        article = _find(Article, place, Article.code == said["code"]) or Article(place_id=place.id, code=said["code"])
        article.name, article.unit, article.cents = said["nom"], said["unite"], said["prix"]
        article.stock_milli, article.alert_milli = said["stock"], said["alerte"]
        db.session.add(article)


def _allowances(said: Mapping[str, Any]) -> dict[str, Any]:
    given = {
        "half_days": "unlimited" if said["demi_journees"] == "illimite" else said["demi_journees"],
        "room_minutes": said["salle_heures"] * 60 if said["salle_heures"] is not None else None,
        "machine_minutes": said["machine_minutes"],
        "badge": said["badge"],
        "fixed_desk": said["bureau_fixe"],
    }
    return {key: value for key, value in given.items() if value is not None}


def _prices(kit: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    tariffs, things = kit["tarifs"], kit["ressources"]
    for key, what, unit in (("adhesion_annuelle", "membership", "year"), ("demi_journee", "desk", "half_day"), ("jour", "desk", "day")):
        for group, cents in tariffs[key].items():
            yield {"what": what, "unit": unit, "minutes": None, "tariff_group": _group(group), "cents": cents}
    codes = {machine["code"] for machine in things["machines"]}
    families = {machine["famille"] for machine in things["machines"]}
    for name, tiers in tariffs["machine_heure"].items():
        what = f"resource:{name}" if name in codes and name not in families else f"family:{name}"
        yield from _tiers(what, tiers)
    for machine in things["machines"]:
        yield from _tiers(f"resource:{machine['code']}", machine["prix"])
    for dated in kit["prix_dates"]:
        yield from _tiers(dated["quoi"], [dated])
    for prefix, sold in (("pass", kit["carnets"]), ("article", kit["consommables"])):
        for said in sold:
            for group, cents in said["prix_groupes"].items():
                yield {"what": f"{prefix}:{said['code']}", "unit": "piece", "minutes": None, "tariff_group": group, "cents": cents}
    spaces = [(said, priced_as("space", said["code"])) for said in kit["espaces"]]
    others = (*things["salles"], *things["machines"], *things["postes"])
    for said, what in [*spaces, *((said, f"resource:{said.get('pool') or said['code']}") for said in others)]:
        if said["prix_heure"] is not None:
            yield {"what": what, "unit": "minutes", "minutes": 60, "tariff_group": None, "cents": said["prix_heure"]}
        for key, unit in (("plafond_jour", "day_cap"), ("prix_demi_journee", "half_day"), ("prix_jour", "day")):
            if said.get(key) is not None:
                yield {"what": what, "unit": unit, "minutes": None, "tariff_group": None, "cents": said[key]}


def _tiers(what: str, tiers: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for tier in tiers:
        yield {
            "what": what,
            "unit": tier.get("unite", "minutes"),
            "minutes": tier["minutes"],
            "tariff_group": _group(tier["groupe"]),
            "plan": tier["abonnement"],
            "cents": tier["prix"],
            "valid_from": tier["depuis"],
            "valid_to": tier["jusquau"],
        }


def _group(code: str | None) -> str | None:
    return None if code in (None, FULL) else code


def _find(model: type[Row], place: Place, *where: sa.ColumnElement[bool]) -> Row | None:
    found: Row | None = db.session.scalars(sa.select(model).where(model.place_id == place.id, *where)).first()  # type: ignore[attr-defined]
    return found


# ------------------------------------------------------------------ closures


def _close(place: Place, kit: Mapping[str, Any], new: Iterable[Resource], *, now: datetime) -> None:
    """The closures of the file, through the engine: what was booked is given back, and every thing is held."""
    wanted = {(row["du"], row["au"]): row["motif"] for row in kit["fermetures"]}
    rows = db.session.scalars(sa.select(Closure).where(Closure.place_id == place.id, Closure.cancelled.is_(False))).all()
    known = {(row.first_day, row.last_day): row for row in rows}
    for days, closure in known.items():
        if days in wanted:
            closure.label = wanted[days]
        else:
            booking.reopen(closure_id=closure.id, actor_id=None, now=now)
    if known:
        directory = queries.directory(place)
        for row in new:
            booking.occupy_new_thing(directory[row.id], now=now)
    for (first, last), label in sorted(wanted.items()):
        if (first, last) not in known:
            booking.close(place_id=place.id, first_day=first, last_day=last, label=label, actor_id=None, now=now)
