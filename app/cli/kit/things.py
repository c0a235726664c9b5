"""The shapes of what can be booked: hours, spaces, desks, rooms, machines, the rules they may say; what is lent and kept besides."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.cli.kit.seats import SeatShape
from app.cli.kit.values import MISSING, Amount, Code, Day, Line, Shape, Span, Text, Whole, Yes, lines
from app.fablab.rules import LONGEST_LOAN

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_EVENING = re.compile(r"^la veille ([01]?\d|2[0-3]):([0-5]\d)$")


class WeekShape(Shape.from_dict({name: fields.List(Span(), load_default=list) for name in WEEKDAYS})):  # type: ignore[misc]
    """Opening hours by weekday, in wall-clock minutes; a day left out is closed."""

    @validates_schema
    def no_overlap(self, data: Mapping[str, list[tuple[int, int]]], **_: Any) -> None:
        for name, spans in data.items():
            ordered = sorted(spans)
            if any(earlier[1] > later[0] for earlier, later in pairwise(ordered)):
                raise ValidationError("deux plages se chevauchent.", field_name=name)


class CancelShape(Shape):
    gratuite_jusqua = Line(load_default=None)
    gratuite_h = Whole(0, 24 * 60, load_default=None)

    @validates_schema
    def one(self, data: Mapping[str, Any], **_: Any) -> None:
        if (data["gratuite_jusqua"] is None) == (data["gratuite_h"] is None):
            raise ValidationError("gratuite_jusqua ou gratuite_h est attendu, l’un des deux.")
        if data["gratuite_jusqua"] is not None and not _EVENING.match(data["gratuite_jusqua"]):
            raise ValidationError("par exemple 'la veille 18:00'.", field_name="gratuite_jusqua")


class ThingShape(Shape):
    """What every thing may say; its rules are those of `booking.rules.Rules`."""

    code = Code(load_default=None)
    nom = Line(load_default=None)
    espace = Code(load_default=None, allow_none=True)
    places = Whole(1, 10_000, load_default=None)
    surface_m2 = Whole(0, 100_000, load_default=None)
    description = Text(load_default="")
    equipement = lines()
    publique = Yes(load_default=True)
    reservable = Yes(load_default=True)
    etat = fields.Str(
        load_default="in_service",
        validate=validate.OneOf(["in_service", "needs_attention", "out_of_service"], error="état inconnu."),
    )
    plan = fields.List(
        Whole(0, 10_000), load_default=None, validate=validate.Length(equal=4, error="[x, y, largeur, hauteur] est attendu.")
    )
    horaires = fields.Nested(WeekShape, load_default=None)
    pas_min = Whole(1, 1440, load_default=None)
    min = Whole(1, 44_640, load_default=None)
    max = Whole(1, 44_640, load_default=None)
    preavis_min = Whole(0, 525_600, load_default=None)
    horizon_jours = Whole(0, 3660, load_default=None)
    tampon_avant = Whole(0, 1440, load_default=None)
    tampon_apres = Whole(0, 1440, load_default=None)
    nuit = Yes(load_default=None)
    nuit_badge = Yes(load_default=None)
    approbation = Yes(load_default=None)
    pointage = Yes(load_default=None)
    absence_apres_min = Whole(1, 1440, load_default=None)
    annulation_h = Whole(0, 24 * 60, load_default=None)
    annulation_jusqua = Line(load_default=None, validate=validate.Regexp(_EVENING, error="par exemple 'la veille 18:00'."))
    frais_tardifs_pct = Whole(0, 100, load_default=None)
    personnes = Whole(1, 20, load_default=None)
    minutes_utilisees_au_moins = Whole(0, 1440, load_default=None)
    abonnement_requis = Yes(load_default=None)
    quota_jour_min = Whole(1, 1440, load_default=None)
    quota_futur = Whole(1, 1000, load_default=None)
    intervalle_min = Whole(0, 10_080, load_default=None)


RULES = {  # key of the file → key of booking.rules.Rules
    "pas_min": "step",
    "min": "min_minutes",
    "max": "max_minutes",
    "preavis_min": "notice_minutes",
    "horizon_jours": "horizon_days",
    "tampon_avant": "buffer_before",
    "tampon_apres": "buffer_after",
    "nuit": "night",
    "approbation": "approval",
    "pointage": "check_in",
    "absence_apres_min": "no_show_after",
    "annulation_h": "free_hours",
    "frais_tardifs_pct": "late_fee_percent",
    "personnes": "people",
    "minutes_utilisees_au_moins": "metered",
    "abonnement_requis": "needs_plan",
    "quota_jour_min": "quota_day_minutes",
    "quota_futur": "quota_future",
    "intervalle_min": "min_gap_minutes",
}


class SpaceShape(ThingShape):
    code = Code(required=True)
    nom = Line(required=True)
    reservable = Yes(load_default=False)
    prix_heure = Amount(load_default=None)
    plafond_jour = Amount(load_default=None)


class DeskShape(ThingShape):
    pool = Code(load_default=None)
    prefixe = Line(most=20, load_default="")
    nombre = Whole(1, 500, load_default=None)
    vente = fields.List(
        fields.Str(validate=validate.OneOf(["demi-journee", "jour", "resident", "heure"], error="demi-journee, jour, heure ou resident.")),
        load_default=lambda: ["demi-journee", "jour"],
    )
    rejoint = Code(load_default=None)  # the pool that a resident's desk joins when its holder is away
    plans = fields.Dict(keys=fields.Str(), values=fields.List(Whole(0, 10_000), validate=validate.Length(equal=4)), load_default=dict)
    sieges = fields.Dict(keys=fields.Str(), values=fields.Nested(SeatShape), load_default=dict)
    prix_heure = Amount(load_default=None)
    plafond_jour = Amount(load_default=None)
    prix_demi_journee = Amount(load_default=None)
    prix_jour = Amount(load_default=None)

    @validates_schema
    def named(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["pool"] is not None and data["nombre"] is None:
            raise ValidationError("combien de places ?", field_name="nombre")
        if data["pool"] is None and data["code"] is None:
            raise ValidationError("valeur manquante.", field_name="code")


class RoomShape(ThingShape):
    code = Code(required=True)
    nom = Line(required=True)
    genre = fields.Str(
        load_default="salle", validate=validate.OneOf(["salle", "cabine", "bureau"], error="salle, cabine ou bureau est attendu.")
    )
    vente = fields.List(
        fields.Str(validate=validate.OneOf(["demi-journee", "jour", "heure"], error="demi-journee, jour ou heure.")), load_default=list
    )
    prix_heure = Amount(load_default=None)
    plafond_jour = Amount(load_default=None)
    prix_demi_journee = Amount(load_default=None)
    prix_jour = Amount(load_default=None)

    @validates_schema
    def sold(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["vente"] and data["genre"] != "bureau":
            raise ValidationError("seul un bureau se vend à la demi-journée ; une salle, à l’heure.", field_name="vente")


class CounterShape(Shape):
    nom = Line(required=True)
    entretien_toutes_les_h = Whole(1, 100_000, load_default=None)
    entretien_tous_les_mois = Whole(1, 240, load_default=None)
    valeur_min = Whole(0, 100_000_000, load_default=None)


class TierShape(Shape):
    minutes = Whole(1, 44_640, required=True)
    prix = Amount(required=True)
    groupe = Code(load_default=None)
    abonnement = Code(load_default=None)
    depuis = Day(load_default=None)
    jusquau = Day(load_default=None)  # last day included


class DatedPriceShape(Shape):
    """A price that begins or ends one day, of anything (see `billing.models.Price`)."""

    quoi = Line(most=80, required=True)
    unite = fields.Str(
        required=True,
        validate=validate.OneOf(["half_day", "day", "minutes", "day_cap", "year", "month", "piece"], error="unité inconnue."),
    )
    minutes = Whole(1, 44_640, load_default=None)
    prix = Amount(required=True)
    groupe = Code(load_default=None)
    abonnement = Code(load_default=None)
    depuis = Day(load_default=None)
    jusquau = Day(load_default=None)  # last day included

    @validates_schema
    def known(self, data: Mapping[str, Any], **_: Any) -> None:
        if (data["unite"] == "minutes") != (data["minutes"] is not None):
            raise ValidationError("va avec unite: minutes, et seulement elle.", field_name="minutes")


class MachineShape(ThingShape):
    code = Code(required=True)
    nom = Line(required=True)
    famille = Code(required=True)
    habilitation = Line(most=80, load_default=None)
    valeur = Amount(load_default=None)
    duree_vie_h = Whole(1, 1_000_000, load_default=None)
    kw = Amount(scale=3, load_default=None)  # as watts
    entretien_heure = Amount(load_default=None)
    caracteristiques = fields.List(
        fields.List(Line(), validate=validate.Length(equal=2, error="[quoi, combien] est attendu.")), load_default=list
    )
    compteurs = fields.List(fields.Nested(CounterShape), load_default=list)
    protections = lines()
    consignes = lines()
    prix_heure = Amount(load_default=None)
    prix = fields.List(fields.Nested(TierShape), load_default=list)


class ThingsShape(Shape):
    postes = fields.List(fields.Nested(DeskShape), load_default=list)
    salles = fields.List(fields.Nested(RoomShape), load_default=list)
    machines = fields.List(fields.Nested(MachineShape), load_default=list)


class ToolShape(Shape):
    """What goes out of the lieu and comes back (`fablab.models.Tool`)."""

    marque = Line(most=40, required=True, error_messages=MISSING)
    nom = Line(required=True, error_messages=MISSING)
    rangement = Line(load_default="")
    description = Line(most=1000, load_default="")
    duree_jours = Whole(1, LONGEST_LOAN, load_default=7)
    libre_service = Yes(load_default=False)
    habilitation = Line(most=80, load_default=None, allow_none=True)
    valeur = Amount(load_default=None)
    etat = fields.Str(load_default="good", validate=validate.OneOf(["good", "broken", "lost"], error="good, broken ou lost est attendu."))


class BoxShape(Shape):
    """Where somebody leaves their things (`fablab.models.Box`)."""

    marque = Line(most=40, required=True, error_messages=MISSING)
    ou = Line(load_default="")
    duree_mois = Whole(1, 60, load_default=6)
    libre_service = Yes(load_default=False)


class ArticleShape(Shape):
    code = Code(required=True)
    nom = Line(required=True)
    unite = Line(most=20, required=True)
    prix = Amount(required=True)
    prix_groupes = fields.Dict(keys=Code(), values=Amount(), load_default=dict)
    stock = Amount(scale=3, load_default=None)
    alerte = Amount(scale=3, load_default=None)


class CostShape(Shape):
    nom = Line(required=True)
    montant = Amount(required=True)
    variable = Yes(load_default=False)


class AidShape(Shape):
    nom = Line(required=True)
    montant = Amount(required=True)


class ByKindCancel(Shape):
    poste = fields.Nested(CancelShape, load_default=None)
    salle = fields.Nested(CancelShape, load_default=None)
    machine = fields.Nested(CancelShape, load_default=None)


class ByKindMinutes(Shape):
    poste = Whole(1, 1440, load_default=None)
    salle = Whole(1, 1440, load_default=None)
    machine = Whole(1, 1440, load_default=None)
