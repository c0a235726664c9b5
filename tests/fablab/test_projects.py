"""What was made here: told by its author, shown as far as they want, taken elsewhere, erased with them; hostile files refused."""

import json
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from app.core import clock
from app.core.db import db
from app.core.journal import JournalEntry
from app.core.uploads import Upload
from app.fablab import queries, services
from app.fablab.models import Project, ProjectMachine, ProjectPhoto
from app.fablab.rules import is_link, may_see
from app.portal import erasing
from tests.factories import make_member
from tests.pages import error_of, fields_of, text_of


def picture(kind="JPEG", size=(1200, 800), color="green") -> BytesIO:
    made = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Chloe"
    Image.new("RGB", size, color).save(made, kind, **({"exif": exif} if kind == "JPEG" else {}))
    made.seek(0)
    return made


def tell(client, **more) -> int:
    """A project told through its form; its number."""
    sent = fields_of(client.get("/fablab/projects/new").text) | {"title": "Tabouret", "text": "# Coupe\n\nDeux passes."} | more
    answer = client.post("/fablab/projects/new", data=sent)
    assert answer.status_code == 302, answer.text
    return int(answer.location.split("/")[-2])


def count(model) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def test_a_project_told_again_or_erased_with_its_author_leaves_the_machines_of_the_others(fablab):
    now, machine = clock.now(), fablab.laser.id

    def save(author, project_id=None):
        facts = {"title": "Tabouret", "text": "", "visibility": "draft"}
        place_id = fablab.place.id
        return services.save_project(place_id=place_id, project_id=project_id, author=author, machine_ids=[machine], now=now, **facts)

    mine, theirs = save(fablab.ana), save(fablab.chloe)
    save(fablab.ana, mine.id)
    assert sorted(db.session.scalars(sa.select(ProjectMachine.project_id))) == [mine.id, theirs.id]
    services.remove_project(mine, actor_id=fablab.ana.id, now=now)
    assert db.session.scalars(sa.select(ProjectMachine.project_id)).all() == [theirs.id]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://example.org/tabouret?x=1#y", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://moi:secret@example.org/", False),
        ("https:///x", False),
        ("//example.org", False),
        ("https://example.org:x/", False),
        ("https://[::1/", False),
        ('https://example.org/"onclick', False),
    ],
)
def test_a_link_is_a_plain_address_of_the_web(text, is_one):
    assert is_link(text) is is_one


def test_who_sees_what():
    def seen(visibility):
        return tuple(
            may_see(visibility, is_author=author, is_known=known) for author, known in ((True, True), (False, True), (False, False))
        )

    assert {one: seen(one) for one in ("draft", "members", "public")} == {
        "draft": (True, False, False),
        "members": (True, True, False),
        "public": (True, True, True),
    }


