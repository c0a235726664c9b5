"""A whole lieu in one file: in, out, in again; and what is refused, with its path."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.billing.queries import billing_settings
from app.billing.queries.payments import payment_terms
from app.billing.services.payment_settings import set_payments
from app.billing.services.settings import set_billing
from app.booking import queries
from app.booking.models import Booking, Occupancy, Resource
from app.cli.kit import dumping, loading, shape
from app.core import clock
from app.core.db import db
from app.place.models import Closure, Place
from tests.factories import book_half, make_member, make_place

STARTER = Path("kits/lieu_boitron.yaml")


def load(text: str | bytes) -> Place:
    raw = text if isinstance(text, bytes) else text.encode()
    return loading.load(shape.read(raw), now=clock.now())


@pytest.fixture
def boitron(session, frozen) -> Place:
    frozen("2026-12-01T10:00+01:00")
    return load(STARTER.read_bytes())


def test_the_starter_lieu_has_what_its_file_says(boitron):
    directory = queries.directory(boitron)
    pool, room, laser = (
        directory.by_code(code, kind) for code, kind in (("grande-salle", "pool"), ("salle-reunion", "room"), ("laser", "machine"))
    )

    assert [seat.code for seat in directory.seats(pool.id)][:3] == ["A1", "A2", "A3"]
    assert len([seat for seat in directory.seats(pool.id) if not seat.is_fixed]) == 12
    assert (room.rules.buffer_after, room.rules.notice_minutes, room.rules.night, room.rules.free_hours) == (15, 120, True, 24)
    assert (laser.rules.max_minutes, laser.rules.late_fee_percent, laser.rules.no_show_after) == (240, 50, 15)
    assert (pool.rules.free_until, pool.rules.no_show_after, pool.rules.horizon_days) == (1080, 45, 60)
    assert all(thing.plan_box for thing in directory.things.values() if thing.kind not in ("pool", "space"))


def test_out_and_in_again_gives_the_same_bytes(boitron):
    first = dumping.dump(boitron)
    load(first)
    assert dumping.dump(boitron) == first


def test_the_same_file_twice_changes_nothing(boitron):
    counted = [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Resource, Closure, Occupancy)]
    load(STARTER.read_bytes())
    assert [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Resource, Closure, Occupancy)] == counted


def test_its_closures_hold_every_thing(boitron):
    closures = db.session.scalars(sa.select(Closure)).all()
    things = queries.directory(boitron).things
    assert len(closures) == 2
    assert db.session.scalar(sa.select(sa.func.count()).where(Occupancy.holder == "closure")) == 2 * len(things)


def test_what_left_the_file_is_retired_and_its_bookings_stay(boitron):
    pool = queries.directory(boitron).by_code("grande-salle", "pool")
    booking = book_half(pool, "2026-12-08", "morning", make_member())
    text = STARTER.read_text().replace("nombre: 12", "nombre: 2")
    load(text)

    directory = queries.directory(boitron)
    assert len([seat for seat in directory.seats(pool.id) if not seat.is_fixed]) == 2
    assert db.session.get_one(Booking, booking.id).status == "confirmed"


def test_a_new_thing_is_held_by_the_closures_already_announced(boitron):
    text = STARTER.read_text().replace("nombre: 12", "nombre: 13")
    load(text)
    seat = db.session.scalars(sa.select(Resource).where(Resource.code == "A13")).one()
    held = db.session.scalar(sa.select(sa.func.count()).where(Occupancy.resource_id == seat.id, Occupancy.holder == "closure"))
    assert held == 2


def test_a_small_lieu_needs_only_a_few_lines(session):
    place = load("format: worklab-lieu/1\nlieu: {code: petit, nom: Petit lieu}\n")
    assert dumping.dump(place).startswith("format: worklab-lieu/1\nlieu:\n  code: petit\n")


def test_prices_may_be_said_by_group_by_machine_and_by_duration(session):
    place = load("""
format: worklab-lieu/1
lieu: {code: prix, nom: Prix, prix_kwh: '0.2516'}
groupes_tarif: [{code: plein, nom: Normal}, {code: solidaire, nom: Solidaire}]
ressources:
  machines:
    - {code: laser, nom: Laser, famille: decoupe}
    - {code: vinyle, nom: Vinyle, famille: decoupe, prix: [{minutes: 60, prix: 12}, {minutes: 180, prix: '30,00'}]}
    - code: cnc
      nom: CNC
      famille: cnc
      entretien_heure: '1.50'
      caracteristiques: [[Surface, 600 × 400 mm]]
      prix: [{minutes: 60, prix: 20, jusquau: 2026-12-31}, {minutes: 60, prix: 22, depuis: 2027-01-01}]
carnets: [{code: h10, nom: Dix heures, unites: 600, unite: minute, prix: 90, prix_groupes: {solidaire: '45.00'}}]
consommables: [{code: cp, nom: Contreplaqué, unite: dm², prix: '0.80', prix_groupes: {solidaire: '0.65'}}]
tarifs:
  machine_heure: {decoupe: {plein: 12.00, solidaire: '7.50'}}
