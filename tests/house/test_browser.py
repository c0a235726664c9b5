"""The tests' own browser: it sees what a person and axe would see."""

import pytest

from tests.browser import axe_violations

pytestmark = pytest.mark.browser

GOOD = "<!doctype html><html lang=fr><title>Le lieu</title><main><h1>Bonjour</h1><p id=said>Ouvert</p>{}</main></html>"
WRITES = "<script>document.getElementById('said').textContent = 'Fermé'</script>"


def test_scripts_run_only_where_they_are_on(page, request):
    page.set_content(GOOD.format(WRITES))

    assert page.text_content("#said") == ("Fermé" if "[scripts]" in request.node.name else "Ouvert")


def test_axe_sees_a_picture_without_words(browse):
    page = browse().new_page()
    page.set_content(GOOD.format(""))
    assert axe_violations(page) == []

    page.set_content(GOOD.format("<img src='data:,'>"))
    assert "image-alt" in axe_violations(page)[0]


def test_the_browser_reaches_nobody_outside(browse):
    page = browse().new_page()

    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")
