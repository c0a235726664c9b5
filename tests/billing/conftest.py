"""A lieu with its people, on Tuesday 1 December 2026 at 10:00; and one that only bills."""

import pytest

from tests.billing.bills import make_organisation
from tests.factories import make_member, make_place
from tests.lieux import Lieu, make_lieu

NOW = "2026-12-01T10:00+01:00"
LIABLE = [{"depuis": "2026-01-01", "regime": "redevable", "taux": 2000}]


@pytest.fixture
def lieu(session, frozen) -> Lieu:
    frozen(NOW)
    return make_lieu()


@pytest.fixture
def place(session, frozen):
    """A lieu that owes VAT at 20 %, the first of December."""
    frozen(NOW)
    return make_place(
        name="Worklab de Boitron",
        legal_form="association loi 1901",
        street="Ancienne école",
        postal_code="61500",
        town="Boitron",
        email="bonjour@worklab.example",
        siret="73282932000074",
        vat_number="FR44732829320",
        iban="FR7630006000011234567890189",
        vat_regimes=LIABLE,
    )


@pytest.fixture
def person(place):
    return make_member("Camille Roux", email="camille@example.org", street="2 rue du Four", postal_code="61500", town="Boitron")


@pytest.fixture
def company(place):
    return make_organisation()
