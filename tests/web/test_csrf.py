"""The token of each form; and when it is stale, nothing typed is lost."""

import re

import pytest

HERE = {"Origin": "http://localhost"}


def token(visit):
    return re.search(r'name="csrf_token" value="([^"]+)"', visit.get("/form").text)[1]


def test_a_form_with_its_token_is_received(visit):
    assert visit.post("/form", data={"csrf_token": token(visit), "note": "bonjour"}).text == "reçu bonjour"


def test_each_sending_has_its_own_key(visit):
    keys = {re.search(r'name="idempotency_key" value="([^"]+)"', visit.get("/form").text)[1] for _ in range(3)}

    assert len(keys) == 3


@pytest.mark.parametrize("sent", [{}, {"csrf_token": ""}, {"csrf_token": "made-up"}])
def test_without_a_good_token_nothing_is_done(visit, sent):
    answer = visit.post("/form", data={"note": "bonjour", **sent}, headers=HERE)

    assert answer.status_code == 400
    assert "reçu" not in answer.text


def test_a_stale_page_comes_back_with_all_that_was_typed(visit):
    text = "Un long texte que je ne voudrais pas écrire deux fois,\net qui continue à la ligne, avec <des> signes."

    answer = visit.post("/form?day=8", data={"csrf_token": "old", "idempotency_key": "abcd-1234", "note": text, "desk": "A3"}, headers=HERE)

    assert answer.status_code == 400
    assert "Vérifiez et envoyez de nouveau." in answer.text
    assert 'action="/form?day=8"' in answer.text
    assert '<input type="hidden" name="desk" value="A3">' in answer.text
    assert '<input type="hidden" name="idempotency_key" value="abcd-1234">' in answer.text
    assert "avec &lt;des&gt; signes." in answer.text
    assert 'value="old"' not in answer.text


def test_sending_the_stale_page_again_does_it(visit):
    page = visit.post("/form", data={"csrf_token": "old", "note": "bonjour"}, headers=HERE).text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))

    assert visit.post("/form", data=fields, headers=HERE).text == "reçu bonjour"


def test_a_secret_is_asked_again_rather_than_shown(visit):
    answer = visit.post("/form", data={"email": "camille@exemple.fr", "password": "une phrase secrète"}, headers=HERE)

    assert "une phrase secrète" not in answer.text
    assert 'type="password"' in answer.text
    assert 'value="camille@exemple.fr"' in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://evil.example/http://localhost/"},
        {},
    ],
)
def test_values_sent_by_another_site_are_not_offered_again(visit, headers):
    answer = visit.post("/form", data={"note": "virez tout"}, headers=headers)

    assert answer.status_code == 400
    assert "virez tout" not in answer.text


def test_a_room_may_have_its_own_proof(shell_app):
    from app.web import csrf

    @csrf.exempt
    @shell_app.post("/hook")
    def hook():
        return "reçu"

    assert shell_app.test_client().post("/hook").text == "reçu"
