"""The hours of a cohort through the interface: one's own, those of one's half-days, or all; nothing for others."""

from app.core.db import transaction
from tests.api.partner import token_for
from tests.courses.cohorts import make_class
from tests.factories import make_member


def test_each_program_reads_the_hours_that_its_person_may_see(session, client, frozen):
    school = make_class(people=3)
    morning, afternoon = school.sessions
    first, *_ = school.enrolments
    school.hold(morning)
    with transaction():
        afternoon.trainer_id = make_member("Lucie", roles=("trainer",)).id
    frozen("2027-03-02T18:00+01:00")

    def read(member, query: str = ""):
        token = token_for(member)
        return client.get(f"/api/v1/cohorts/{school.cohort.id}/attendance{query}", headers={"Authorization": f"Bearer {token}"})

    [mine] = read(first.member).json["items"]
    assert mine == {
        "enrolment_id": first.id, "member_id": first.member_id, "name": "Stagiaire1", "planned": 420, "done": 210, "justified": 0,
        "unjustified": 0, "to_regularise": 210, "rate": 5000, "done_at_distance": 0,
    }  # fmt: skip
    assert [line["planned"] for line in read(school.samir).json["items"]] == [210] * 3
    for who in (school.claire, school.ines):
        assert [line["planned"] for line in read(who).json["items"]] == [420] * 3
    page = read(school.ines, "?limit=2").json
    assert (len(page["items"]), len(read(school.ines, f"?limit=2&cursor={page['cursor']}").json["items"])) == (2, 1)
    assert read(school.ines, "?from=2027-03-03").json["items"] == []
    for who in (make_member("Passant"), make_member("Fonds", roles=("funder",)), make_class(people=1).samir):
        assert read(who).status_code == 404
