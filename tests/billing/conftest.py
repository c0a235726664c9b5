"""A lieu with its people, on Tuesday 1 December 2026 at 10:00."""

import pytest

from tests.lieux import Lieu, make_lieu


@pytest.fixture
def lieu(session, frozen) -> Lieu:
    frozen("2026-12-01T10:00+01:00")
    return make_lieu()
