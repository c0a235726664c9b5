"""What a bill says in figures: lines, VAT on the sum of each rate, what may still be credited. Cents, never a float.

VAT per rate on the sum of the lines, never line by line: CGI annexe II art. 242 nonies A (the total per rate is what the
law asks), EN 16931 BR-S-08 and BR-S-09.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self

from app.core.money import half_up
from app.core.refusals import N_, Cents, Reason

MILLI = 1000
WHOLE = 10_000  # basis points

# Categories of EN 16931 (UNTDID 5305) that a lieu meets.
STANDARD, EXEMPT, OUT_OF_SCOPE = "S", "E", "O"


class NothingToBill(Reason):
    code = "nothing_to_bill"
    sentence = N_("Il n’y a rien à facturer\u202f: le total est nul ou négatif.")
    next_step = N_("Ce qui reste en faveur de la personne se reporte sur le mois suivant, ou se rend par un avoir.")


class MixedWithOutOfScope(Reason):
    code = "mixed_with_out_of_scope"
    sentence = N_("Une ligne hors du champ de la TVA ne va pas sur la même facture qu’une ligne taxée ou exonérée.")
    next_step = N_("Faites deux factures\u202f: l’adhésion ou la caution d’un côté, le reste de l’autre.")


class MoreThanIsLeft(Reason):
    code = "more_than_is_left"
    sentence = N_("Un avoir ne dépasse jamais ce qui reste de sa facture\u202f: il reste %(left)s, l’avoir serait de %(asked)s.")
    next_step = N_("Baissez le montant, ou faites un avoir de tout ce qui reste.")


class PriceNotWritable(Reason):
    code = "price_not_writable"
    sentence = N_("Aucun prix hors taxes ne donne exactement %(asked)s toutes taxes comprises.")
    next_step = N_("Choisissez %(below)s ou %(above)s.")


class AlreadyCredited(Reason):
    code = "already_credited"
    sentence = N_("Cette facture a déjà été rendue en entier.")
    next_step = N_("Il n’en reste rien à créditer.")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill. `cents` is its amount where quantity and price do not make it (a prorated month); without taxes
    for a lieu that owes VAT, plain elsewhere. `member_name` is written where one invoice is for several people."""

    label: str
    quantity_milli: int
    unit: str  # "piece", "half_day", "hour", "month"…: `UNITS`
    unit_cents: int
    rate_bp: int
    category: str
    member_name: str = ""
    used_from: date | None = None
    used_to: date | None = None
    cents: int | None = None
    activity: str = "other"  # `ACTIVITIES`: says the account, goods or services, and where income comes from

    @property
    def net_cents(self) -> int:
        return self.cents if self.cents is not None else half_up(self.quantity_milli * self.unit_cents, MILLI)

    def part(self, quantity_milli: int) -> Self:
        """The same line for another quantity; of an amount that quantity and price do not make, its share."""
        whole = self.quantity_milli or MILLI
        cents = None if self.cents is None else half_up(self.cents * quantity_milli, whole) if whole > 0 else self.cents
        return replace(self, quantity_milli=quantity_milli, cents=cents)

    def written(self) -> dict[str, Any]:
        """As a draft and a frozen invoice keep it."""
        said = asdict(self) | {"net_cents": self.net_cents}
        for key in ("used_from", "used_to"):
            said[key] = said[key].isoformat() if said[key] else None
        return said

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        days = {key: date.fromisoformat(said[key]) if said[key] else None for key in ("used_from", "used_to")}
        return cls(**{key: value for key, value in said.items() if key != "net_cents"} | days)


