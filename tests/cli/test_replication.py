"""A lieu set by its pages leaves in a file, and is the same elsewhere; files that lie or trick are refused."""

import io
import random
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from app.booking import queries
from app.booking import services as booking
from app.booking.models import Resource
from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.db import db
from app.place.models import Place
from tests.factories import make_member
from tests.pages import fields_of

STARTER = Path("kits/lieu_boitron.yaml")


def load(text: str) -> Place:
    return loading.load(shape.read(text.encode()), now=clock.now())


def replicated(place: Place) -> str:
    """What the lieu's file becomes once loaded elsewhere and written again."""
    text = dumping.dump(place)
    copy = load(text.replace(f"code: {place.code}\n", "code: ailleurs\n", 1))
    return dumping.dump(copy).replace("code: ailleurs\n", f"code: {place.code}\n", 1)


@pytest.fixture
def place(session, frozen) -> Place:
    frozen("2026-12-01T10:00+01:00")
    return load(STARTER.read_text())


@pytest.fixture
def fill(place, log_in):
    client = log_in(make_member("Max", roles=["manager"]))

    def fill(path, **typed):
        page = client.get(path)
        answer = client.post(path, data=fields_of(page.text) | typed)
        assert answer.status_code == 302, answer.text
        return answer

    return fill


def page_of(place, code, kind):
    db.session.refresh(place)
    return f"/manage/resources/{queries.directory(place).by_code(code, kind).id}"


def test_the_starter_lieu_is_the_same_elsewhere(place):
    assert replicated(place) == dumping.dump(place)


def test_a_plan_drawn_by_hand_the_seats_own_names_and_the_keys_are_the_same_elsewhere(place, fill, log_in):
    client = log_in(make_member("Ada", roles=["manager"]))
    seats = {row.code: row for row in db.session.scalars(sa.select(Resource).where(Resource.code.in_(("A1", "A2", "A3"))))}
    fill("/manage/place/identity", how_to_come="Car 61, arrêt Mairie ; la porte bleue.")
    box = {f"{side}-{seats['A1'].id}": value for side, value in (("x", "20"), ("y", "40"), ("width", "50"), ("height", "48"))}
    assert (
        client.post(
            "/manage/plan/", data=fields_of(client.get("/manage/plan/").text) | box | {f"name-{seats['A1'].id}": "Fenêtre"}
        ).status_code
        == 303
    )
    svg = b'<svg viewBox="10 0 300 200"><path d="M 0,0 L 10,10"/><text x="3">Salle &amp; cie</text><script>x</script></svg>'
    client.post("/manage/plan/drawing", data={"file": (io.BytesIO(svg), "plan.svg")})
    booking.change_thing(resource_id=seats["A2"].id, state="needs_attention", actor_id=None, now=clock.now())
    client.post(f"/manage/resources/{seats['A3'].id}/retirement", data={"reason": "cassé", "confirm": "y"})
    for kind, mark in (("key", "porte nord"), ("badge", "12"), ("key", "7")):
        client.post("/manage/keys/", data={"kind": kind, "mark": mark, "opens": "la grande porte"})

    text = dumping.dump(place)
    said = yaml.safe_load(text)
    (pool,) = (desk for desk in said["ressources"]["postes"] if desk.get("pool") == "grande-salle")
    assert pool["sieges"] == {"A1": {"nom": "Fenêtre"}, "A2": {"etat": "needs_attention"}, "A3": {"etat": "retired"}}
    assert (pool["nombre"], pool["plans"]["A1"], len(said["cles"])) == (12, [20, 40, 50, 48], 3)
    assert said["fond_de_plan"]["largeur"] == 300 and "<script" not in text and said["lieu"]["comment_venir"].startswith("Car 61")
    assert replicated(place) == text
    with pytest.raises(shape.KitRefused, match="traits"):
        load(text.replace(said["fond_de_plan"]["traits"][:20], "<b><b><b>"))


def test_a_lieu_set_by_its_pages_is_the_same_elsewhere(place, fill):
    fill(
        "/manage/place/identity",
        name="Le Préau",
        siret="732 829 320 00074",
        phone="02 33 00 00 00",
        rna="W612000000",
        zone="Indian/Reunion",
    )
    fill("/manage/place/hours", day0_opens="09:00", day0_closes="12:00", day0_reopens="14:00", day0_recloses="00:00", badge_all_hours="")
    fill("/manage/place/half-days", morning_to="12:30", afternoon_from="14:00")
    fill("/manage/place/holidays", which="FR-57")
    fill("/manage/place/days", day="2027-05-06", opens="10:00", closes="17:00", label="Portes ouvertes : venez !")
    fill("/manage/place/rules", text="# Le soir\n\n- Éteignez la laser\n- Fermez : « à clé »\n")
    fill("/manage/resources/common", horizon_days="90", desk_until="", desk_hours="12", machine_absence="20")
    fill(
        "/manage/resources/new/office",
        name="Bureau fermé",
        code="bureau",
        capacity="2",
        sold_by="minutes",
        half_day_cents="20",
        day_cap_cents="60",
    )
    fill(
        "/manage/resources/new/pool",
        name="Étage",
        code="etage",
        prefix="E",
        seats="4",
        sold_by="minutes",
        hour_cents="2",
        day_cap_cents="9",
    )
    fill(
        "/manage/resources/new/desk",
        name="Établi",
        code="etabli",
        half_day_cents="3,50",
        approval="y",
        needs_plan="y",
        cancel_until="20:00",
    )
    fill("/manage/resources/new/booth", name="Cabine", code="cabine-3", quota_day_minutes="60", quota_future="3", min_gap_minutes="30")
    fill(
        "/manage/resources/new/machine",
        name="Four",
        code="four",
        family="ceramique",
        hour_cents="2,50",
        kilowatts="3",
        people="2",
        check_in="",
    )
    fill("/manage/resources/new/space", name="Jardin", code="jardin", surface_m2="300", bookable="y", hour_cents="5", capacity="40")
    fill(page_of(place, "salle-reunion", "room"), day_cap_cents="", hour_cents="9,99", public="", late_fee_percent="0", buffer_before="5")
    fill(page_of(place, "salle-reunion", "room") + "/hours", day1="08:30-12:30, 14:00-24:00", day6="10:00-11:00")
    fill(page_of(place, "grande-salle", "pool"), seats="10", half_day_cents="6")
    fill(page_of(place, "scie", "machine") + "/retirement")

    db.session.refresh(place)
    assert replicated(place) == dumping.dump(place)
    text = dumping.dump(place)
    for said in ("vente:", "plafond_jour: '60.00'", "alsace_moselle: moselle", "00-24:00", "prix_demi_journee: '20.00'"):
        assert said in text, said
    assert "scie" not in text


