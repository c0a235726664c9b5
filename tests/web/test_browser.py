"""The shell in a real Chromium: readable by everyone, and without a network."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, abort, redirect, render_template, render_template_string
from playwright.sync_api import expect
from werkzeug.serving import make_server

from app.web import offline
from tests.browser import DESK, PHONE, axe_violations
from tests.web.conftest import make_shell

pytestmark = pytest.mark.browser

WEEK = """{% extends "layout.html" %}{% set here = "week" %}{% block title %}Ma semaine{% endblock %}
{% block main %}<h1>Ma semaine</h1><p>Poste A3, mardi.</p><form method="post" action="/logout">{{ form_tokens() }}<button>Sortir</button></form>{% endblock %}
{% block scripts %}<script src="{{ static_url('offline.js') }}" defer></script>{% endblock %}"""

# Asked again until the worker has it, ten seconds at most: Playwright's own wait takes a promise for a yes.
KEPT = """async () => {
  for (let tries = 0; !(await caches.match("/me")); tries++) {
    if (tries === 200) throw new Error("the page was never kept");
    await new Promise((later) => setTimeout(later, 50));
  }
}"""


class Running:
    """A shell served on loopback, that can go away."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def house(shell_folder) -> Iterator[Running]:
    app = make_shell(shell_folder)

    @app.get("/me")
    def week():
        return offline.keep(render_template_string(WEEK))

    @app.post("/logout")
    def leave():
        return redirect("/accessibilite")

    @app.get("/confirm")
    def confirm():
        return render_template(
            "confirm.html",
            title="Annuler ?",
            sentences=["Mardi 8 décembre, de 14 h à 15 h 30."],
            action="/style",
            yes="Annuler",
            back="/",
            danger=True,
        )

    @app.get("/broken")
    def broken():
        abort(503)

    running = Running(app)
    yield running
    running.stop()


PAGES = ["/style", "/accessibilite", "/mentions-legales", "/donnees-personnelles", "/hors-ligne", "/nowhere", "/broken", "/confirm"]


@pytest.mark.parametrize(("size", "scheme", "locale"), [(PHONE, "light", "fr-FR"), (DESK, "dark", "en-GB")])
def test_every_page_of_the_shell_is_for_everyone(house, browse, size, scheme, locale):
    page = browse(viewport=size, color_scheme=scheme, locale=locale).new_page()
    for path in PAGES:
        page.goto(house.url + path)
        assert axe_violations(page) == [], path


def test_nothing_overflows_on_the_smallest_screen_nor_with_large_text(house, browse):
    for size in ({"width": 320, "height": 640}, {"width": 640, "height": 450}):
        page = browse(viewport=size).new_page()
        for path in PAGES:
            page.goto(house.url + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_errors_take_the_eye_and_the_keyboard_to_what_is_wrong(house, browse):
    page = browse(java_script_enabled=False).new_page()
    page.goto(house.url + "/style")
    page.get_by_label("Adresse électronique").fill("camille")
    page.get_by_role("button", name="Envoyer").click()

    summary = page.get_by_role("alert").filter(has_text="choses à corriger")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Adresse électronique").click()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Adresse électronique")).to_have_accessible_description(
        "Cette adresse n’est pas complète. Exemple\u00a0: camille@exemple.fr"
    )
    expect(page.get_by_label("Adresse électronique")).to_have_value("camille")


def test_a_stale_page_is_sent_again_without_losing_a_word(house, browse):
    context = browse()
    page = context.new_page()
    page.goto(house.url + "/style")
    page.get_by_label("Prénom et nom").fill("Camille Aubert")
    page.get_by_label("Adresse électronique").fill("camille@exemple.fr")
    page.get_by_label("Mot de passe").fill("une phrase bien longue")
    page.get_by_label("Un mot pour nous").fill("Bonjour,\nun mot que je ne veux pas réécrire.")
    context.clear_cookies()
    page.get_by_role("button", name="Envoyer").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Votre page avait trop attendu")
    expect(page.get_by_label("Votre texte")).to_have_value("Bonjour,\nun mot que je ne veux pas réécrire.")
    assert axe_violations(page) == []
    page.get_by_label("Mot de passe").fill("une phrase bien longue")
    page.get_by_role("button", name="Envoyer de nouveau").click()

    expect(page.get_by_role("status").first).to_contain_text("Tout est bien rempli.")


def test_the_keyboard_finds_the_content_first(house, browse):
    page = browse().new_page()
    page.goto(house.url + "/accessibilite")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_my_week_is_read_without_a_network_until_i_leave(house, browse):
    context = browse(viewport=PHONE)
    page = context.new_page()
    page.goto(house.url + "/me")  # opened once: the worker that it brings keeps it
    page.evaluate(KEPT)
    page.goto(house.url + "/accessibilite")
    house.stop()

    page.goto(house.url + "/me")
    expect(page.get_by_role("status")).to_contain_text("Vous êtes hors ligne")
    expect(page.get_by_text("Poste A3, mardi.")).to_be_visible()
    page.goto(house.url + "/accessibilite")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors ligne")


def test_the_device_forgets_my_week_when_i_leave(house, browse):
    context = browse(viewport=PHONE)
    page = context.new_page()
    page.goto(house.url + "/me")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.get_by_role("button", name="Sortir").click()
    page.wait_for_url("**/accessibilite")
    house.stop()

    page.goto(house.url + "/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors ligne")
    expect(page.get_by_text("Poste A3, mardi.")).to_have_count(0)
