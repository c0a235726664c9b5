"""The course of the examples."""

import pytest

from tests.courses.course import Course


@pytest.fixture
def course(session, frozen) -> Course:
    """In January 2027, before cohort A begins."""
    frozen("2027-01-11T09:00+01:00")
    return Course()
