"""What the shell asks the rooms above it, without knowing them: who we are, where one may go, who is staff."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The lieu as its pages present it. What is empty is not shown."""

    name: str
    zone: ZoneInfo
    short_name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""
    phone: str = ""
    legal_form: str = ""  # association loi 1901
    siret: str = ""
    rna: str = ""
    nda: str = ""  # training organisation number
    publisher: str = ""  # directeur ou directrice de la publication
    host: str = ""  # hébergeur: name and address
    data_contact: str = ""  # who answers about personal data, else `email`
    has_others: bool = False  # this house serves several lieux: one may go to another
    takes_cards: bool = False  # then Stripe is named among those who receive data

    @property
    def address(self) -> str:
        """« Ancienne école, 61500 Boitron »."""
        return ", ".join(filter(None, (self.street, f"{self.postcode} {self.town}".strip())))


class NavItem(NamedTuple):
    """One place of the bar: `key` names its icon and is what a page calls `here`."""

    key: str
    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The questions, answered by functions that the wiring gives."""

    identity: Callable[[], Identity]
    navigation: Callable[[], Sequence[NavItem]]
    open_now: Callable[[], str]  # « Ouvert jusqu’à 18 h 30 », or nothing
    language: Callable[[], str | None]  # the person's setting
    is_staff: Callable[[], bool]
    notice: Callable[[], str]  # the template of what every page says first to this person, or nothing


def sources() -> Sources:
    """The answers given to this application."""
    given: Sources = current_app.extensions["web"]
    return given
