"""A lieu with its manager, and pages filled as a browser would."""

import pytest

from app.place.models import Place
from tests.factories import make_member, make_place
from tests.pages import fields_of


@pytest.fixture
def place(session, frozen) -> Place:
    frozen("2026-12-01T10:00+01:00")
    return make_place(name="Worklab de Boitron", town="Boitron", postal_code="61500", street="Ancienne école")


@pytest.fixture
def manager(place, log_in):
    return log_in(make_member("Max", roles=["manager"]))


@pytest.fixture
def fill(manager):
    """`fill("/manage/place/hours", day0_opens="09:00")`: open the page, change these fields, send the rest as it came."""

    def fill(path, *, button="", **typed):
        page = manager.get(path)
        assert page.status_code == 200, page.text
        return manager.post(path, data=fields_of(page.text) | typed | ({button: "1"} if button else {}))

    return fill
