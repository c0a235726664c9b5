"""In front of the machine: its page by QR code, what one reports, what is sent; and who may decide."""

from io import BytesIO

import pikepdf
import pytest
import sqlalchemy as sa
from PIL import Image

from app.billing import services as stock
from app.booking import queries as booking
from app.booking.models import Booking, Outage
from app.core import clock, uploads
from app.core.db import db, transaction
from app.core.refusals import Refused
from app.core.uploads import Upload
from app.fablab import checks, queries, services
from app.fablab.models import LogEntry, Machine, MachineLead, Report, Use
from app.members.rules import ROLES
from tests.factories import between, book, make_member, paris, thing
from tests.pages import fields_of, text_of


def picture(kind="JPEG", size=(2000, 1000), **more) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **more)
    return made.getvalue()


def state(fablab) -> str:
    return thing(fablab.laser.id).state


# ---------------------------------------------------------------- the page


def test_who_scans_the_code_signs_in_and_comes_back(fablab, client):
    answer = client.get("/fablab/m/laser")
    assert answer.status_code == 302
    assert "next=" in answer.location and "fablab" in answer.location
    assert client.get("/fablab/m/nothing").status_code == 302


def test_begin_take_matter_and_stop_on_an_old_phone(fablab, log_in, frozen):
    article = stock.save_article(
        place_id=fablab.place.id, article_id=None, actor_id=None, now=clock.now(), code="cp", name="Contreplaqué", unit="dm²", cents=80
    )
    book(fablab.laser, between("2026-12-08", "14:00", "15:30"), fablab.ana)
    book(fablab.laser, between("2026-12-08", "15:30", "16:30"), fablab.ben)
    frozen("2026-12-08T14:02+01:00")
    ana = log_in(fablab.ana)
    assert "Je commence" in ana.get("/fablab/m/laser").text
    assert "<script" not in ana.get("/fablab/m/laser").text.replace('<script src="/static', "")
    assert ana.post("/fablab/m/laser/use").status_code == 302
    page = text_of(ana.get("/fablab/m/laser"))
    assert "Rendez-la à 15 h 30 : quelqu’un l’a ensuite." in page
    assert ana.post("/fablab/m/laser/material", data={"article_id": article.id, "quantity": "3,5"}).status_code == 302
    assert "3,5 dm²" in text_of(ana.get("/fablab/m/laser")) and "2,80 €" in text_of(ana.get("/fablab/m/laser"))
    assert ana.post("/fablab/m/laser/material", data={"article_id": article.id, "quantity": "-1"}).status_code == 422

    ben = log_in(fablab.ben)
    assert "Je commence" not in ben.get("/fablab/m/laser").text
    assert ben.post("/fablab/m/laser/use").status_code == 409
    ben.post("/fablab/m/laser/use/end")
    assert queries.running_use(fablab.laser.id) is not None
    assert log_in(fablab.ana).post("/fablab/m/laser/use/end").status_code == 302
    assert queries.running_use(fablab.laser.id) is None


def test_who_was_not_shown_it_is_told_when_they_may_be(fablab, log_in):
    chloe = log_in(fablab.chloe)
    page = chloe.get("/fablab/m/laser").text
    assert "qu’on vous la montre" in page
    assert chloe.post("/fablab/m/laser/use", data={"minutes": "60"}).status_code == 422


# ---------------------------------------------------------------- reporting


def test_a_problem_reaches_the_lead_and_its_answer_comes_back(fablab, log_in, post):
    dora = make_member("Dora")
    with transaction():
        db.session.add(MachineLead(resource_id=fablab.laser.id, member_id=dora.id))
        db.session.flush()
    chloe = log_in(fablab.chloe)
    sent = {"text": "L’aspiration siffle", "photo": (BytesIO(picture()), "../../etc/x.php")}
    assert chloe.post("/fablab/m/laser/problem", data=sent, content_type="multipart/form-data").status_code == 302
    assert state(fablab) == "needs_attention"
    (told,) = post()
    assert dora.email in told["To"] and "L’aspiration siffle" in told.get_body(("plain",)).get_content()
    for page in ("/fablab/m/laser", "/fablab/laser"):
        assert "L’aspiration siffle" in chloe.get(page).text
    boss = log_in(make_member("Inès", roles=("manager",))).get("/manage/").text
    assert "Chloe\u00a0: L’aspiration siffle" in boss and 'href="/fablab/laser/log"' in boss

    upload = db.session.scalars(sa.select(Upload)).one()
    shown = chloe.get(f"/fablab/files/{upload.name}")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in shown.headers["Content-Security-Policy"]

    lead = log_in(dora)
    assert lead.post("/fablab/laser/repair", data={"text": "Courroie changée"}).status_code == 302
    assert state(fablab) == "in_service"
    (told,) = post()
    assert fablab.chloe.email in told["To"] and "Courroie changée" in told.get_body(("plain",)).get_content()
    assert [entry.kind for entry in queries.log(fablab.laser.id)] == ["repair", "report"]


