"""The shell alone, around an application with no room: what it promises, it promises without anybody's help."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string, request
from flask.testing import FlaskClient

from app.web import shell
from app.web.registry import Identity, NavItem

LIEU = Identity(
    name="Worklab de Boitron",
    short_name="Worklab",
    zone=ZoneInfo("Europe/Paris"),
    street="Ancienne école",
    postcode="61500",
    town="Boitron",
    email="bonjour@worklab.example",
    legal_form="association loi 1901",
    siret="12345678900012",
    publisher="Inès Moreau",
    takes_cards=True,
)
BAR = [
    NavItem("week", "Ma semaine", "/me"),
    NavItem("book", "Réserver", "/coworking/"),
    NavItem("place", "Le lieu", "/place"),
    NavItem("account", "Mon compte", "/me/account"),
]


def make_shell(folder: Path, **settings: object) -> Flask:
    app = Flask("app", static_folder=None, instance_path=str(folder))
    app.config.update(SECRET_KEY="a key for the tests, known to everybody", TESTING=True, **settings)
    shell.install(app, identity=lambda: LIEU, navigation=lambda: BAR, open_now=lambda: "Ouvert jusqu’à 18 h 30")
    return app


@pytest.fixture(scope="session")
def shell_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shell")


@pytest.fixture
def shell_app(shell_folder: Path) -> Iterator[Flask]:
    """A shell with a page of its own: `/plain` shows what is typed, `/form` wants its token."""
    app = make_shell(shell_folder)

    @app.get("/plain")
    def plain() -> str:
        return render_template_string(
            "{% extends 'layout.html' %}{% block title %}Une page{% endblock %}{% block main %}<h1>Une page</h1>{% endblock %}"
        )

    @app.route("/form", methods=["GET", "POST"])
    def form() -> str:
        if request.method == "POST":
            return f"reçu {request.form['note']}"
        return render_template_string("{{ form_tokens() }}")

    yield app


@pytest.fixture
def visit(shell_app: Flask) -> FlaskClient:
    return shell_app.test_client()
