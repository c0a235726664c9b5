"""Rights that travel: from one house and its database to another; forged, too old, somebody else's, taken back or said twice: refused."""

import json
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from app.core import clock, signing
from app.core.db import db
from app.core.elsewhere import Answer, Unreachable
from app.core.refusals import Refused
from app.fablab import gateways, queries, services
from app.fablab.models import AcceptedRight, Clearance
from app.fablab.rules import Carried, read_file, reasons_file, reasons_right, written
from app.place.models import Place
from tests.factories import clear, make_clearance_type, make_machine, make_member, make_place
from tests.pages import fields_of, text_of

TODAY, MOULIN = date(2026, 12, 1), "https://moulin.example"
LASER = Carried("HAB-000001", "code", "Laser", date(2026, 6, 30), date(2027, 6, 30))


def a_file(**more):
    private, public = signing.new_key()
    said: dict[str, Any] = {
        "lieu": "Le Moulin",
        "url": MOULIN,
        "key": public,
        "person": "Ana",
        "email": "ana@example.org",
    }
    said |= {"made_on": TODAY, "rights": [LASER], "sign": lambda message: signing.sign(private, message)}
    return written(**said | more)


def codes(reasons):
    return [reason.code for reason in reasons]


# ---------------------------------------------------------------- rules


def test_a_file_says_what_was_signed_and_a_changed_one_does_not():
    text = a_file()
    file = read_file(text.encode())
    assert (file.rights, file.use_before) == ((LASER,), date(2026, 12, 31))
    assert signing.is_signed(file.key, file.signed, file.signature)
    reordered = json.dumps(dict(reversed(json.loads(text).items()))).encode()
    assert signing.is_signed(file.key, read_file(reordered).signed, file.signature)
    for old, new in (("Laser", "CNC"), ("2027-06-30", "2029-06-30"), ("ana@", "ben@"), ("2026-12-31", "2030-12-31"), ("Ana", "Ben")):
        bent = read_file(text.replace(old, new).encode())
        assert not signing.is_signed(bent.key, bent.signed, bent.signature), old
    assert not signing.is_signed(signing.new_key()[1], file.signed, file.signature)
    assert not signing.is_signed("é", file.signed, file.signature) and not signing.is_signed(file.key, file.signed, "x")

    said = json.loads(text)
    bad = [b"", b"[]", b"{}", b"\xff", b"null", b"[" * 5000, b"x" * 70_000, json.dumps(said | {"rights": []}).encode()]
    for key, value in (("format", "other"), ("made_on", "hier"), ("lieu", None), ("person", []), ("rights", [{}]), ("signature", 3)):
        bad.append(json.dumps(said | {key: value}).encode())
    assert [read_file(content) for content in bad] == [None] * len(bad)


def test_each_reason_against_a_file_and_against_a_right():
    file = read_file(a_file().encode())
    usual: dict[str, Any] = {"own_key": None, "known_keys": [file.key], "is_signed": True, "email": "Ana@Example.org", "today": TODAY}
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, []),
        ({"own_key": file.key}, ["own_file"]),
        ({"known_keys": []}, ["unknown_lieu"]),
        ({"known_keys": [], "is_signed": False}, ["unknown_lieu"]),
        ({"is_signed": False}, ["bad_signature"]),
        ({"today": date(2026, 12, 31)}, []),
        ({"today": date(2027, 1, 1)}, ["expired"]),
        ({"today": date(2026, 11, 29)}, ["not_yet"]),
        ({"email": "ben@example.org"}, ["other_person"]),
        ({"email": "ben@example.org", "today": date(2027, 1, 1)}, ["expired", "other_person"]),
    ]
    for facts, expected in cases:
        assert codes(reasons_file(file, **usual | facts)) == expected, facts
    usual = {"today": TODAY, "was_accepted": False, "state": "valid", "is_checked": False, "lieu": "Le Moulin"}
    cases = [
        ({}, []),
        ({"was_accepted": True}, ["replayed"]),
        ({"state": "revoked"}, ["revoked"]),
        ({"state": "unknown"}, ["revoked"]),
        ({"state": "expired"}, ["expired"]),
        ({"state": None}, ["not_confirmed"]),
        ({"state": None, "is_checked": True}, []),
        ({"today": date(2027, 6, 30)}, []),
        ({"today": date(2027, 7, 1)}, ["expired"]),
    ]
    for facts, expected in cases:
        assert codes(reasons_right(LASER, **usual | facts)) == expected, facts
    assert codes(reasons_right(replace(LASER, last_day=None), **usual)) == []


