"""The rights table, each role by each action; who may give what to whom; what a password must be; ages."""

from datetime import date

import pytest

from app.members import rules
from app.members.rules import ACTIONS, ROLES, may, reasons_password, reasons_roles, role_called

EVERYTHING = set(ACTIONS)
RIGHTS = {
    "visitor": set(),
    "member": set(),
    "coworker": set(),
    "maker": set(),
    "trainee": set(),
    "trainer": set(),
    "tutor": set(),
    "funder": set(),
    "machine_lead": {"manage_machines", "see_members"},
    "head_of_course": {"manage_courses", "see_members"},
    "treasurer": {"see_all_bookings", "see_members", "manage_billing"},
    "manager": EVERYTHING - {"administer"},
    "administrator": EVERYTHING,
}


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_this_and_no_more(role, action):
    assert may({role}, action) is (action in RIGHTS[role])


def test_the_table_above_forgets_no_role():
    assert set(RIGHTS) == set(ROLES) == set(rules.ROLE_NAMES)


def test_several_roles_add_up():
    assert may({"treasurer", "machine_lead"}, "manage_machines")
    assert may({"treasurer", "machine_lead"}, "manage_billing")
    assert not may(set(), "see_members")


def test_an_action_that_nobody_wrote_is_a_mistake():
    with pytest.raises(KeyError):
        may({"administrator"}, "fly")


@pytest.mark.parametrize(
    ("actor", "had", "given", "codes"),
    [
        ({"manager"}, {"member"}, {"member", "manager"}, []),
        ({"manager"}, {"member"}, {"administrator"}, ["above_you"]),
        ({"manager"}, {"administrator"}, {"member"}, ["above_you"]),
        ({"manager"}, {"administrator"}, {"administrator"}, ["above_you"]),
        ({"administrator"}, {"member"}, {"administrator"}, []),
        ({"administrator"}, {"administrator"}, {"member"}, []),
    ],
)
def test_nobody_gives_or_touches_what_is_above_them(actor, had, given, codes):
    assert [reason.code for reason in reasons_roles(actor, had=had, given=given)] == codes


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("manager", "manager"),
        ("Gestionnaire", "manager"),
        ("adhérent", "member"),
        ("adhérent·e", "member"),
        ("Adhérente", "member"),
        ("RÉFÉRENTE MACHINE", "machine_lead"),
        ("machine-lead", "machine_lead"),
        ("trésorière", "treasurer"),
        ("stagiaire", "trainee"),
        ("formatrice", "trainer"),
        ("responsable de formation", "head_of_course"),
        ("usager du fablab", "maker"),
        ("fablab user", "maker"),
        ("administratrice", "administrator"),
        ("reine", None),
        ("", None),
    ],
)
def test_roles_are_known_by_their_french_and_english_names(name, role):
    assert role_called(name) == role


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("trois poules rousses", []),
        ("Xk7!pq2z", []),  # eight signs of four sorts, as the CNIL allows when attempts are limited
        ("Xk7pq2zw", []),  # three sorts are enough
        ("xk7pq2zw", ["password_too_weak"]),  # two are not
        ("Xk7!pq2", ["password_too_weak"]),
        ("elevensigns", ["password_too_weak"]),
        ("", ["password_too_weak"]),
        ("motdepasse123", ["password_too_common"]),
        ("M0tdepasse2026!", ["password_too_common"]),
        ("P@ssw0rd", ["password_too_common"]),
        ("Soleil12", ["password_too_common"]),
        ("azertyuiopqs", ["password_too_common"]),
        ("123456789012", ["password_too_common"]),
        ("aaaaaaaaaaaaa", ["password_too_common"]),
        ("abababababab", ["password_too_common"]),
        ("soleilsoleil", ["password_too_common"]),
        ("abcdefghijklm", ["password_too_common"]),
        ("Camille1234!", ["password_too_common", "password_tells_who"]),
        ("RouxRoux-22", ["password_tells_who"]),
        ("camille.roux2026", ["password_tells_who"]),
        ("le chat de Camille dort dehors", []),  # much more than the name
    ],
)
def test_what_a_password_must_be(password, codes):
    assert [reason.code for reason in reasons_password(password, name="Camille Roux", email="camille.roux@exemple.fr")] == codes


def test_the_list_of_common_passwords_is_read_and_not_tiny():
    from app.members.rules.passwords import _common

    assert 4000 < len(_common()) < 6000
    assert {"azerty", "motdepasse", "password", "worklab"} <= _common()


@pytest.mark.parametrize(
    ("born", "on", "years", "adult", "shown"),
    [
        ("2008-12-08", "2026-12-07", 17, False, True),
        ("2008-12-08", "2026-12-08", 18, True, True),
        ("2011-12-08", "2026-12-07", 14, False, False),
        ("2011-12-08", "2026-12-08", 15, False, True),
        ("2008-02-29", "2026-02-28", 17, False, True),
        ("2008-02-29", "2026-03-01", 18, True, True),
    ],
)
def test_a_birthday_changes_what_one_may(born, on, years, adult, shown):
    born, on = date.fromisoformat(born), date.fromisoformat(on)

    assert rules.years(born, on) == years
    assert rules.is_adult(born, on) is adult
    assert rules.may_be_in_directory(born, on) is shown


def test_who_says_no_birth_date_is_an_adult():
    assert rules.is_adult(None, date(2026, 12, 8))
    assert rules.may_be_in_directory(None, date(2026, 12, 8))


@pytest.mark.parametrize(
    ("siren", "is_right"), [("552100554", True), ("732829320", True), ("552100555", False), ("55210055", False), ("55210055a", False)]
)
def test_a_siren_has_a_key(siren, is_right):
    assert rules.is_siren(siren) is is_right


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_as_people_know_it(says, name):
    assert rules.device_name(says) == name
