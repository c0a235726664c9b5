"""What the law asks, as dated settings: each fact has its day and its source, and a lieu may write its own beside them.

These are the rules known in 2026; the accountant of the lieu has the last word. VAT articles of the CGI move to the CIBS
(ordonnance 2025-1247, since 2026-09-01); references to the CGI are tolerated until 2027-12-31.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from app.core.money import half_up
from app.core.refusals import N_

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Fact:
    """What holds from a day on, and where it is written."""

    since: date
    value: Any
    source: str


_CREATION = date(2000, 1, 1)

FACTS: Mapping[str, tuple[Fact, ...]] = {
    "franchise_mention": (Fact(_CREATION, "TVA non applicable, art. 293 B du CGI", "CGI art. 293 E"),),
    "out_of_scope_mention": (
        Fact(_CREATION, "Opération hors du champ d’application de la TVA (CGI art. 256)", "CGI art. 256 et 256 A; à confirmer"),
    ),
    "training_mention": (
        Fact(_CREATION, "Exonération de TVA, art. 261, 4-4° a du CGI (formation professionnelle)", "CGI art. 261, 4-4° a"),
    ),
    "franchise_vatex": (Fact(_CREATION, "VATEX-FR-FRANCHISE", "EN 16931, liste VATEX"),),
    "out_of_scope_vatex": (Fact(_CREATION, "VATEX-EU-O", "EN 16931, liste VATEX"),),
    "training_vatex": (Fact(_CREATION, "VATEX-FR-CGI261-4", "EN 16931, liste VATEX"),),
    "on_debits_mention": (Fact(date(2022, 10, 9), "Option pour le paiement de la taxe d’après les débits", "décret 2022-1299"),),
    # franchise: what a year may bring in before VAT is due the next year, and at once (services; goods)
    "franchise_services": (Fact(date(2025, 1, 1), (3_750_000, 4_125_000), "CGI art. 293 B; à confirmer"),),
    "franchise_goods": (Fact(date(2025, 1, 1), (8_500_000, 9_350_000), "CGI art. 293 B; à confirmer"),),
    # what an association may earn beside what it is for, before it is taxed
    "accessory_income": (Fact(date(2026, 1, 1), 8_001_100, "CGI art. 206, 1 bis; indexé chaque année, à confirmer"),),
    "late_indemnity": (Fact(date(2013, 1, 1), 4_000, "code de commerce art. L441-10 et D441-5"),),
    "note_for_a_person_from": (Fact(date(1983, 10, 3), 2_500, "arrêté 83-50/A du 3 octobre 1983"),),
    "kept_years": (Fact(_CREATION, 10, "code de commerce art. L123-22"),),
    "issuing_duty": (Fact(_CREATION, date(2027, 9, 1), "CGI art. 289 bis; petites structures, à confirmer pour les associations"),),
}


# How each fact is read and written: its name, and what its value is.
NAMES: Mapping[str, tuple[str, str]] = {
    "franchise_services": (N_("Franchise en base, services\u00a0: seuil, et seuil majoré"), "amounts"),
    "franchise_goods": (N_("Franchise en base, marchandises\u00a0: seuil, et seuil majoré"), "amounts"),
    "accessory_income": (N_("Recettes accessoires d’une association, par an"), "amount"),
    "franchise_mention": (N_("Mention de la franchise en base"), "text"),
    "out_of_scope_mention": (N_("Mention hors du champ de la TVA"), "text"),
    "training_mention": (N_("Mention de la formation exonérée"), "text"),
    "on_debits_mention": (N_("Mention de la TVA d’après les débits"), "text"),
    "late_indemnity": (N_("Indemnité de retard, entre professionnels"), "amount"),
    "note_for_a_person_from": (N_("Note due à un particulier, à partir de"), "amount"),
    "kept_years": (N_("Garde des pièces comptables, en années"), "years"),
    "issuing_duty": (N_("Émission des factures par une plateforme agréée"), "day"),
    "franchise_vatex": (N_("Code VATEX de la franchise"), "text"),
    "out_of_scope_vatex": (N_("Code VATEX hors du champ"), "text"),
    "training_vatex": (N_("Code VATEX de la formation"), "text"),
}


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact as a lieu reads it: ours, or its own."""

    key: str
    since: date
    value: Any
    source: str
    is_own: bool


def facts_of(key: str, own: Iterable[Mapping[str, Any]] = ()) -> list[HeldFact]:
    """What holds for something, the oldest first; of the same day, the lieu's own comes last, and wins."""
    ours = [HeldFact(key, fact.since, fact.value, fact.source, False) for fact in FACTS[key]]
    theirs = [
        HeldFact(key, date.fromisoformat(row["since"]), _read(key, row["value"]), row.get("source", ""), True)
        for row in own
        if row["key"] == key
    ]
    return sorted([*ours, *theirs], key=lambda fact: (fact.since, fact.is_own))


