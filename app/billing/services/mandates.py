"""SEPA mandates: signed here, or on paper; their account is sealed at once."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import sqlalchemy as sa

from app.billing.models import Mandate, MandateScan
from app.billing.queries import banking
from app.billing.queries.payments import Terms
from app.billing.rules import debits as rules
from app.billing.rules.banking import HOLDER_LENGTH, compact_iban, reasons_bic, reasons_holder, reasons_iban
from app.billing.rules.payments import WhoPays
from app.billing.services.payments import MONEY
from app.core import journal
from app.core.db import db, lock, transaction
from app.core.refusals import Refused
from app.core.sealing import seal, unseal

USE = "iban"


@dataclass(frozen=True, slots=True)
class Scan:
    """A signed paper, as it was sent: its first bytes were checked by the door."""

    kind: str
    data: bytes


def sign_mandate(
    *,
    place_id: int,
    payer: WhoPays,
    terms: Terms,
    holder: str,
    iban: str,
    bic: str = "",
    signed_on: date,
    signed_name: str = "",
    scan: Scan | None = None,
    now: datetime,
    actor_id: int | None = None,
) -> Mandate:
    """A new mandate; the payer's others are revoked the same day. With `signed_name` it is signed here, with a scan on paper."""
    iban, bic = compact_iban(iban), compact_iban(bic)
    refusals = [
        *reasons_holder(holder),
        *reasons_iban(iban),
        *reasons_bic(bic),
        *rules.reasons_lieu(terms.holder, terms.iban, terms.creditor_id),
    ]
    if not signed_name and scan is None:
        refusals.append(rules.NotASignature())
    if refusals:
        raise Refused(*refusals)
    with transaction() as session:
        lock(MONEY, place_id)
        before = banking.mandates_of(payer)
        reference = next_reference(place_id, payer)
        words = rules.mandate_text(creditor=terms.holder, creditor_id=terms.creditor_id, reference=reference, notice_days=terms.notice_days)
        for other in before:
            if other.revoked_on is None and other.place_id == place_id:
                _revoke(other, day=signed_on, now=now, actor_id=actor_id)
        mandate = Mandate(
            place_id=place_id,
            member_id=payer.member_id,
            organisation_id=payer.organisation_id,
            reference=reference,
            holder=holder[:HOLDER_LENGTH],
            iban_sealed=seal(iban, use=USE, where=reference),
            iban_country=iban[:2],
            iban_last4=iban[-4:],
            bic=bic,
            signed_on=signed_on,
            signature="paper" if scan else "app",
            signed_name=signed_name,
            text_hash=sha256(words.encode()).hexdigest(),
            notice_days=terms.notice_days,
            created_at=now,
            actor_id=actor_id,
        )
        session.add(mandate)
        session.flush()
        if scan is not None:
            sealed = seal(b64encode(scan.data).decode(), use=USE, where=f"scan {reference}")
            session.add(MandateScan(mandate_id=mandate.id, kind=scan.kind, sealed=sealed))
        journal.record("mandate.signed", mandate.id, place_id=place_id, actor_id=actor_id, member_id=payer.member_id, at=now)
        return mandate


def next_reference(place_id: int, payer: WhoPays) -> str:
    """The reference (RUM) that the next mandate of this payer bears."""
    who = f"M{payer.member_id}" if payer.member_id is not None else f"O{payer.organisation_id}"
    return f"WL{place_id}-{who}-{len(banking.mandates_of(payer)) + 1}"


def revoke_mandate(mandate_id: int, *, day: date, now: datetime, actor_id: int | None = None) -> None:
    """No debit by it any more from this day on. What the bank has already is not called back."""
    with transaction() as session:
        mandate = session.get_one(Mandate, mandate_id)
        lock(MONEY, mandate.place_id)
        if mandate.revoked_on is None:
            _revoke(mandate, day=day, now=now, actor_id=actor_id)


def scan_of(mandate: Mandate) -> Scan | None:
    """The paper that was signed: a bank may ask for it."""
    kept = db.session.get(MandateScan, mandate.id)
    if kept is None:
        return None
    return Scan(kept.kind, b64decode(unseal(kept.sealed, use=USE, where=f"scan {mandate.reference}")))


def iban_of(mandate: Mandate) -> str:
    """The whole account, for the bank's file and nothing else."""
    return unseal(mandate.iban_sealed, use=USE, where=mandate.reference)


def forget_accounts(member_id: int, *, now: datetime) -> None:
    """An erased person's accounts go: neither the number nor the scan is needed to keep the books. Nothing can be debited any more."""
    with transaction() as session:
        ids = list(session.scalars(sa.select(Mandate.id).where(Mandate.member_id == member_id)))
        session.execute(sa.delete(MandateScan).where(MandateScan.mandate_id.in_(ids)))
        for mandate in session.scalars(sa.select(Mandate).where(Mandate.id.in_(ids))):
            mandate.iban_sealed, mandate.iban_country, mandate.iban_last4, mandate.bic = "", "", "", ""
            mandate.holder, mandate.signed_name = "—", ""
            if mandate.revoked_on is None:
                _revoke(mandate, day=now.date(), now=now, actor_id=None)
        session.flush()


def _revoke(mandate: Mandate, *, day: date, now: datetime, actor_id: int | None) -> None:
    mandate.revoked_on = day
    journal.record("mandate.revoked", mandate.id, place_id=mandate.place_id, actor_id=actor_id, member_id=mandate.member_id, at=now)
