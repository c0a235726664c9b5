"""What a line of the bank's statement pays. The amount and the reference together are enough to act; the amount alone is only
ever proposed, those whose payer the bank names first, and a person confirms it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.billing.rules.statements import BankLine
from app.core.text import searchable

MOST_PROPOSALS = 5
ALL = 100  # of a name
PAYOUT_DELAY = timedelta(days=14)  # between a card payment and the bank line of its payout

_NUMBER = re.compile(r"([A-Z]{1,6})[\s\-./]*(\d{4})[\s\-./]*(\d{5,9})(?!\d)")


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that waits for money."""

    invoice_id: int
    number: str
    left_cents: int
    payer: str = ""
    asked_cents: int = 0  # the next part of it, when several payments were agreed on; none: all that is left
    is_under_debit: bool = False  # its money is to come by a debit: only its number says that this is not it

    @property
    def amounts(self) -> tuple[int, ...]:
        """What would pay what is asked: all of it, or its next part."""
        return (self.left_cents, self.asked_cents) if self.asked_cents else (self.left_cents,)


@dataclass(frozen=True, slots=True)
class OpenDebit:
    """A debit sent to the bank: it waits for its money, or has had it and may come back."""

    debit_id: int
    end_to_end: str
    group: str  # the part of our file that it is in
    cents: int
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class HeldPayment:
    """What a provider holds of a payment until a payout, and the fee that it will take. Below zero: refunded since."""

    payment_id: int
    cents: int
    fee_cents: int
    on: date

    @property
    def net_cents(self) -> int:
        return self.cents - self.fee_cents


@dataclass(frozen=True, slots=True)
class OpenSlip:
    """Cheques or notes handed in at the bank, not yet seen on the account."""

    slip_id: int
    number: str
    cents: int


@dataclass(frozen=True, slots=True)
class OpenRefund:
    """A refund by transfer, not yet seen on the account."""

    movement_id: int
    reference: str
    cents: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that a bank line may answer."""

    invoices: Sequence[OpenInvoice] = ()
    debits: Sequence[OpenDebit] = ()
    held: Mapping[str, Sequence[HeldPayment]] = field(default_factory=dict)  # by provider
    slips: Sequence[OpenSlip] = ()
    refunds: Sequence[OpenRefund] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the line would be. `parts`: (id, cents) of each thing it settles. `kind`: invoices, debits, payout, slip, return,
    refund, fee."""

    kind: str
    parts: tuple[tuple[int, int], ...] = ()
    automatic: bool = False
    fee_cents: int = 0
    credit_cents: int = 0  # what is left over and kept for the payer
    provider: str = ""

    @property
    def code(self) -> str:
        """Its name in a form: what it is and of what, so that the click confirms what was read."""
        return f"{self.kind}:{'+'.join(f'{one}={cents}' for one, cents in self.parts)}:{self.fee_cents}:{self.provider}"


def proposals(line: BankLine, waiting: Waiting) -> list[Proposal]:
    """Every meaning the line may have, the surest first; only the first may be automatic, and only when it is alone to be."""
    found = sorted(_money_in(line, waiting) if line.cents > 0 else _money_out(line, waiting), key=lambda one: not one.automatic)
    meanings: dict[str, Proposal] = {}
    for one in found:
        meanings.setdefault(one.code, one)  # known by its number, it is not said again by its amount
    if sum(one.automatic for one in meanings.values()) > 1:
        return [_by_hand(one) for one in meanings.values()][:MOST_PROPOSALS]
    return list(meanings.values())[:MOST_PROPOSALS]


def numbers_in(text: str, known: Iterable[str]) -> list[str]:
    """The invoice numbers that a text names, however it spells them (« f2026 00042 », « REFF202600042 »)."""
    by_key = {_key(number): number for number in known}
    found = []
    for letters, year, rank in _NUMBER.findall(text.upper()):
        for start in range(len(letters)):
            number = by_key.get(letters[start:] + year + rank)
            if number is not None and number not in found:
                found.append(number)
    return found


def _money_in(line: BankLine, waiting: Waiting) -> Iterator[Proposal]:
    yield from _debits(line, waiting.debits)
    yield from _named_invoices(line, waiting.invoices)
    yield from _payouts(line, waiting.held)
    yield from _slips(line, waiting.slips)
    yield from _by_amount_or_name(line, [invoice for invoice in waiting.invoices if not invoice.is_under_debit])


def _by_amount_or_name(line: BankLine, invoices: Sequence[OpenInvoice]) -> Iterator[Proposal]:
    """No number in the text. The amount of one whose payer is named; all that a named payer owes; the amount alone, the likeliest
    name first; then what a named payer owes, as far as the money goes. A name proves nothing: none is ever automatic."""
    said = frozenset(re.split(r"[^a-z0-9]+", searchable(f"{line.name} {line.text}")))
    likeness = {invoice.invoice_id: _likeness(invoice.payer, said) for invoice in invoices}
    same = sorted((invoice for invoice in invoices if line.cents in invoice.amounts), key=lambda one: -likeness[one.invoice_id])
    named: dict[str, list[OpenInvoice]] = {}
    for invoice in invoices:
        if likeness[invoice.invoice_id] == ALL:
            named.setdefault(invoice.payer, []).append(invoice)
    for invoice in same:
        if likeness[invoice.invoice_id] == ALL:
            yield Proposal("invoices", ((invoice.invoice_id, line.cents),))
    for owed in named.values():
        if sum(invoice.left_cents for invoice in owed) == line.cents:
            yield Proposal("invoices", tuple((invoice.invoice_id, invoice.left_cents) for invoice in owed))
    for invoice in same:
        yield Proposal("invoices", ((invoice.invoice_id, line.cents),))
    for owed in named.values():
        yield _as_far_as_it_goes(line, owed)