""")
    from app.billing.queries import Asked, price_list

    day = clock.now().date()
    prices = price_list(place)
    assert prices.own(["resource:laser", "family:decoupe"], "minutes", Asked("solidaire", day)) == [(60, 750)]
    assert prices.own(["resource:vinyle", "family:decoupe"], "minutes", Asked("plein", day)) == [(60, 1200), (180, 3000)]
    for on, cents in ((date(2026, 12, 31), 2000), (date(2027, 1, 1), 2200)):
        assert prices.own(["resource:cnc", "family:cnc"], "minutes", Asked("plein", on)) == [(60, cents)]
    for what, cents in (("pass:h10", 4500), ("article:cp", 65)):
        assert prices.one([what], "piece", Asked("solidaire", day)) == cents
    again = dumping.dump(place)
    assert "prix_kwh: '0.2516'" in again and "entretien_heure: '1.50'" in again and "600 × 400 mm" in again
    load(again)
    assert dumping.dump(place) == again


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "ne décrit pas un lieu"),
        ("[1, 2]", "ne décrit pas un lieu"),
        ("a: b: c", "YAML lisible (ligne 1)"),
        ("a: &x [1]\nb: [*x, *x]", "YAML lisible"),
        ("!!python/object/apply:os.system ['true']", "YAML lisible"),
        ("format: autre\nlieu: {code: a, nom: b}", "format : worklab-lieu/1 est attendu."),
        ("format: worklab-lieu/1", "lieu : valeur manquante."),
        ("format: worklab-lieu/1\nlieu: {code: 'a b', nom: b}", "lieu.code : un code s’écrit"),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: b, zut: 1}", "lieu.zut : clé inconnue."),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: b, fuseau: Mars/Phobos}", "lieu.fuseau : fuseau horaire inconnu"),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nhoraires: {lundi: ['18:30-08:30']}",
            "horaires.lundi[1] : la fermeture vient après",
        ),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nhoraires: {lundi: ['08:00-12:00', '11:00-14:00']}",
            "deux plages se chevauchent",
        ),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nressources: {salles: [{code: r, nom: R, pas_min: 0}]}",
            "ressources.salles[1].pas_min : un nombre entier de 1 à 1440",
        ),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nressources: {salles: [{code: r, nom: R, prix_heure: 1.234}]}",
            "ressources.salles[1].prix_heure",
        ),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nressources: {salles: [{code: r, nom: R, prix_heure: -1}]}",
            "ressources.salles[1].prix_heure",
        ),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nressources: {machines: [{code: m, nom: M, famille: f, habilitation: X}]}",
            "habilitation : « X » n’est pas dans habilitations.",
        ),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nressources: {salles: [{code: r, nom: R, espace: nulle-part}]}",
            "l’espace « nulle-part » n’existe pas",
        ),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: b}\nespaces: [{code: e, nom: E}, {code: e, nom: F}]", "« e » y est deux fois"),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b}\nfermetures: [{du: 2027-02-01, au: 2027-01-01}]",
            "fermetures[1].au : la fin vient après",
        ),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: b}\nfermetures: [{du: 9999-02-01, au: 9999-02-02}]", "une date de 2000 à 2100"),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: " + "x" * 10_000 + "}", "lieu.nom : 120 caractères au plus."),
        ("format: worklab-lieu/1\nlieu: {code: a, nom: b, ardoise_plafond: .inf}", "lieu.ardoise_plafond"),
        (
            "format: worklab-lieu/1\nlieu: {code: a, nom: b, regime_tva: [{depuis: 2026-01-01, regime: redevable, taux: 2000}]}",
            "lieu.regime_tva[1].taux : un taux est un nombre de pour cent, 100 au plus",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_the_path_of_its_fault(session, text, fault):
    with pytest.raises(shape.KitRefused) as refused:
        load(text)
    assert fault in str(refused.value)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Place)) == 0


def test_every_fault_is_said_at_once(session):
    with pytest.raises(shape.KitRefused) as refused:
        load("format: x\nlieu: {code: 'a b', zut: 1}\nhorizon_jours: -3")
    assert len(refused.value.faults) == 5


def test_how_a_lieu_bills_travels_with_its_file(session):
    place = make_place(
        vat_regimes=[
            {"depuis": "2026-01-01", "regime": "franchise"},
            {
                "depuis": "2027-01-01",
                "regime": "redevable",
                "taux": 2000,
                "taux_par_activite": {"training": "exonere", "article": 550},
                "debits": True,
            },
        ]
    )
    set_billing(
        place_id=place.id,
        payment_days=15,
        late_rate_bp=1250,
        footer="Merci",
        bic="AGRIFRPP",
        accounts={"services": "7061"},
        now=clock.now(),
    )

    set_payments(
        place_id=place.id,
        holder="Le Préau",
        creditor_id="FR72ZZZ123456",
        notice_days=5,
        means=["sepa", "transfer"],
        fees={"sepa": {"bp": 0, "cents": 35}, "card": {"bp": 150, "cents": 25}},
        return_fee_cents=290,
        helloasso_url="https://www.helloasso.com/associations/preau",
        reminder_days=[7, 21, 35],
        now=clock.now(),
    )

    text = dumping.dump(place)
    kit = shape.read(text.replace(f"code: {place.code}", "code: ailleurs").encode())
    other = loading.load(kit, now=clock.now())

    assert other.id != place.id
    assert other.vat_regimes == place.vat_regimes
    assert replace(payment_terms(other), iban="") == replace(payment_terms(place), iban="")
    for wrong in ("ics: FR73ZZZ123456", "moyens: [troc]", "helloasso: https://ailleurs.example/", "preavis_jours: 30"):
        with pytest.raises(shape.KitRefused):
            shape.read(f"{text[: text.index('paiements:')]}paiements:\n  {wrong}\n".encode())
    asked = ("payment_days", "late_rate_bp", "discount", "footer", "bic", "accounts", "journals", "facts")
    mine, theirs = billing_settings(place.id), billing_settings(other.id)
    assert [getattr(theirs, name) for name in asked] == [getattr(mine, name) for name in asked]
