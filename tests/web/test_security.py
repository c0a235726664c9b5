"""What every answer carries, and where a return address may lead."""

from typing import Any

import pytest
from itsdangerous import BadSignature, SignatureExpired

from app.web.security import safe_next
from tests.web.conftest import make_shell


@pytest.mark.parametrize(
    "url",
    [
        "//evil.example",
        "///evil.example",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/ /evil.example",
        "/\x00/evil.example",
        "/\x1f/evil.example",
        "/\x7f/evil.example",
        "/\u00a0/evil.example",
        "/\u2028/evil.example",
        "/\u202e/evil.example",
        "\ufeff//evil.example",
        "/／evil.example",
        "evil.example",
        "me/week",
        "?next=/me",
        "//[",
        "",
        None,
    ],
)
def test_a_return_address_never_leads_away(url):
    assert safe_next(url, "/me") == "/me"


@pytest.mark.parametrize("url", ["/", "/me", "/me?week=2026-12-07&x=a%2Fb", "/coworking/#salles", "/%09/x", "/a//b", "/lieu@village"])
def test_a_path_of_ours_is_followed(url):
    assert safe_next(url, "/elsewhere") == url


def test_the_language_link_only_comes_back_here(visit):
    for hostile in ("//evil.example", "/%5Cevil.example", "/%09/evil.example", "https://evil.example"):
        assert visit.get(f"/lang/en?next={hostile}").headers["Location"] == "/"
    assert visit.get("/lang/en?next=/plain").headers["Location"] == "/plain"


def test_every_page_carries_the_headers(visit):
    for path in ("/plain", "/nowhere", "/style", "/manifest.webmanifest", "/sw.js"):
        headers = visit.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert "data:" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Permissions-Policy" in headers


def test_a_page_is_not_kept_unless_it_says_so(visit):
    assert visit.get("/plain").headers["Cache-Control"] == "no-store"


def test_https_is_for_good_once_it_is_there(visit):
    assert "Strict-Transport-Security" not in visit.get("/plain").headers
    assert "max-age=31536000" in visit.get("/plain", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_a_form_may_lead_to_the_card_page_where_cards_are_taken_and_nowhere_else(visit, tmp_path):
    assert "form-action 'self';" in visit.get("/plain").headers["Content-Security-Policy"]
    cards = make_shell(tmp_path, STRIPE_SECRET_KEY="sk_test_1").test_client()
    assert "form-action 'self' https://checkout.stripe.com;" in cards.get("/style").headers["Content-Security-Policy"]
    stand_in = make_shell(tmp_path, STRIPE_SECRET_KEY="sk_test_1", STRIPE_API_BASE="http://127.0.0.1:4242/").test_client()
    assert "https://checkout.stripe.com http://127.0.0.1:4242;" in stand_in.get("/style").headers["Content-Security-Policy"]


def test_a_cookie_that_was_read_is_refused_once_it_is_too_old_and_what_a_page_changes_in_it_stays_there(tmp_path):
    shell = make_shell(tmp_path)
    interface: Any = shell.session_interface
    cookies = interface.get_signing_serializer(shell)
    signer = cookies.make_signer()
    signer.get_timestamp = lambda: 1_800_000_000
    plain, cookie = cookies.dumps({"who": "camille"}), cookies.dumps({"said": ["one"]})

    cookies.loads(plain, max_age=100)["who"] = "sacha"
    cookies.loads(cookie, max_age=100)["said"].append("two")
    assert cookies.loads(plain, max_age=100) == {"who": "camille"}
    assert cookies.loads(cookie, max_age=100) == {"said": ["one"]}

    for moment in (1_800_000_101, 1_799_999_999):
        signer.get_timestamp = lambda moment=moment: moment
        with pytest.raises(SignatureExpired):
            cookies.loads(cookie, max_age=100)
    with pytest.raises(BadSignature):
        cookies.loads(cookie[:-2] + "xx", max_age=100)


def test_a_foreign_name_is_refused_without_touching_anything(tmp_path):
    visit = make_shell(tmp_path, TRUSTED_HOSTS=["lieu.exemple.fr", "localhost"]).test_client()

    answer = visit.get("/style", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert visit.get("/style", headers={"Host": "lieu.exemple.fr"}).status_code == 200


def test_only_the_announced_proxies_are_believed(tmp_path):
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    alone = make_shell(tmp_path / "alone").test_client()
    behind = make_shell(tmp_path / "behind", TRUSTED_PROXIES=1).test_client()

    assert "Strict-Transport-Security" not in alone.get("/style", headers=told).headers
    assert "Strict-Transport-Security" in behind.get("/style", headers=told).headers


def test_no_page_has_an_inline_style_or_script(visit):
    for path in ("/style", "/plain", "/accessibilite", "/nowhere"):
        page = visit.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " on" not in [part[:3] for part in page.split('"')]
        assert "javascript:" not in page