# ---------------------------------------------------------------- two houses


class Moulin:
    """Another house, with its own database and its own server: Ana is cleared there."""

    def __init__(self, live):
        self.live = live
        with live.app.app_context():
            place = make_place(name="Le Moulin")
            kind = make_clearance_type(place, "Laser", months=24)
            make_machine(place, "laser", clearance=kind)
            self.ana = make_member("Ana", email=f"ana{place.id}@example.org")
            self.clearance_id, self.place_id = clear(self.ana, kind, until="2028-06-30").id, place.id
            self.email = self.ana.email

    def file(self) -> str:
        with self.live.app.app_context():
            place = db.session.get_one(Place, self.place_id)
            return services.take_rights(db.session.merge(self.ana), place, now=clock.now())

    def key(self) -> str:
        with self.live.app.app_context():
            return queries.lieu_key(self.place_id).public_key

    def revoke(self) -> None:
        with self.live.app.app_context():
            services.revoke_clearance(clearance_id=self.clearance_id, reason="Accident", actor_id=self.ana.id, now=clock.now())


@pytest.fixture
def moulin(live, monkeypatch, fablab):
    monkeypatch.setitem(live.app.config, "SECRET_KEY", live.server._environment["SECRET_KEY"])
    monkeypatch.setitem(live.app.config, "PUBLIC_URL", live.url)

    def plainly(method, url, *, headers, most):
        """To the other house's real server, which has no certificate and no public name here."""
        url = url.replace(MOULIN, live.url)
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method), timeout=10) as answer:
                return Answer(answer.status, answer.read(most))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(most))
        except OSError as trouble:
            raise Unreachable from trouble

    monkeypatch.setattr(gateways, "ask", plainly)
    return Moulin(live)


def read(client, member, text):
    sent = fields_of(client.get("/fablab/rights/read").text) | {"member_id": member.id, "file": (BytesIO(text.encode()), "x.json")}
    return client.post("/fablab/rights/read", data=sent, content_type="multipart/form-data")


def test_a_right_goes_from_one_house_to_another_once_and_keeps_its_origin(moulin, fablab, log_in, post):
    text = moulin.file()
    ana = make_member("Ana bis", email=moulin.email)
    max_ = log_in(fablab.max)
    unknown = read(max_, ana, text)
    assert unknown.status_code == 422 and "Nous ne connaissons pas la clé du lieu" in unknown.text

    trust = fields_of(max_.get("/fablab/rights").text) | {"name": "Le Moulin", "url": f"{MOULIN}/", "public_key": moulin.key()}
    for bad in ({"public_key": "abc"}, {"url": "http://moulin.example"}, {"url": "https://192.168.1.1"}, {"url": "https://localhost"}):
        assert max_.post("/fablab/rights", data=trust | bad).status_code == 422, bad
    assert max_.post("/fablab/rights", data=trust).status_code == 302
    bent = text.replace("2028-06-30", "2038-06-30")
    for member, content, sentence in (
        (ana, bent, "a été changé depuis que le lieu l’a signé"),
        (fablab.ben, text, "à une autre adresse électronique"),
        (ana, "{}", "n’est pas un carnet signé"),
    ):
        refused = read(max_, member, content)
        assert refused.status_code == 422 and sentence in refused.text, sentence

    page = read(max_, ana, text)
    assert page.status_code == 200 and "signé par Le Moulin" in text_of(page) and "vérifiée moi-même" not in page.text
    sent = fields_of(page.text)
    (field,) = [name for name in sent if name.startswith("right_")]
    assert sent[field] == str(fablab.clearance.id)  # the one that has the same name
    forged = sent | {"file": b64encode(bent.encode()).decode()}
    assert max_.post("/fablab/rights/accepted", data=forged).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(AcceptedRight.id))) == 0
    done = max_.post("/fablab/rights/accepted", data=sent, follow_redirects=True)
    assert "Le Moulin, HAB-" in text_of(done)
    (told,) = post()
    assert "Vous êtes habilité·e" in told["Subject"].replace("\u00a0", " ")

    (row,) = db.session.scalars(sa.select(AcceptedRight))
    assert (row.given_on, row.clearance.expires_on, row.clearance.given_by_id) == (date(2026, 6, 30), date(2027, 6, 30), fablab.max.id)
    services.revoke_clearance(clearance_id=row.clearance_id, reason="Erreur", actor_id=fablab.max.id, now=clock.now())
    again = read(max_, ana, text)
    assert "a déjà été reconnue ici" in text_of(again) and "select" not in again.text.split("contenu")[1].split("<footer")[0]
    assert max_.post("/fablab/rights/accepted", data=sent).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(Clearance.id)).where(Clearance.member_id == ana.id)) == 1


