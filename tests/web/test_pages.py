"""The shell's pages: light, kept only when they may be, and the same for everyone."""

import gzip
import re

import brotli
import pytest
from flask import Flask, flash, render_template, render_template_string

from app.web import assets, caching, compress
from tests.web.conftest import make_shell

PUBLIC = ["/accessibilite", "/mentions-legales", "/donnees-personnelles"]


# ---------------------------------------------------------------- what they say


@pytest.mark.parametrize("path", [*PUBLIC, "/hors-ligne", "/style"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_speaks_both_languages(visit, path, language):
    page = visit.get(path, headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text


def test_the_legal_pages_say_who_we_are(visit):
    notice = visit.get("/mentions-legales").text

    assert "Worklab de Boitron" in notice
    assert "12345678900012" in notice
    assert "Inès Moreau" in notice
    assert "Répertoire national" not in notice  # nothing about what the lieu does not have
    assert "Stripe" in visit.get("/donnees-personnelles").text


def test_the_language_is_remembered_on_this_device_and_nothing_is_written_here(visit):
    answer = visit.get("/lang/en?next=/plain")

    assert re.fullmatch(r"lang=en; Expires=[^;]+; Max-Age=31536000; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"])
    assert '<html lang="en">' in visit.get("/plain", headers={"Accept-Language": "fr"}).text
    assert visit.get("/lang/de").status_code == 404


def test_the_language_link_comes_back_to_this_very_page(visit):
    assert 'href="/lang/en?next=/plain?week%3D2026-12-07"' in visit.get("/plain?week=2026-12-07").text


def test_the_style_page_is_for_those_who_build(tmp_path):
    app = make_shell(tmp_path)
    app.testing = False
    assert app.test_client().get("/style").status_code == 404
    app.config["DEMO"] = True
    assert app.test_client().get("/style").status_code == 200


def test_the_style_form_says_what_is_wrong_and_where(visit, shell_app):
    shell_app.config["WTF_CSRF_ENABLED"] = False

    page = visit.post("/style", data={"name": "", "email": "camille", "password": "court", "rate": "normal"})

    assert page.status_code == 422
    assert 'href="#email"' in page.text
    assert 'aria-describedby="password-h password-e"' in page.text
    assert page.text.count('aria-invalid="true"') == 3
    assert 'value="court"' not in page.text


# ---------------------------------------------------------------- what they weigh


def wire(page):
    return len(brotli.compress(page.data, quality=4))


def test_the_stylesheet_is_light():
    css = assets.without_comments((assets.SOURCE / "worklab.css").read_bytes())

    assert len(gzip.compress(css, 9)) <= 6_500
    assert len(brotli.compress(css, quality=11)) <= 5_200


def test_the_frame_of_a_page_is_light(visit):
    page = visit.get("/plain")

    assert wire(page) <= 1_300
    assert page.text.count("<") - page.text.count("</") <= 60


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_and_its_stylesheet_fit_in_one_round_trip(visit, path):
    css = len(brotli.compress(assets.without_comments((assets.SOURCE / "worklab.css").read_bytes()), quality=11))

    assert len(visit.get(path, headers={"Accept-Encoding": "br"}).data) + css <= 14_000


# ---------------------------------------------------------------- static files


def test_a_static_file_has_one_address_for_each_content_and_is_kept_for_ever(visit, shell_app):
    with shell_app.app_context():
        address = assets.static_url("worklab.css")

    answer = visit.get(address, headers={"Accept-Encoding": "gzip, deflate, br"}, buffered=True)

    assert re.fullmatch(r"/static/worklab\.[0-9a-f]{10}\.css", address)
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert brotli.decompress(answer.data) == assets.without_comments((assets.SOURCE / "worklab.css").read_bytes())
    assert visit.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True).headers["Content-Encoding"] == "gzip"
    assert visit.get("/static/worklab.css").status_code == 404
    assert visit.get("/static/../conftest.py").status_code == 404


def test_a_second_start_writes_nothing(tmp_path):
    make_shell(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    make_shell(tmp_path)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_file_that_is_not_there_is_a_mistake(shell_app):
    with shell_app.app_context(), pytest.raises(LookupError, match=r"nothing\.css"):
        assets.static_url("nothing.css")


# ---------------------------------------------------------------- kept and compressed


@pytest.fixture
def calendar(tmp_path) -> Flask:
    app = make_shell(tmp_path)

    @app.get("/calendar")
    def show():
        page = (
            "{% extends 'layout.html' %}{% block title %}La semaine{% endblock %}{% block main %}" + "<p>libre</p>" * 200 + "{% endblock %}"
        )
        return caching.unchanged("week-7") or caching.keep(compress.allow(render_template_string(page)), "week-7")

    @app.get("/booked")
    def booked():
        flash("Votre poste est réservé.")
        return "fait"

    @app.get("/secret")
    def secret():
        return compress.allow(render_template_string("{{ form_tokens() }}"))

    return app


def test_a_kept_page_is_asked_about_each_time_and_answered_in_a_few_bytes(calendar):
    visit = calendar.test_client()
    first = visit.get("/calendar", headers={"Accept-Encoding": "br"})
    again = visit.get("/calendar", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in first.headers["Vary"]
    assert "Cookie" in first.headers["Vary"]
    assert again.status_code == 304
    assert again.data == b""
    assert len(str(again.headers)) < 300


def test_another_language_is_another_page(calendar):
    visit = calendar.test_client()
    french = visit.get("/calendar").headers["ETag"]

    assert visit.get("/calendar", headers={"If-None-Match": french, "Accept-Language": "en"}).status_code == 200


def test_a_page_that_shows_a_message_is_not_kept(calendar):
    visit = calendar.test_client()
    known = visit.get("/calendar").headers["ETag"]
    visit.get("/booked")

    told = visit.get("/calendar", headers={"If-None-Match": known})

    assert "Votre poste est réservé." in told.text
    assert told.headers["Cache-Control"] == "no-store"
    assert "ETag" not in told.headers
    assert visit.get("/calendar", headers={"If-None-Match": known}).status_code == 304


def test_a_page_with_a_token_is_never_compressed(calendar):
    with pytest.raises(RuntimeError, match="token"):
        calendar.test_client().get("/secret")


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip"), ("", None)]
)
def test_a_page_is_compressed_as_the_browser_likes(calendar, accepted, encoding):
    assert calendar.test_client().get("/calendar", headers={"Accept-Encoding": accepted}).headers.get("Content-Encoding") == encoding


# ---------------------------------------------------------------- installable


def test_the_lieu_can_be_installed(visit, shell_app):
    manifest = visit.get("/manifest.webmanifest")

    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json["name"] == "Worklab de Boitron"
    assert manifest.json["start_url"] == "/me"
    for icon in manifest.json["icons"]:
        assert visit.get(icon["src"], buffered=True).status_code == 200


def test_the_worker_is_never_kept_and_has_a_version(visit):
    worker = visit.get("/sw.js")

    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.mimetype == "text/javascript"
    assert re.search(r'VERSION = "worklab-[0-9a-f]{10}"', worker.text)


# ---------------------------------------------------------------- other layouts


def test_a_printed_sheet_has_no_navigation(shell_app):
    sheet = "{% extends 'sheet.html' %}{% block title %}Émargement{% endblock %}{% block back %}/courses/3{% endblock %}{% block main %}<h1>Émargement</h1>{% endblock %}"

    with shell_app.test_request_context():
        page = render_template_string(sheet)

    assert '<nav class="bar"' not in page
    assert 'href="/courses/3"' in page
    assert "Worklab de Boitron, Ancienne école, 61500 Boitron" in page


def test_asking_once_more_keeps_what_it_is_about(shell_app):
    with shell_app.test_request_context():
        page = render_template(
            "confirm.html",
            title="Annuler ?",
            sentences=["Mardi."],
            action="/b/12/cancellation",
            yes="Annuler",
            back="/me",
            values={"scope": "all"},
        )

    assert '<form method="post" action="/b/12/cancellation" novalidate>' in page
    assert '<input type="hidden" name="scope" value="all">' in page
    assert page.count('name="csrf_token"') == 1
    assert 'href="/me"' in page