def _read(key: str, kept: Any) -> Any:
    """A value as it is kept in JSON: a day is its text there."""
    return date.fromisoformat(kept) if key in NAMES and NAMES[key][1] == "day" else kept


def fact_on(key: str, day: date, own: Iterable[Mapping[str, Any]] = ()) -> Any:
    """The value that holds on this day; one that the lieu wrote (`{key, since, value}`) goes before ours of the same day or older."""
    held = [fact.value for fact in facts_of(key, own) if fact.since <= day]
    return held[-1] if held else None


# ---------------------------------------------------------------- regimes

OUT_OF_SCOPE_REGIME, FRANCHISE, LIABLE = "hors_champ", "franchise", "redevable"
REGIMES = (OUT_OF_SCOPE_REGIME, FRANCHISE, LIABLE)
ALWAYS_OUT_OF_SCOPE = frozenset(("membership", "gift", "deposit"))  # no service is given for them
EXEMPT_RATE = "exonere"


class TaxOf(NamedTuple):
    """How something is taxed: its category (EN 16931) and its rate."""

    category: str
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Regime:
    """Régime de TVA of a lieu from a day on."""

    code: str
    since: date
    rate_bp: int = 0  # what is sold, unless said otherwise
    rates: Mapping[str, int | str] | None = None  # activity → basis points, or `exonere`
    on_debits: bool = False

    @property
    def is_liable(self) -> bool:
        return self.code == LIABLE

    def tax_of(self, activity: str) -> TaxOf:
        if self.code == OUT_OF_SCOPE_REGIME or activity in ALWAYS_OUT_OF_SCOPE:
            return TaxOf("O", 0)
        if self.code == FRANCHISE:
            return TaxOf("E", 0)
        rate = (self.rates or {}).get(activity, self.rate_bp)
        return TaxOf("E", 0) if isinstance(rate, str) else TaxOf("S", rate)


NO_REGIME = Regime(OUT_OF_SCOPE_REGIME, _CREATION)


def regimes(rows: Iterable[Mapping[str, Any]]) -> list[Regime]:
    """The regimes of a lieu as it wrote them, in order."""
    found = [
        Regime(
            row["regime"],
            date.fromisoformat(row["depuis"]),
            int(row.get("taux", 2000)) if row["regime"] == LIABLE else 0,
            dict(row.get("taux_par_activite", {})),
            bool(row.get("debits", False)),
        )
        for row in rows
    ]
    return sorted(found, key=lambda regime: regime.since)


def regime_of(rows: Iterable[Mapping[str, Any]], day: date) -> Regime:
    held = [regime for regime in regimes(rows) if regime.since <= day]
    return held[-1] if held else NO_REGIME


# ---------------------------------------------------------------- thresholds


class Threshold(NamedTuple):
    """Seuil: how far this year's income has come towards an amount."""

    key: str
    limit_cents: int
    reached_cents: int

    @property
    def is_over(self) -> bool:
        return self.reached_cents > self.limit_cents


def thresholds(regime: Regime, income: Mapping[str, int], day: date, own: Iterable[Mapping[str, Any]] = ()) -> Iterator[Threshold]:
    """Those that this year's income passed, or comes near to (80 %). `income`: cents by `services` and `goods`.

    Nothing switches by itself: the lieu decides with its accountant (CGI art. 293 B; art. 206, 1 bis for associations).
    """
    limits: list[tuple[str, int, int]] = []
    if regime.code == FRANCHISE:
        for nature in ("services", "goods"):
            for key, limit in zip(
                (f"franchise_{nature}_base", f"franchise_{nature}_top"), fact_on(f"franchise_{nature}", day, own), strict=True
            ):
                limits.append((key, limit, income.get(nature, 0)))
    elif regime.code == OUT_OF_SCOPE_REGIME:
        limits.append(("accessory_income", fact_on("accessory_income", day, own), sum(income.values())))
    for key, limit, reached in limits:
        if reached * 100 >= limit * 80:
            yield Threshold(key, limit, reached)


# ---------------------------------------------------------------- lateness


class Lateness(NamedTuple):
    """What a late professional owes besides."""

    interest_cents: int
    indemnity_cents: int


def lateness(late: Iterable[tuple[int, int]], *, rate_bp: int, indemnity_cents: int, is_professional: bool) -> Lateness:
    """Interest by the day and 40 € a bill, between professionals only (code de commerce L441-10); a person owes nothing more.

    `late`: cents, and how many days they have been late; several when several payments were agreed on.
    """
    cent_days = sum(cents * days for cents, days in late if cents > 0 and days > 0)
    if not is_professional or not cent_days:
        return Lateness(0, 0)
    return Lateness(half_up(cent_days * rate_bp, 10_000 * YEAR_DAYS), indemnity_cents)