def test_what_its_own_lieu_took_back_or_cannot_confirm_is_not_accepted(moulin, fablab, log_in, monkeypatch, frozen):
    text, ana, max_ = moulin.file(), make_member("Ana bis", email=moulin.email), log_in(fablab.max)
    lieu = services.trust_lieu(
        place_id=fablab.place.id, name="Le Moulin", url=MOULIN, public_key=moulin.key(), actor_id=fablab.max.id, now=clock.now()
    )
    sent = fields_of(read(max_, ana, text).text)

    with monkeypatch.context() as cut:

        def nobody(*_args, **_more):
            raise Unreachable

        cut.setattr(gateways, "ask", nobody)
        page = read(max_, ana, text)
        assert page.status_code == 200 and "vérifiée moi-même" in page.text and f"{MOULIN}/verify/HAB-" in page.text
        unsure = max_.post("/fablab/rights/accepted", data=sent)
        assert unsure.status_code == 422 and "n’a pas pu dire si" in unsure.text
    moulin.revoke()
    assert "l’a retirée depuis" in text_of(read(max_, ana, text))
    assert max_.post("/fablab/rights/accepted", data=sent | {"checked": "1"}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(AcceptedRight.id))) == 0

    frozen("2027-01-01T10:00+01:00")
    max_ = log_in(fablab.max)
    old = read(max_, ana, text)
    assert old.status_code == 422 and "Ce fichier valait jusqu’au" in old.text
    assert max_.post(f"/fablab/rights/lieux/{lieu.id}/revocation").status_code == 302
    assert "Nous ne connaissons pas la clé" in read(max_, ana, text).text


def test_one_takes_ones_own_and_the_number_answers_for_it_without_a_name(fablab, log_in, app):
    chloe = log_in(fablab.chloe)
    assert chloe.post("/fablab/clearances/mine.json").status_code == 422
    ana = log_in(fablab.ana)
    assert "Les emporter dans un autre lieu" in ana.get("/fablab/clearances/mine").text
    answer = ana.post("/fablab/clearances/mine.json")
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.headers["Cache-Control"] == "private, no-store"
    (right,) = answer.json["rights"]
    stranger = app.test_client()
    assert stranger.get(f"/fablab/rights/{right['number']}.json?code={right['code']}").json == {
        "number": right["number"],
        "state": "valid",
        "last_day": "2027-06-30",
    }
    for address in (f"{right['number']}.json?code=x", f"{right['number']}.json", "HAB-999999.json?code=x", "x.json"):
        assert stranger.get(f"/fablab/rights/{address}").status_code == 404
    max_ = log_in(fablab.max)
    with pytest.raises(Refused, match="own_file"):
        services.read_rights(answer.get_data(), member=fablab.ana, place=fablab.place, is_checked=True, now=clock.now())
    assert queries.lieu_key(fablab.place.id).public_key in max_.get("/fablab/rights").text
    assert log_in(fablab.ana).get("/fablab/rights").status_code in (403, 404)
