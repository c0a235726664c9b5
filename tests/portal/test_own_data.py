"""What is given to a person of their data is theirs alone."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import wiring
from tests.factories import make_member, make_place

NOBODY_ELSES = 987_654_321  # a number that nothing else has


def test_each_read_of_what_a_person_takes_away_asks_for_that_person(session: Session):
    """One filter forgotten, and somebody leaves with the devices, the papers or the bills of the whole lieu."""
    make_place()
    person = make_member("Zoé", id=NOBODY_ELSES)
    asked: list[tuple[str, str]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, str(parameters)))

    sa.event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        for source in wiring.PERSONAL_DATA:
            source(person.id)
    finally:
        sa.event.remove(session.get_bind(), "before_cursor_execute", note)

    assert len(asked) > len(wiring.PERSONAL_DATA)
    assert [statement for statement, parameters in asked if str(NOBODY_ELSES) not in parameters] == []