def _likeness(payer: str, said: Collection[str]) -> int:
    """How much of a payer's name the bank says, in whatever order, accents and case aside: of 100."""
    words = [word for word in re.split(r"[^a-z0-9]+", searchable(payer)) if word]
    return ALL * sum(word in said for word in words) // max(1, len(words))


def _as_far_as_it_goes(line: BankLine, invoices: Iterable[OpenInvoice], *, automatic: bool = False) -> Proposal:
    """These invoices, in this order; what is over is kept for the payer."""
    left, parts = line.cents, []
    for invoice in invoices:
        part = min(left, invoice.left_cents)
        if part > 0:
            parts.append((invoice.invoice_id, part))
            left -= part
    return Proposal("invoices", tuple(parts), automatic=automatic, credit_cents=left)


def _debits(line: BankLine, debits: Sequence[OpenDebit]) -> Iterator[Proposal]:
    """Our own debits: one by its end-to-end reference, or a whole group of our file by its name, or by its total."""
    waiting = [debit for debit in debits if not debit.is_paid]
    for debit in waiting:
        if debit.end_to_end == line.end_to_end and debit.cents == line.cents:
            yield Proposal("debits", ((debit.debit_id, debit.cents),), automatic=True)
    groups: dict[str, list[OpenDebit]] = {}
    for debit in waiting:
        groups.setdefault(debit.group, []).append(debit)
    for group, members in groups.items():
        if sum(debit.cents for debit in members) == line.cents:
            is_named = group in (line.batch, line.end_to_end) or _key(group) in _key(line.text)
            yield Proposal("debits", tuple((debit.debit_id, debit.cents) for debit in members), automatic=is_named)


def _named_invoices(line: BankLine, invoices: Sequence[OpenInvoice]) -> Iterator[Proposal]:
    """The text names invoices: automatic when the amount is what is left of them, else proposed, oldest first."""
    by_number = {invoice.number: invoice for invoice in invoices}
    named = [by_number[number] for number in numbers_in(f"{line.text} {line.end_to_end}", by_number)]
    if not named:
        return
    is_exact = line.cents == sum(invoice.left_cents for invoice in named) or (len(named) == 1 and line.cents in named[0].amounts)
    yield _as_far_as_it_goes(line, named, automatic=is_exact)


def _payouts(line: BankLine, held: Mapping[str, Sequence[HeldPayment]]) -> Iterator[Proposal]:
    """One bank line is several payments less their fees: a run of them, in the order they came, whose net is the line."""
    said = searchable(f"{line.text} {line.name}")
    for provider, payments in held.items():
        runs = list(_runs(line, sorted(payments, key=lambda payment: (payment.on, payment.payment_id))))
        for run in runs[:2]:
            fee = sum(payment.fee_cents for payment in run)
            parts = tuple((payment.payment_id, payment.cents) for payment in run)
            is_sure = provider in said and len(runs) == 1
            if provider in said or len(runs) == 1:
                yield Proposal("payout", parts, automatic=is_sure, fee_cents=fee, provider=provider)


def _runs(line: BankLine, payments: Sequence[HeldPayment]) -> Iterator[Sequence[HeldPayment]]:
    for first in range(len(payments)):
        total = 0
        for last in range(first, len(payments)):
            if payments[last].on > line.on or payments[last].on < line.on - PAYOUT_DELAY * 3:
                break
            total += payments[last].net_cents
            if total == line.cents:
                yield payments[first : last + 1]


def _slips(line: BankLine, slips: Sequence[OpenSlip]) -> Iterator[Proposal]:
    for slip in slips:
        if slip.cents == line.cents:
            yield Proposal("slip", ((slip.slip_id, slip.cents),), automatic=_key(slip.number) in _key(line.text))


def _money_out(line: BankLine, waiting: Waiting) -> Iterator[Proposal]:
    """A debit that comes back, with or without the bank's fee in it; a refund that we made; else what the bank takes for itself."""
    taken = -line.cents
    for debit in waiting.debits:
        if debit.end_to_end and (debit.end_to_end == line.end_to_end or _key(debit.end_to_end) in _key(line.text)) and taken >= debit.cents:
            yield Proposal(
                "return", ((debit.debit_id, debit.cents),), automatic=taken == debit.cents and debit.is_paid, fee_cents=taken - debit.cents
            )
    for refund in waiting.refunds:
        if refund.cents == taken:
            is_named = _key(refund.reference) in _key(f"{line.text} {line.end_to_end}")
            yield Proposal("refund", ((refund.movement_id, refund.cents),), automatic=is_named)
    said = searchable(line.text)
    if any(word in said.split() for word in ("frais", "commission", "commissions", "cotisation", "agios")):
        yield Proposal("fee", fee_cents=taken)


def _by_hand(proposal: Proposal) -> Proposal:
    return Proposal(
        proposal.kind,
        proposal.parts,
        fee_cents=proposal.fee_cents,
        credit_cents=proposal.credit_cents,
        provider=proposal.provider,
    )


def _key(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
