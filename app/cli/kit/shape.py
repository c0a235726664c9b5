"""The shape of a kit's file: its French keys, checked all at once, and turned into plain values.

Money becomes integer cents, hours `(opens, closes)` in wall-clock minutes, months and minutes integers.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields, validate, validates_schema

from app.billing.rules.documents import ACTIVITIES, WHOLE
from app.billing.rules.legal import EXEMPT_RATE
from app.booking.rules import KIND_DEFAULTS, Rules, reasons_rules, seat_code
from app.cli.kit import FORMAT
from app.cli.kit.coupons import CouponShape
from app.cli.kit.life import DrawingShape, KeyShape
from app.cli.kit.payments import BillingShape, PaymentsShape
from app.cli.kit.things import (
    RULES,
    AidShape,
    ArticleShape,
    BoxShape,
    ByKindCancel,
    ByKindMinutes,
    CostShape,
    DatedPriceShape,
    SpaceShape,
    ThingsShape,
    TierShape,
    ToolShape,
    WeekShape,
)
from app.cli.kit.values import MISSING, Amount, Code, Day, Line, Shape, Span, Text, Validity, Whole, Yes
from app.core import plain_yaml
from app.place.queries import has_public_holidays

KIND_OF = {"postes": "desk", "salles": "room", "machines": "machine"}  # sections of `ressources`
ROOM_KINDS = {"salle": "room", "cabine": "booth", "bureau": "office"}
UNITS = {"demi-journee": "half_day", "minute": "minute", "euro": "cent"}
MOST_BYTES = 1_000_000


A_RATE = validate.Range(max=WHOLE, error="un taux est un nombre de pour cent, 100 au plus (20 pour 20 %).")


class Rate(fields.Field[int | str]):
    """A rate of VAT in per cent, as basis points; or « exonere »."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int | str:
        return EXEMPT_RATE if value == EXEMPT_RATE else Amount(validate=A_RATE).deserialize(value, attr, data)


class KitRefused(Exception):
    """The file cannot be taken: every fault with its path, in French."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read(text: bytes) -> dict[str, Any]:
    """A kit's file as checked values, or `KitRefused` with all its faults."""
    try:
        raw = plain_yaml.read(text, most_bytes=MOST_BYTES)
    except plain_yaml.Unreadable as error:
        raise KitRefused([str(error)]) from error
    if not isinstance(raw, Mapping):
        raise KitRefused(["Le fichier ne décrit pas un lieu : il commence par « format: worklab-lieu/1 »."])
    try:
        checked: dict[str, Any] = KitShape().load(raw)
    except ValidationError as error:
        raise KitRefused(sorted(_faults(error.messages_dict))) from error
    if faults := list(_dangling(checked)):
        raise KitRefused(faults)
    return checked


def _faults(messages: Any, path: str = "") -> Iterator[str]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            if key == "_schema":
                yield from _faults(inner, path)
            else:
                yield from _faults(inner, f"{path}[{key + 1}]" if isinstance(key, int) else f"{path}.{key}" if path else str(key))
    else:
        for message in messages:
            yield f"{path or 'fichier'} : {message}"


# ------------------------------------------------------------------ the lieu


class AddressShape(Shape):
    rue = Line(most=200, load_default="")
    code_postal = Line(most=10, load_default="")
    commune = Line(load_default="")
    insee = Line(most=5, load_default="")
    pays = Line(most=2, load_default="FR")