def test_a_project_is_a_draft_then_for_the_lieu_then_for_everybody(fablab, log_in, app):
    chloe = log_in(fablab.chloe)
    sent = {"materials": "Contreplaqué 3 mm\nVis", "link": "https://example.org/t", "licence": "cc-by-sa", "is_signed": "y"}
    number = tell(chloe, machine_ids=[fablab.laser.id, fablab.printer.id], **sent)
    photos = {"photos": [(picture(), "a.jpg"), (picture("PNG", color="red"), "b.png")], "caption": "Vu de face"}
    assert chloe.post(f"/fablab/projects/{number}/photos", data=photos, content_type="multipart/form-data").status_code == 302
    row = db.session.get_one(Project, number)
    (large, small), url = (row.photos[0].upload, row.photos[0].small), f"/fablab/projects/{number}"
    assert Image.open(BytesIO(large.body)).size == (1200, 800) and Image.open(BytesIO(small.body)).size == (480, 320)
    assert b"Appareil" not in large.body

    addresses = [url, f"{url}.json", f"/fablab/projects/photos/{large.name}", f"/fablab/projects/photos/{small.name}"]
    stranger = app.test_client()

    def answers(client):
        return {client.get(address).status_code for address in addresses}

    edit = fields_of(chloe.get(f"{url}/settings").text)
    for visibility, of_ben, of_stranger in (("draft", {404}, {404}), ("members", {200}, {404}), ("public", {200}, {200})):
        chloe = log_in(fablab.chloe)
        again = edit | sent | {"visibility": visibility, "machine_ids": [fablab.laser.id]}
        assert chloe.post(f"{url}/settings", data=again).status_code == 302
        assert answers(chloe) == {200}
        assert answers(log_in(fablab.ben)) == of_ben, visibility
        assert answers(stranger) == of_stranger, visibility
        looking = log_in(make_member("Ines", email=f"ines-{visibility}@example.org", roles=("manager",)))
        looking.post(f"/manage/members/{fablab.chloe.id}/look")
        assert (answers(looking), "Tabouret" in looking.get("/fablab/projects/mine").text) == (of_ben, visibility != "draft")
        assert ("Tabouret" in stranger.get("/fablab/projects").text) is (visibility == "public")
        assert [one["id"] for one in stranger.get("/fablab/projects.json").json["projects"]] == [number] * (visibility == "public")

    page = text_of(stranger.get(url))
    assert all(words in page for words in ("Chloe", "Contreplaqué 3 mm", "CC BY-SA 4.0", "Vu de face", "<h2>Coupe</h2>"))
    assert 'rel="nofollow ugc noopener"' in page and "cookie" not in stranger.get(f"/fablab/projects/photos/{small.name}").headers
    assert "Tabouret" in log_in(fablab.ben).get("/fablab/laser").text and "Tabouret" not in log_in(fablab.ben).get("/fablab/imp3d").text
    (one,) = stranger.get(f"{url}.json").json["projects"]
    assert (one["author"], one["machines"], one["licence"]["code"], len(one["photos"]), one["link"]) == (
        "Chloe",
        [{"code": "laser", "name": "laser", "family": "laser"}],
        "cc-by-sa",
        2,
        "https://example.org/t",
    )
    assert stranger.get(one["photos"][0]["url"]).mimetype == "image/jpeg"

    ben = log_in(fablab.ben)
    for path in ("settings", "photos", "removal", "withdrawal"):
        assert ben.get(f"{url}/{path}").status_code in (403, 404), path
    assert ben.post(f"{url}/photos/{row.photos[0].id}/removal").status_code == 404
    assert (count(ProjectPhoto), ben.post(f"{url}/removal").status_code) == (2, 404)
    chloe = log_in(fablab.chloe)
    gone, told = f"{url}/photos/{row.photos[0].id}/removal", count(JournalEntry)
    assert [chloe.post(gone).status_code for _ in range(2)] == [302, 302]
    assert count(JournalEntry) == told + 1  # what is gone already tells nothing
    assert (count(ProjectPhoto), count(Upload)) == (1, 2)
    assert "Effacer" in chloe.get(f"{url}/removal").text and chloe.post(f"{url}/removal").status_code == 302
    assert [count(model) for model in (Project, ProjectPhoto, ProjectMachine, Upload)] == [0, 0, 0, 0]


def test_without_its_author_s_word_no_name_is_shown_and_no_minor_signs(fablab, log_in, app):
    tell(log_in(fablab.chloe), visibility="public")
    stranger = app.test_client()
    assert "Chloe" not in stranger.get("/fablab/projects").text + stranger.get("/fablab/projects.json").text
    young = make_member("Lou", birth_date=clock.now().date().replace(year=2014))
    lou = log_in(young)
    sent = fields_of(lou.get("/fablab/projects/new").text) | {"title": "Porte-clés", "visibility": "public"}
    refused = lou.post("/fablab/projects/new", data=sent | {"is_signed": "y"})
    assert refused.status_code == 422 and "se montre sans nom" in refused.text
    assert lou.post("/fablab/projects/new", data=sent).status_code == 302