def test_dangerous_stops_it_at_once_and_warns_who_drives_tomorrow(fablab, log_in, post, frozen):
    frozen("2026-12-08T09:00+01:00")
    soon = book(fablab.laser, between("2026-12-08", "14:00", "15:00"), fablab.ana)
    later = book(fablab.laser, between("2026-12-10", "14:00", "15:00"), fablab.ben)
    post()
    log_in(fablab.chloe).post("/fablab/m/laser/problem", data={"text": "Ça fume", "dangerous": "y"})

    assert state(fablab) == "out_of_service"
    status = {one.id: db.session.get_one(Booking, one.id, populate_existing=True).status for one in (soon, later)}
    assert status == {soon.id: "cancelled", later.id: "confirmed"}
    told = {message["To"].split(" <")[0] for message in post()}
    assert told == {"Ana", "Max"}
    with pytest.raises(Refused) as no:
        book(thing(fablab.laser.id), between("2026-12-15", "10:00", "11:00"), fablab.ben)
    assert no.value.codes == ["machine_out_of_service"]

    frozen("2026-12-09T15:00+01:00")
    assert services.keep_dangerous_stopped(now=clock.now()) == 1
    assert services.keep_dangerous_stopped(now=clock.now()) == 0
    assert db.session.scalar(sa.select(sa.func.count(Outage.id))) == 1  # one, that grows
    (warned,) = post()
    assert warned["To"].startswith("Ben") and "ne venez pas pour rien" in warned["Subject"]
    assert db.session.get_one(Booking, later.id, populate_existing=True).status == "cancelled"

    max_ = log_in(fablab.max)
    assert max_.post("/fablab/laser/repair", data={"text": "Réparée"}).status_code == 302
    assert book(thing(fablab.laser.id), between("2026-12-10", "14:00", "15:00"), fablab.ben).status == "confirmed"


def test_an_outage_shows_its_list_and_gives_alternatives(fablab, log_in, post):
    kept = book(fablab.laser, between("2026-12-11", "10:00", "11:00"), fablab.ana)
    for day, who in (("2026-12-08", fablab.ana), ("2026-12-09", fablab.ben)):
        book(fablab.laser, between(day, "10:00", "11:00"), who)
    post()
    client = log_in(fablab.max)
    sent = {"reason": "Tube fêlé", "first_day": "2026-12-08", "last_day": "2026-12-10"}
    page = client.post("/fablab/laser/outage", data=sent)
    assert "2 réservations seront annulées" in text_of(page)
    assert client.post("/fablab/laser/outage", data=fields_of(page.text)).status_code == 302
    told = post()
    assert sorted(message["To"].split(" <")[0] for message in told) == ["Ana", "Ben"]
    assert all("Libre à la place" in message.get_body(("plain",)).get_content() for message in told)
    assert db.session.get_one(Booking, kept.id, populate_existing=True).status == "confirmed"
    assert client.post("/fablab/laser/outage", data=sent | {"last_day": "2026-11-01"}).status_code == 422
    assert booking.outages(fablab.laser.id, now=clock.now())[0].starts_at == paris("2026-12-08 00:00")


def test_upkeep_planned_for_later_leaves_a_dangerous_machine_stopped(fablab):
    services.report_problem(thing=fablab.laser, member_id=fablab.chloe.id, text="Ça fume", dangerous=True, now=clock.now())
    planned = {"starts_at": paris("2026-12-15 09:00"), "ends_at": paris("2026-12-15 18:00"), "reason": "Entretien annuel"}
    services.decide_outage(thing=thing(fablab.laser.id), **planned, actor_id=fablab.max.id, now=clock.now())
    assert state(fablab) == "out_of_service"
    assert len(queries.reports(fablab.place.id)) == 1