KIT = "format: worklab-lieu/1\nlieu: {code: a, nom: b}\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (KIT + "horizon_jours: 60\nhorizon_jours: 90", "YAML lisible (ligne 4)"),
        (KIT + "fermetures: [{du: 2027-01-01, au: 2027-01-02, du: 2027-02-01}]", "YAML lisible (ligne 3)"),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: b, jours_feries: {pays: ZZ}}", "lieu.jours_feries.pays : pays inconnu"),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b, jours_feries: {pays: BE, alsace_moselle: true}}",
            "lieu.jours_feries.alsace_moselle",
        ),
        (KIT + "ressources: {salles: [{code: r, nom: R, min: 60, max: 30}]}", "ressources.salles[1] : La durée la plus courte dépasse"),
        (KIT + "ressources: {salles: [{code: r, nom: R, max: 20}]}", "ressources.salles[1] : La durée la plus courte dépasse"),
        (
            KIT + "ressources: {machines: [{code: m, nom: M, famille: f, pas_min: 90, max: 60}]}",
            "ressources.machines[1] : Aucune durée ne convient",
        ),
        (KIT + "ressources: {salles: [{code: r, nom: R, vente: [demi-journee]}]}", "ressources.salles[1].vente : seul un bureau"),
        (KIT + "groupes_tarif: [{code: plein, nom: P}]\ntarifs: {jour: {plein: 12, etudiant: 5}}", "tarifs.jour : « etudiant » n’est pas"),
        (
            KIT + "ressources: {machines: [{code: m, nom: M, famille: f, prix: [{minutes: 60, prix: 1, abonnement: x}]}]}",
            "ressources.machines[1].prix : « x » n’est pas dans abonnements.",
        ),
        (KIT + "ressources: {postes: [{pool: p, prefixe: A, nombre: 2}, {code: A1}]}", "ressources : « A1 » y est deux fois."),
        (
            KIT + "ressources: {salles: [{code: x, nom: X}], machines: [{code: x, nom: X, famille: f}]}",
            "ressources : « x » y est deux fois.",
        ),
        (KIT + "ressources: " + "[" * 5000, "YAML lisible"),
        (KIT + "x" * 1_000_001, "un million d’octets au plus"),
        (KIT + "ressources: {salles: [{code: r, nom: R, places: " + "9" * 5000 + "}]}", ""),
    ],
)
def test_a_file_that_lies_is_refused_and_nothing_is_written(session, text, fault):
    with pytest.raises(shape.KitRefused) as refused:
        load(text)
    assert fault in str(refused.value)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Place)) == 0


def test_a_file_that_is_not_text_is_refused():
    for raw in (b"\xff\xfe\x00", b"\x00" * 100, "lieu: \ud800".encode("utf-16-le", "surrogatepass")):
        with pytest.raises(shape.KitRefused):
            shape.read(raw)


HOSTILE = [
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1.5,
        float("inf"),
        float("nan"),
        "",
        "x" * 50_000,
        "\u202e",
        "<script>",
        "24:00-25:00",
        "NaN",
        "-0.00",
        "１２",
    ),
    *([], {}, [[]], [None], {"a": 1}, {1: 2}, {None: 1}, "0.005", "la veille 99:99", "Europe/../etc", "../../etc/passwd", "FR\n", b"abc"),
]


def _paths(value, path=()):
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(inner, (*path, key))


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_value_becomes_the_file_is_taken_or_refused_in_words(seed):
    chance = random.Random(seed)
    kit = yaml.safe_load(STARTER.read_text())
    kit["ressources"]["machines"] = kit["ressources"]["machines"][:2]
    path = chance.choice(list(_paths(kit))[1:])
    inner = kit
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = chance.choice(HOSTILE)
    try:
        shape.read(yaml.safe_dump(kit, allow_unicode=True).encode())
    except shape.KitRefused as refused:
        assert all(fault.strip() for fault in refused.faults)


def test_a_second_lieu_is_known_by_the_pages_of_the_first_at_once(place, log_in):
    client = log_in(make_member("Camille"))
    assert "/lieux" not in client.get("/reglement").text
    load("format: worklab-lieu/1\nlieu: {code: essay, nom: Le Préau}")
    assert "/lieux" in client.get("/reglement").text