class HolidaysShape(Shape):
    pays = Line(most=2, load_default="FR")
    alsace_moselle = fields.Raw(load_default=False)  # false, true, alsace or moselle

    @validates_schema
    def known(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["alsace_moselle"] not in (True, False, "alsace", "moselle"):
            raise ValidationError("false, true, alsace ou moselle est attendu.", field_name="alsace_moselle")
        if not has_public_holidays(data["pays"]):
            raise ValidationError("pays inconnu : deux lettres sont attendues, par exemple FR.", field_name="pays")
        if data["alsace_moselle"] and data["pays"] != "FR":
            raise ValidationError("l’Alsace et la Moselle sont en France (pays: FR).", field_name="alsace_moselle")


class RegimeShape(Shape):
    depuis = Day(required=True)
    regime = fields.Str(
        required=True,
        validate=validate.OneOf(["hors_champ", "franchise", "redevable"], error="hors_champ, franchise ou redevable est attendu."),
    )
    taux = Amount(load_default=None, validate=A_RATE)  # in per cent: the ordinary rate of a lieu that owes VAT
    taux_par_activite = fields.Dict(keys=fields.Str(validate=validate.OneOf(list(ACTIVITIES))), values=Rate(), load_default=dict)
    debits = Yes(load_default=False)


class PlaceShape(Shape):
    code = Code(required=True)
    nom = Line(required=True)
    nom_court = Line(most=40, load_default="")
    demonstration = Yes(load_default=False)
    forme = Line(most=80, load_default="")
    adresse = fields.Nested(AddressShape, load_default=lambda: AddressShape().load({}))
    fuseau = Line(most=40, load_default="Europe/Paris")
    langue = fields.Str(load_default="fr", validate=validate.OneOf(["fr", "en"], error="fr ou en est attendu."))
    jours_feries = fields.Nested(HolidaysShape, load_default=lambda: HolidaysShape().load({}))
    regime_tva = fields.List(fields.Nested(RegimeShape), load_default=list)
    courriel = Line(most=254, load_default="")
    telephone = Line(most=30, load_default="")
    comment_venir = Line(most=500, load_default="")
    siret = Line(most=14, load_default="")
    rna = Line(most=10, load_default="")
    nda = Line(most=11, load_default="")
    referent_handicap = Line(most=200, load_default="")
    tva = Line(most=14, load_default="")
    iban = Line(most=34, load_default="")
    acces_badge = fields.Raw(load_default=None, allow_none=True)
    ardoise_plafond = Amount(load_default=15_000)
    ardoise_articles = Amount(load_default=3_000)
    prix_kwh = Amount(scale=4, load_default=None)
    confiance_demi_journees = Whole(0, 100, load_default=0)
    reglement_interieur = Text(load_default="")

    @validates_schema
    def known(self, data: Mapping[str, Any], **_: Any) -> None:
        try:
            ZoneInfo(data["fuseau"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValidationError("fuseau horaire inconnu, par exemple Europe/Paris.", field_name="fuseau") from error
        if data["acces_badge"] not in (None, "24/7", True, False):
            raise ValidationError("'24/7' est attendu, ou rien.", field_name="acces_badge")


class HalvesShape(Shape):
    matin = Span(load_default=(510, 780))
    apres_midi = Span(load_default=(780, 1110))

    @validates_schema
    def in_order(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["matin"][1] > data["apres_midi"][0]:
            raise ValidationError("l’après-midi commence quand le matin est fini.")


class ClosureShape(Shape):
    du = Day(required=True)
    au = Day(required=True)
    motif = Line(load_default="Fermeture exceptionnelle")

    @validates_schema
    def forward(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["au"] < data["du"]:
            raise ValidationError("la fin vient après le début.", field_name="au")


class ExceptionShape(Shape):
    jour = Day(required=True)
    horaires = fields.List(Span(), load_default=list)
    motif = Line(load_default="")


# ------------------------------------------------------------------ clearances and money


class ClearanceShape(Shape):
    nom = Line(most=80, required=True)
    validite = Validity(load_default=lambda: {"policy": "none", "months": None, "until": None})
    pairs = Yes(load_default=False)


class GroupShape(Shape):
    code = Code(required=True)
    nom = Line(required=True)
    remise_pct = Whole(0, 100, load_default=0)


def _cents(said: Any) -> int:
    cents: int | None = Amount().deserialize(said)
    assert cents is not None
    return cents


class ByGroup(fields.Field[dict[str, int]]):
    """One price for all, or one for each tariff group: {code: cents}, the full price under « plein »."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, int]:
        if isinstance(value, Mapping):
            return {str(Code().deserialize(group)): _cents(said) for group, said in value.items()}
        return {"plein": _cents(value)}


class ByMachine(fields.Field[dict[str, list[dict[str, Any]]]]):
    """Prices of families (or machines) by the hour, by group, or by durations."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, list[dict[str, Any]]]:
        if not isinstance(value, Mapping):
            raise ValidationError("une liste de familles et de prix est attendue.")
        found: dict[str, list[dict[str, Any]]] = {}
        for name, said in value.items():
            family = str(Code().deserialize(name))
            if isinstance(said, list):
                found[family] = [TierShape().load(tier) for tier in said]
            else:
                prices = ByGroup().deserialize(said) or {}
                found[family] = [
                    {**TierShape().load({"minutes": 60, "prix": 0}), "prix": cents, "groupe": None if group == "plein" else group}
                    for group, cents in prices.items()
                ]
        return found


class TariffsShape(Shape):
    adhesion_annuelle = ByGroup(load_default=dict)
    demi_journee = ByGroup(load_default=dict)
    jour = ByGroup(load_default=dict)
    machine_heure = ByMachine(load_default=dict)


class PassShape(Shape):
    code = Code(required=True)
    nom = Line(required=True)
    unites = Whole(1, 1_000_000, required=True)
    unite = fields.Str(required=True, validate=validate.OneOf(list(UNITS), error="demi-journee, minute ou euro est attendu."))
    prix = Amount(required=True)
    prix_groupes = fields.Dict(keys=Code(), values=Amount(), load_default=dict)
    validite_mois = Whole(1, 120, load_default=12)
    famille = Code(load_default=None)
    en_vente = Yes(load_default=True)


class IncludedShape(Shape):
    demi_journees = fields.Raw(load_default=None)
    salle_heures = Whole(0, 744, load_default=None)
    machine_minutes = Whole(0, 44_640, load_default=None)
    badge = Yes(load_default=None)
    bureau_fixe = Yes(load_default=None)

    @validates_schema
    def known(self, data: Mapping[str, Any], **_: Any) -> None:
        halves = data["demi_journees"]
        if (
            halves is not None
            and halves != "illimite"
            and (isinstance(halves, bool) or not isinstance(halves, int) or not 0 <= halves <= 62)
        ):
            raise ValidationError("un nombre de 0 à 62, ou illimite.", field_name="demi_journees")


class PlanShape(Shape):
    code = Code(required=True)
    nom = Line(required=True)
    prix_mois = Amount(required=True)
    inclus = fields.Nested(IncludedShape, load_default=lambda: IncludedShape().load({}))
    mois_glissant = Yes(load_default=False)
    en_vente = Yes(load_default=True)


class KitShape(Shape):
    format = fields.Str(required=True, validate=validate.Equal(FORMAT, error=f"{FORMAT} est attendu."), error_messages=MISSING)
    lieu = fields.Nested(PlaceShape, required=True, error_messages=MISSING)
    horaires = fields.Nested(WeekShape, load_default=lambda: WeekShape().load({}))
    horaires_exceptionnels = fields.List(fields.Nested(ExceptionShape), load_default=list)
    demi_journees = fields.Nested(HalvesShape, load_default=lambda: HalvesShape().load({}))
    fermetures = fields.List(fields.Nested(ClosureShape), load_default=list)
    espaces = fields.List(fields.Nested(SpaceShape), load_default=list)
    ressources = fields.Nested(ThingsShape, load_default=lambda: ThingsShape().load({}))
    habilitations = fields.List(fields.Nested(ClearanceShape), load_default=list)
    outils = fields.List(fields.Nested(ToolShape), load_default=list)
    casiers = fields.List(fields.Nested(BoxShape), load_default=list)
    cles = fields.List(fields.Nested(KeyShape), load_default=list)
    fond_de_plan = fields.Nested(DrawingShape, load_default=None, allow_none=True)
    groupes_tarif = fields.List(fields.Nested(GroupShape), load_default=list)
    tarifs = fields.Nested(TariffsShape, load_default=lambda: TariffsShape().load({}))
    carnets = fields.List(fields.Nested(PassShape), load_default=list)
    abonnements = fields.List(fields.Nested(PlanShape), load_default=list)
    consommables = fields.List(fields.Nested(ArticleShape), load_default=list)
    codes_reduction = fields.List(fields.Nested(CouponShape), load_default=list)
    prix_dates = fields.List(fields.Nested(DatedPriceShape), load_default=list)
    facturation = fields.Nested(BillingShape, load_default=None, allow_none=True)
    paiements = fields.Nested(PaymentsShape, load_default=None, allow_none=True)
    charges_mensuelles = fields.List(fields.Nested(CostShape), load_default=list)
    argent_public = fields.List(fields.Nested(AidShape), load_default=list)
    annulation = fields.Nested(ByKindCancel, load_default=lambda: ByKindCancel().load({}))
    absence_apres_min = fields.Nested(ByKindMinutes, load_default=lambda: ByKindMinutes().load({}))
    horizon_jours = Whole(0, 3660, load_default=None)
    programme = Line(most=200, load_default=None)


def _dangling(kit: Mapping[str, Any]) -> Iterator[str]:
    """What names something that the file does not have, or names one thing twice."""
    things, spaces = kit["ressources"], {space["code"] for space in kit["espaces"]}
    pools = {desk["pool"] for desk in things["postes"] if desk["pool"]}
    clearances = {clearance["nom"] for clearance in kit["habilitations"]}
    for section in ("postes", "salles", "machines"):
        for number, thing in enumerate(things[section], start=1):
            path = f"ressources.{section}[{number}]"
            if thing["espace"] is not None and thing["espace"] not in spaces:
                yield f"{path}.espace : l’espace « {thing['espace']} » n’existe pas dans ce fichier."
            if section == "postes" and thing["rejoint"] is not None and thing["rejoint"] not in pools:
                yield f"{path}.rejoint : le pool « {thing['rejoint']} » n’existe pas dans ce fichier."
            if section == "machines" and thing["habilitation"] is not None and thing["habilitation"] not in clearances:
                yield f"{path}.habilitation : « {thing['habilitation']} » n’est pas dans habilitations."
    for number, tool in enumerate(kit["outils"], start=1):
        if tool["habilitation"] is not None and tool["habilitation"] not in clearances:
            yield f"outils[{number}].habilitation : « {tool['habilitation']} » n’est pas dans habilitations."
    yield from _dangling_prices(kit)
    yield from _impossible(kit)
    for path, codes in (
        ("espaces", [space["code"] for space in kit["espaces"]]),
        ("ressources", list(_codes(things))),
        ("habilitations", [clearance["nom"] for clearance in kit["habilitations"]]),
        ("outils", [tool["marque"] for tool in kit["outils"]]),
        ("casiers", [box["marque"] for box in kit["casiers"]]),
        ("cles", [f"{key['genre']} {key['marque']}" for key in kit["cles"]]),
        ("groupes_tarif", [group["code"] for group in kit["groupes_tarif"]]),
        ("carnets", [sold["code"] for sold in kit["carnets"]]),
        ("abonnements", [plan["code"] for plan in kit["abonnements"]]),
        ("codes_reduction", [coupon["code"].upper() for coupon in kit["codes_reduction"]]),
        ("consommables", [article["code"] for article in kit["consommables"]]),
    ):
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield f"{path} : « {code} » y est deux fois."


def _codes(things: Mapping[str, Any]) -> Iterator[str]:
    """Every code of the file but those of spaces, the seats of pools too: each is one thing."""
    for desk in things["postes"]:
        yield desk["pool"] or desk["code"]
        if desk["pool"]:
            yield from (seat_code(desk["pool"], desk["prefixe"], number) for number in range(1, desk["nombre"] + 1))
    for thing in (*things["salles"], *things["machines"]):
        yield thing["code"]


def _dangling_prices(kit: Mapping[str, Any]) -> Iterator[str]:
    """Prices for groups and plans that the file, which lists them, does not have. A family may be without a machine for a while."""
    tariffs, machines = kit["tarifs"], kit["ressources"]["machines"]
    groups = {group["code"] for group in kit["groupes_tarif"]} | {"plein"}
    plans = {plan["code"] for plan in kit["abonnements"]}
    tiers = [(f"tarifs.machine_heure.{name}", tier) for name, listed in tariffs["machine_heure"].items() for tier in listed]
    tiers += [(f"prix_dates[{n}]", dated) for n, dated in enumerate(kit["prix_dates"], start=1)]
    tiers += [(f"ressources.machines[{n}].prix", tier) for n, machine in enumerate(machines, start=1) for tier in machine["prix"]]
    sold = [
        (f"{key}[{n}].prix_groupes", group)
        for key in ("carnets", "consommables")
        for n, one in enumerate(kit[key], start=1)
        for group in one["prix_groupes"]
    ]
    asked = [*sold] + [(f"tarifs.{key}", group) for key in ("adhesion_annuelle", "demi_journee", "jour") for group in tariffs[key]]
    for path, group in [*asked, *((path, tier["groupe"]) for path, tier in tiers if tier["groupe"])]:
        if kit["groupes_tarif"] and group not in groups:
            yield f"{path} : « {group} » n’est pas dans groupes_tarif."
    for path, tier in tiers:
        if tier["abonnement"] and tier["abonnement"] not in plans:
            yield f"{path} : « {tier['abonnement']} » n’est pas dans abonnements."


def _impossible(kit: Mapping[str, Any]) -> Iterator[str]:
    """Rules that contradict each other: nobody could ever book."""
    listed = [("espaces", "space", kit["espaces"]), *((f"ressources.{key}", kind, kit["ressources"][key]) for key, kind in KIND_OF.items())]
    for path, kind, things in listed:
        for number, thing in enumerate(things, start=1):
            said = {ours: thing[key] for key, ours in RULES.items() if thing.get(key) is not None}
            usual = KIND_DEFAULTS[ROOM_KINDS[thing["genre"]] if "genre" in thing else kind]
            for reason in reasons_rules(Rules.layered(usual, said)):
                yield f"{path}[{number}] : {reason.sentence % reason.words}"
