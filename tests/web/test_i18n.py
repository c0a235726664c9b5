"""Which language is spoken, and by whom it is chosen."""

from dataclasses import replace

import pytest
from flask_babel import force_locale
from markupsafe import Markup

from app.web import i18n


@pytest.mark.parametrize(
    ("cookie", "setting", "browser", "spoken"),
    [
        (None, None, None, "fr"),
        (None, None, "en-US,en;q=0.9,fr;q=0.5", "en"),
        (None, None, "de", "fr"),
        (None, None, "de,en;q=0.1", "en"),
        (None, "fr", "en", "fr"),
        (None, "xx", "en", "en"),
        ("en", "fr", "fr", "en"),
        ("xx", None, "en", "en"),
        ("../fr", None, None, "fr"),
    ],
)
def test_the_device_then_the_person_then_the_browser(shell_app, cookie, setting, browser, spoken):
    shell_app.extensions["web"] = replace(shell_app.extensions["web"], language=lambda: setting)
    headers = {"Accept-Language": browser} if browser else {}
    if cookie:
        headers["Cookie"] = f"lang={cookie}"

    with shell_app.test_request_context(headers=headers):
        assert i18n.language() == spoken
        assert i18n.other_language() != spoken


def test_a_mail_is_written_in_its_reader_s_language(shell_app):
    write = shell_app.jinja_env.from_string("{{ 1800 | money }}")

    with shell_app.test_request_context(headers={"Accept-Language": "fr"}):
        with force_locale("en"):
            assert (i18n.language(), write.render()) == ("en", "€18.00")
        assert (i18n.language(), write.render()) == ("fr", "18,00\u00a0€")


def test_a_command_speaks_french(shell_app):
    assert i18n.language() == "fr"
    with shell_app.app_context():
        assert i18n.language() == "fr"


def test_a_sentence_trusts_itself_and_nothing_else(shell_app):
    page = shell_app.jinja_env.from_string('{{ _("<b>%(name)s</b> a 100 %%", name=name) }}')
    letter = shell_app.jinja_env.overlay(autoescape=False).from_string('{{ _("%(name)s", name=name) }}')

    with shell_app.test_request_context():
        assert page.render(name="<i>") == "<b>&lt;i&gt;</b> a 100 %"
        assert page.render(name=Markup("<i>")) == "<b><i></b> a 100 %"
        assert letter.render(name="<i> & co") == "<i> & co"


def test_a_blank_left_empty_is_a_mistake(shell_app):
    page = shell_app.jinja_env.from_string('{{ _("%(name)s") }}')

    with shell_app.test_request_context(), pytest.raises(KeyError):
        page.render()