def test_hostile_files_and_words_are_refused_or_harmless(fablab, log_in, app):
    chloe = log_in(fablab.chloe)
    sent = fields_of(chloe.get("/fablab/projects/new").text) | {"title": "<script>x</script>"}
    assert "adresse complète" in error_of(chloe.post("/fablab/projects/new", data=sent | {"link": "javascript:alert(1)"}), "link")
    assert chloe.post("/fablab/projects/new", data=sent | {"machine_ids": [fablab.space.id]}).status_code == 422
    assert chloe.post("/fablab/projects/new", data=sent | {"licence": "mine"}).status_code == 422
    assert "Vingt lignes" in error_of(chloe.post("/fablab/projects/new", data=sent | {"materials": "x\n" * 21}), "materials")
    number = tell(
        chloe, title="<script>x</script>", text="<img src=x onerror=y> [a](javascript:z) ![b](http://tracker)", visibility="public"
    )
    page = app.test_client().get(f"/fablab/projects/{number}").text
    assert "<script>x" not in page and "<img src=x" not in page and 'href="javascript' not in page and 'src="http://tracker' not in page

    url = f"/fablab/projects/{number}/photos"
    bomb = picture("PNG", size=(10, 10)).getvalue()
    for bad in (b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 50, b"\xff\xd8\xff" + b"\0" * 100, bomb[:40], b"%PDF-1.7"):
        answer = chloe.post(url, data={"photos": [(picture(), "ok.jpg"), (BytesIO(bad), "x.jpg")]}, content_type="multipart/form-data")
        assert answer.status_code == 422 and "n’est pas une photo" in answer.text
    assert (count(ProjectPhoto), count(Upload)) == (0, 0)  # all of them, or none
    small = [(picture(size=(20, 20)), "ok.jpg") for _ in range(13)]
    assert "Douze photos" in chloe.post(url, data={"photos": small}, content_type="multipart/form-data").text
    assert count(Upload) == 0
    assert "Aucune photo" in chloe.post(url, data={"caption": "x"}, follow_redirects=True).text


def test_the_lieu_may_stop_showing_it_and_says_why(fablab, log_in, post):
    number = tell(log_in(fablab.chloe), visibility="public")
    max_ = log_in(fablab.max)
    assert max_.post(f"/fablab/projects/{number}/withdrawal", data={"reason": ""}).status_code == 422
    assert max_.post(f"/fablab/projects/{number}/withdrawal", data={"reason": "On y voit un visage."}).status_code == 302
    (told,) = post()
    assert fablab.chloe.email in told["To"] and "On y voit un visage." in told.get_body(("plain",)).get_content()
    assert max_.get(f"/fablab/projects/{number}").status_code == 404
    chloe = log_in(fablab.chloe)
    assert "On y voit un visage." in chloe.get(f"/fablab/projects/{number}").text
    again = fields_of(chloe.get(f"/fablab/projects/{number}/settings").text)
    assert again["visibility"] == "draft"
    assert chloe.post(f"/fablab/projects/{number}/settings", data=again | {"visibility": "members"}).status_code == 302
    assert "visage" not in chloe.get(f"/fablab/projects/{number}").text


def test_one_takes_ones_projects_away_and_they_are_erased_with_their_author(fablab, log_in):
    chloe = log_in(fablab.chloe)
    number = tell(chloe)
    chloe.post(f"/fablab/projects/{number}/photos", data={"photos": [(picture(), "a.jpg")]}, content_type="multipart/form-data")
    assert [one["title"] for one in chloe.get("/fablab/projects/mine.json").json["projects"]] == ["Tabouret"]
    (kept,) = [one for one in queries.personal_data(fablab.chloe.id) if one.name == "projects"]
    assert json.dumps(kept.rows[0], default=str).count("Tabouret") == 1
    tell(log_in(fablab.ben), title="Lampe")
    erasing.erase(fablab.chloe.id, actor_id=None, today=clock.now().date(), now=clock.now())
    assert [row.title for row in db.session.scalars(sa.select(Project))] == ["Lampe"]
    assert (count(ProjectPhoto), count(Upload)) == (0, 0)