def test_the_sheet_to_print_says_what_to_wear_who_helps_and_leads_to_its_page(fablab, log_in):
    with transaction():
        row = db.session.get_one(Machine, fablab.laser.id)
        row.protective_equipment, row.safety_rules = ["lunettes"], ["Ne jamais la laisser seule."]
        db.session.add(MachineLead(resource_id=fablab.laser.id, member_id=fablab.max.id))
        db.session.flush()
    client = log_in(fablab.chloe)
    assert client.get("/coworking/r/laser/qr").location.endswith("/fablab/laser/sheet")
    page = text_of(client.get("/fablab/laser/sheet"))
    assert all(said in page for said in ("Lunettes", "Ne jamais la laisser seule.", "« Laser »", "Max", "/fablab/m/laser", 'class="qr"'))


def test_what_one_did_on_machines_is_ones_own_to_take_away(fablab, frozen):
    frozen("2026-12-08T14:00+01:00")
    use = services.begin_use(thing=fablab.laser, member_id=fablab.ana.id, actor_id=fablab.ana.id, now=clock.now(), minutes=60)
    services.report_problem(thing=fablab.laser, member_id=fablab.ana.id, text="Elle siffle", dangerous=False, now=clock.now())
    assert [fault for look in (checks.uses, checks.stock) for fault in look(db.session())] == []
    held = {one.name: one.rows for one in queries.personal_data(fablab.ana.id)}
    assert (len(held["machine_uses"]), held["machine_reports"][0]["text"], held["company"]) == (1, "Elle siffle", [])

    with transaction():  # whoever wrote it: the nightly look sees what no guard let through
        db.session.execute(sa.update(Use).where(Use.id == use.id).values(member_id=fablab.chloe.id, cents=5))
        db.session.execute(sa.update(Booking).where(Booking.id == use.booking_id).values(status="done"))
        stock.save_article(
            place_id=fablab.place.id, article_id=None, actor_id=None, now=clock.now(), code="cp", name="Contreplaqué", unit="dm²", cents=80
        ).stock_milli = -1
        db.session.flush()
    assert [fault.split(" ")[0] for look in (checks.uses, checks.stock) for fault in look(db.session())] == [
        "L’utilisation", "Le", "«\u00a0laser\u00a0»", "Le",
    ]  # fmt: skip


# ---------------------------------------------------------------- hostile files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a" + b"\0" * 100,
        b"\xff\xd8\xff" + b"<script>alert(1)</script>",
        b"RIFF\0\0\0\0AVI LIST",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        picture()[:200],
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(fablab, log_in, content):
    client = log_in(fablab.chloe)
    sent = {"text": "x", "photo": (BytesIO(content), "photo.jpg", "image/jpeg")}
    answer = client.post("/fablab/m/laser/problem", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(Report.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(LogEntry.id))) == 0


def test_a_photo_is_drawn_anew_without_what_hides_in_it():
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "secret maker", 6
    sent = picture(exif=exif.tobytes(), comment=b"<?php evil ?>") + b"<?php after ?>"
    drawn = uploads.drawn_anew(sent)
    with Image.open(BytesIO(drawn)) as made:
        assert (made.format, made.size, dict(made.getexif())) == ("JPEG", (800, 1600), {})
    assert b"secret" not in drawn and b"php" not in drawn
    for kind in ("PNG", "WEBP"):
        assert uploads.drawn_anew(picture(kind)).startswith(b"\xff\xd8\xff")


def test_a_bomb_is_refused_before_it_is_opened():
    with pytest.raises(Refused) as no:
        uploads.drawn_anew(picture("PNG", size=(9000, 9000)))
    assert no.value.codes == ["too_heavy"]


def test_a_pdf_loses_what_acts():
    pdf, made = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.save(made)
    cleaned = uploads.cleaned_pdf(made.getvalue())
    assert b"JavaScript" not in cleaned
    with pikepdf.open(BytesIO(cleaned)) as again:
        assert len(again.pages) == 1 and "/OpenAction" not in again.Root
    for wrong in (b"", b"<html>", b"%PDF-1.7 nothing"):
        with pytest.raises(Refused):
            uploads.cleaned_pdf(wrong)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look_after_machines(role, fablab, log_in):
    client = log_in(make_member("Quelqu’un", roles=[role]))
    may = role in ("machine_lead", "manager", "administrator")
    for path in (
        "/fablab/upkeep",
        "/fablab/stock",
        "/fablab/stock/new",
        "/fablab/laser/log/new",
        "/fablab/laser/outage",
        "/fablab/laser/repair",
    ):
        assert client.get(path).status_code == (200 if may else 404), path
    for path in ("/fablab/m/laser", "/fablab/laser/log", "/fablab/m/laser/problem"):
        assert client.get(path).status_code == 200, path
