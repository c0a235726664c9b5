"""A letter is one text: its HTML follows from it, and shows nothing that the text does not say."""

import re

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from app.core import mail
from app.core.letters import House
from app.core.mail import OutgoingMail
from app.web import letters


@pytest.fixture
def write(shell_app: Flask):
    """`write("…", name="…")`: the letter of a template."""
    shell_app.config["PUBLIC_URL"] = "https://lieu.test"
    house = House("L’Écloserie", "bonjour@lieu.test", "Ancienne école, 61500 Boitron")
    mail.install(shell_app, mail.Post(builders={}, addressee=lambda member_id: None, house=lambda place_id: house))

    def write(template: str, **context):
        before = shell_app.jinja_env.loader
        assert before is not None
        shell_app.jinja_env.loader = ChoiceLoader([DictLoader({"tried.txt": template}), before])
        shell_app.jinja_env.cache.clear()
        try:
            with shell_app.test_request_context():
                return letters.write(OutgoingMail(place_id=1), "tried.txt", **context)
        finally:
            shell_app.jinja_env.loader = before

    return write


def body(letter) -> str:
    return re.sub(r"\s*\n\s*", "", letter.html[letter.html.index("<main>") + 6 : letter.html.index("</main>")])


def test_the_first_line_is_the_subject_and_the_lieu_signs(write):
    letter = write("Un sujet\n\n\n\nBonjour,\n\n\n\nDeux lignes\nqui se suivent.")

    assert letter.subject == "Un sujet"
    assert letter.text == "Bonjour,\n\nDeux lignes\nqui se suivent.\n\n-- \nL’Écloserie\nAncienne école, 61500 Boitron"
    assert body(letter) == "<p>Bonjour,</p><p>Deux lignes<br>qui se suivent.</p>"
    assert "<p>L’Écloserie<br>Ancienne école, 61500 Boitron</p>" in letter.html


def test_dashes_make_a_list_and_an_address_of_ours_a_button(write):
    letter = write("Sujet\n\n– un\n– deux\n\nVoir la page\u00a0:\nhttps://lieu.test/bookings/1\n")

    assert body(letter) == '<ul><li>un</li><li>deux</li></ul><p><a class="btn" href="https://lieu.test/bookings/1">Voir la page</a></p>'
    assert "Voir la page\u00a0:\nhttps://lieu.test/bookings/1" in letter.text


@pytest.mark.parametrize(
    "written",
    [
        "https://evil.test/",
        "https://lieu.test.evil.test/",
        "https://lieu.test",
        "javascript:alert(1)",
        "https://lieu.test/ x",
        "<a href=x>",
    ],
)
def test_what_somebody_wrote_is_never_a_link(write, written):
    letter = write("Sujet\n\nSa note\u00a0:\n{{ note }}", note=written)

    assert "<a" not in body(letter)
    assert written in letter.text


def test_a_list_that_can_be_left_says_how(write):
    letter = write("Sujet\n\nBonjour.", unsubscribe_url="https://lieu.test/unsubscribe/x")

    assert letter.text.endswith("Ne plus recevoir ces rappels\u00a0:\nhttps://lieu.test/unsubscribe/x")
    assert '<a href="https://lieu.test/unsubscribe/x">' in letter.html
    assert letter.unsubscribe_url == "https://lieu.test/unsubscribe/x"
