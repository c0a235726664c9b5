"""Bank accounts and what banks read: IBAN, BIC, SEPA creditor identifiers, their alphabet, their open days."""

import re
from datetime import date, timedelta

import stdnum.bic
import stdnum.eu.at_02
import stdnum.iban
from anyascii import anyascii
from dateutil.easter import easter

from app.core.refusals import N_, Reason
from app.core.text import clean_line

# Countries whose accounts take part in the SEPA schemes (EPC409-09).
SEPA_COUNTRIES = frozenset(
    (
        *("AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR", "HR", "HU", "IE", "IS"),
        *("IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA"),
    )
)
HOLDER_LENGTH = 70  # of a name in an order of debit or of transfer
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_SPELLED = str.maketrans({"&": "+", "°": "o"})


class WrongIban(Reason):
    code = "wrong_iban"
    sentence = N_("Cet IBAN n’est pas juste : un chiffre manque, ou deux sont échangés.")
    next_step = N_("Recopiez-le depuis votre RIB.")


class NotSepa(Reason):
    code = "not_sepa"
    sentence = N_("Ce compte est dans un pays (%(country)s) où les prélèvements et virements SEPA ne vont pas.")
    next_step = N_("Donnez un compte européen, ou payez par carte.")


class WrongBic(Reason):
    code = "wrong_bic"
    sentence = N_("Ce BIC n’est pas juste : il a 8 ou 11 signes.")
    next_step = N_("Recopiez-le depuis votre RIB, ou laissez-le vide.")


class WrongCreditor(Reason):
    code = "wrong_creditor"
    sentence = N_("Cet identifiant de créancier SEPA (ICS) n’est pas juste.")
    next_step = N_("Votre banque vous l’a donné : il commence par FR, puis deux chiffres et ZZZ.")


class HolderWithoutLetters(Reason):
    code = "holder_without_letters"
    sentence = N_("Ce nom n’a aucune lettre qu’une banque sache lire.")
    next_step = N_("Écrivez-le comme il est sur le compte.")


def compact_iban(text: str) -> str:
    """As machines write it: capitals, no spaces."""
    return re.sub(r"[\s.\-]", "", clean_line(text)).upper()


def shown_iban(iban: str) -> str:
    """By groups of four, as people read it."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def reasons_iban(iban: str) -> list[Reason]:
    """A SEPA account whose length, structure and check digits are right."""
    if not (iban.isascii() and stdnum.iban.is_valid(iban)):
        return [WrongIban()]
    if iban[:2] not in SEPA_COUNTRIES:
        return [NotSepa(country=iban[:2])]
    return []


def reasons_bic(bic: str) -> list[Reason]:
    """Empty, or 8 or 11 signs of the right kind."""
    return [] if not bic or (bic.isascii() and stdnum.bic.is_valid(bic)) else [WrongBic()]


def reasons_holder(name: str) -> list[Reason]:
    """The name of an account: something is left of it in the alphabet of banks."""
    return [] if any(sign.isalnum() for sign in sepa_text(name, length=HOLDER_LENGTH)) else [HolderWithoutLetters()]


def reasons_creditor(identifier: str) -> list[Reason]:
    """A SEPA creditor identifier (AT-02) whose check digits are right."""
    return [] if identifier.isascii() and stdnum.eu.at_02.is_valid(identifier) else [WrongCreditor()]


def sepa_text(text: str, *, length: int) -> str:
    """The same words, of any alphabet, in the one that every bank reads (EPC217-08): no accent, no leading or double slash."""
    spelled = anyascii(clean_line(text).translate(_SPELLED))
    known = re.sub(r" +", " ", _NOT_SEPA.sub(" ", spelled))
    return re.sub(r"/{2,}", "/", known).strip(" /")[:length].strip(" /")


def is_bank_day(day: date) -> bool:
    """Whether banks settle euros on this day (calendar of TARGET): not at weekends nor on their six holidays."""
    if day.weekday() > 4 or (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26)):
        return False
    sunday = easter(day.year)
    return day not in (sunday - timedelta(days=2), sunday + timedelta(days=1))


def next_bank_day(day: date) -> date:
    """The day itself when banks work, or the next one when they do."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day