class Tax(NamedTuple):
    """VAT of one rate: on the sum of its lines."""

    category: str
    rate_bp: int
    net: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What a bill comes to."""

    by_rate: tuple[Tax, ...]

    @property
    def net_cents(self) -> int:
        return sum(tax.net for tax in self.by_rate)

    @property
    def vat_cents(self) -> int:
        return sum(tax.vat for tax in self.by_rate)

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


# What is sold, → (its account in the chart, goods or services); a lieu may choose other accounts.
ACTIVITIES: Mapping[str, tuple[str, str]] = {
    "desk": ("706", "services"),
    "office": ("706", "services"),
    "room": ("706", "services"),
    "machine": ("706", "services"),
    "space": ("706", "services"),
    "plan": ("706", "services"),
    "pass": ("706", "services"),
    "training": ("706", "services"),
    "fee": ("706", "services"),
    "article": ("707", "goods"),
    "membership": ("756", "services"),
    "gift": ("754", "services"),
    "deposit": ("165", "services"),
    "other": ("706", "services"),
}


def totals(lines: Iterable[Line]) -> Totals:
    """VAT of each rate on the sum of its lines; the highest rate first."""
    nets: dict[tuple[str, int], int] = defaultdict(int)
    for line in lines:
        nets[line.category, line.rate_bp] += line.net_cents
    return Totals(tuple(Tax(*key, net, vat_of_net(net, key[1])) for key, net in sorted(nets.items(), key=_by_rate)))


def vat_of_net(net_cents: int, rate_bp: int) -> int:
    return half_up(net_cents * rate_bp, WHOLE)


def gross_of_net(net_cents: int, rate_bp: int) -> int:
    """With taxes: what a price is worth by itself."""
    return net_cents + vat_of_net(net_cents, rate_bp)


def net_of_gross(gross_cents: int, rate_bp: int) -> int:
    """Without taxes; what the nearest price without taxes is."""
    return half_up(gross_cents * WHOLE, WHOLE + rate_bp)


def reasons_price(gross_cents: int, rate_bp: int) -> Iterator[Reason]:
    """A lieu that owes VAT keeps prices without taxes: 9.99 with 20 % cannot be written, 9.98 and 10.00 can."""
    net = net_of_gross(gross_cents, rate_bp)
    if gross_of_net(net, rate_bp) == gross_cents:
        return
    around = [gross_of_net(near, rate_bp) for near in (net - 1, net, net + 1)]
    below, above = max(price for price in around if price < gross_cents), min(price for price in around if price > gross_cents)
    yield PriceNotWritable(asked=Cents(gross_cents), below=Cents(below), above=Cents(above))


def reasons_bill(lines: Sequence[Line]) -> Iterator[Reason]:
    """Zero makes no invoice; out of scope stands alone (EN 16931 BR-O-11 to BR-O-14)."""
    if totals(lines).gross_cents <= 0:
        yield NothingToBill()
    categories = {line.category for line in lines}
    if OUT_OF_SCOPE in categories and len(categories) > 1:
        yield MixedWithOutOfScope()


# ---------------------------------------------------------------- credit notes


def left_of(invoice: Sequence[Tax], credited: Iterable[Tax]) -> list[Tax]:
    """What may still be credited of each rate of an invoice. Amounts credited are given as positive ones."""
    gone = _summed(credited)
    pairs = ((tax, gone[tax.category, tax.rate_bp]) for tax in invoice)
    return [tax._replace(net=tax.net - back.net, vat=tax.vat - back.vat) for tax, back in pairs]


def credited_by_lines(lines: Sequence[Line], credited: Iterable[Tax]) -> tuple[Tax, ...]:
    """VAT of a credit note that gives back these lines: the running sum is rounded, and this one is the difference, so that
    1.00 given back as 0.33 + 0.33 + 0.34 gives back 7 + 6 + 7 cents of VAT, all there was."""
    gone = _summed(credited)
    found = []
    for tax in totals(lines).by_rate:
        before = gone[tax.category, tax.rate_bp]
        found.append(tax._replace(vat=vat_of_net(before.net + tax.net, tax.rate_bp) - before.vat))
    return tuple(found)


def credited_by_gross(gross_cents: int, invoice: Sequence[Tax], credited: Iterable[Tax]) -> tuple[Tax, ...]:
    """How an amount with taxes is taken from what is left of each rate, in proportion; all of it gives back exactly the rest."""
    gone = _summed(credited)
    left = [tax for tax in left_of(invoice, gone.values()) if tax.net + tax.vat]
    rest, pool = gross_cents, sum(tax.net + tax.vat for tax in left)
    found = []
    for tax in left:
        available = tax.net + tax.vat
        part = half_up(rest * available, pool)
        rest, pool = rest - part, pool - available
        before = gone[tax.category, tax.rate_bp]
        vat = half_up((before.net + before.vat + part) * tax.rate_bp, WHOLE + tax.rate_bp) - before.vat
        if part:
            found.append(Tax(tax.category, tax.rate_bp, part - vat, vat))
    return tuple(found)


def reasons_credit(asked: Sequence[Tax], invoice: Sequence[Tax], credited: Iterable[Tax]) -> Iterator[Reason]:
    """Never more than what is left of the invoice, nor of any of its rates."""
    rest = left_of(invoice, credited)
    if not any(tax.net or tax.vat for tax in rest):
        yield AlreadyCredited()
        return
    gross = sum(tax.net + tax.vat for tax in asked)
    if gross <= 0:
        yield NothingToBill()
        return
    left = {tax[:2]: tax for tax in rest}
    nothing = Tax("", 0, 0, 0)
    for tax in asked:
        of_rate = left.get(tax[:2], nothing)
        if tax.net > of_rate.net or tax.net + tax.vat > of_rate.net + of_rate.vat:
            yield MoreThanIsLeft(left=Cents(sum(tax.net + tax.vat for tax in rest)), asked=Cents(gross))
            return


def turned(line: Line) -> Line:
    """The same line given back."""
    return replace(line, quantity_milli=-line.quantity_milli, cents=None if line.cents is None else -line.cents)


def _summed(taxes: Iterable[Tax]) -> dict[tuple[str, int], Tax]:
    found: dict[tuple[str, int], Tax] = _Sums()
    for tax in taxes:
        before = found[tax.category, tax.rate_bp]
        found[tax.category, tax.rate_bp] = tax._replace(net=before.net + tax.net, vat=before.vat + tax.vat)
    return found


class _Sums(dict[tuple[str, int], Tax]):
    def __missing__(self, key: tuple[str, int]) -> Tax:
        return Tax(*key, 0, 0)


def _by_rate(item: tuple[tuple[str, int], int]) -> tuple[int, str]:
    (category, rate_bp), _net = item
    return -rate_bp, category
