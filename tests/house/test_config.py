"""The settings: what is right is read, what is wrong is said in one sentence."""

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.sansio.utils import host_is_trusted

import config
from config import Config, TestConfig

SETTINGS = [
    *("PUBLIC_URL", "HOST", "PORT", "TRUSTED_PROXIES", "DATABASE_URL", "SECRET_KEY", "MAIL_URL"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"),
    *("LOG_LEVEL", "RATE_LIMITS", "DEMO", "WORKLAB_NOW"),
]


@pytest.fixture
def read(monkeypatch, tmp_path):
    """`read(PORT="9000")`: the settings of a house in a folder of its own."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(config, "ROOT", tmp_path)
    monkeypatch.setattr(config, "INSTANCE", tmp_path / "instance")

    def read(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return Config.from_environment()

    return read


def test_nothing_to_set_for_a_first_try(read, tmp_path):
    settings = read()

    assert settings.SQLALCHEMY_DATABASE_URI == f"sqlite:///{tmp_path}/instance/worklab.db"
    assert settings.MAIL_URL == f"file:{tmp_path}/instance/mails"
    assert settings.PUBLIC_URL == "http://127.0.0.1:8000"
    assert settings.DEMO
    assert settings.LOGIN_THROTTLE
    assert not settings.SESSION_COOKIE_SECURE


def test_the_secret_is_made_once_and_kept_from_others(read, tmp_path):
    first, second = read().SECRET_KEY, read().SECRET_KEY

    assert first == second
    assert len(first) >= 64
    assert stat.S_IMODE((tmp_path / "instance/secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secret_key"]


def test_a_stripe_key_comes_with_the_secret_of_its_messages(read, capsys):
    assert read(STRIPE_SECRET_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET="whsec_1").STRIPE_WEBHOOK_SECRET == "whsec_1"
    for empty in ("", "  "):
        with pytest.raises(SystemExit) as stopped:
            read(STRIPE_SECRET_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET=empty)
        assert stopped.value.code == 2 and "Réglage STRIPE_WEBHOOK_SECRET" in capsys.readouterr().err


def test_a_secret_is_never_shown_with_the_settings(read):
    assert "a very long secret key" not in repr(read(SECRET_KEY="a very long secret key"))


def test_the_environment_wins_over_the_file(read, tmp_path):
    (tmp_path / ".env").write_text("PORT=9001\nLOG_LEVEL=debug\n")

    settings = read(PORT="9002")

    assert (settings.PORT, settings.LOG_LEVEL) == (9002, "DEBUG")


def test_the_public_url_follows_host_and_port(read):
    assert read(HOST="::1", PORT="9000").PUBLIC_URL == "http://[::1]:9000"


def test_https_brings_all_its_consequences(read):
    settings = read(PUBLIC_URL="https://lieu.exemple.fr/", RATE_LIMITS="off")

    assert settings.PUBLIC_URL == "https://lieu.exemple.fr"
    assert settings.SESSION_COOKIE_SECURE
    assert settings.SESSION_COOKIE_NAME == "__Host-worklab"
    assert not settings.DEMO
    assert not settings.RATE_LIMITS
    assert settings.LOGIN_THROTTLE


@pytest.mark.parametrize(
    ("settings", "answered", "refused"),
    [
        ({}, ["127.0.0.1:8000", "localhost:8000"], ["lieu.exemple.fr", "192.168.1.20:8000"]),
        ({"HOST": "0.0.0.0"}, ["192.168.1.20:8000", "localhost:8000"], []),
        ({"HOST": "::1"}, ["[::1]:8000"], []),
        ({"PUBLIC_URL": "https://lieu.exemple.fr"}, ["lieu.exemple.fr", "127.0.0.1:8000"], ["autre.exemple.fr", "192.168.1.20"]),
    ],
    ids=["at home", "on a network", "IPv6", "public"],
)
def test_the_names_that_are_answered(read, settings, answered, refused):
    names = read(**settings).TRUSTED_HOSTS

    assert all(host_is_trusted(host, names) for host in answered)
    assert not any(host_is_trusted(host, names) for host in refused)


def test_the_ways_to_write_a_database(read, tmp_path):
    assert read(DATABASE_URL="sqlite:///data/lieu.db").SQLALCHEMY_DATABASE_URI == f"sqlite:///{tmp_path}/data/lieu.db"
    assert read(DATABASE_URL=f"sqlite:///{tmp_path}/lieu.db").SQLALCHEMY_DATABASE_URI == f"sqlite:///{tmp_path}/lieu.db"
    for url in ("postgres://w@h/b", "postgresql://w@h/b", "postgresql+psycopg://w@h/b"):
        assert read(DATABASE_URL=url).SQLALCHEMY_DATABASE_URI == "postgresql+psycopg://w@h/b"


def test_the_clock_may_be_stopped_for_a_try(read):
    assert read(WORKLAB_NOW="2026-12-01T10:00:00+01:00").WORKLAB_NOW == datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PUBLIC_URL", "lieu.exemple.fr"),
        ("PUBLIC_URL", "https://lieu.exemple.fr/worklab"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "http://lieu:99999"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("MAIL_URL", "lieu@exemple.fr"),
        ("MAIL_URL", "smtp://"),
        ("MAIL_URL", "smtp://serveur:abc"),
        ("DATABASE_URL", "mysql://serveur/base"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:////proc/nowhere/lieu.db"),
        ("SECRET_KEY", "trop court"),
        ("LOG_LEVEL", "fort"),
        ("RATE_LIMITS", "peut-être"),
        ("DEMO", "2"),
        ("WORKLAB_NOW", "demain"),
        ("WORKLAB_NOW", "2026-12-01T10:00:00"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_french_sentence(read, capsys, name, value):
    with pytest.raises(SystemExit) as stop:
        read(**{name: value})

    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert said.startswith(f"Réglage {name}\u00a0: ")
    assert said.count("\n") == 1


def test_the_clock_never_stops_for_a_public_lieu(read, capsys):
    with pytest.raises(SystemExit):
        read(WORKLAB_NOW="2026-12-01T10:00:00+01:00", PUBLIC_URL="https://lieu.exemple.fr")

    assert "https" in capsys.readouterr().err


def test_the_example_lists_every_setting():
    example = (Path(config.__file__).parent / ".env.example").read_text()

    assert set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE)) == set(SETTINGS)


def test_the_tests_read_nothing_from_outside(monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://lieu.exemple.fr")

    assert TestConfig(SQLALCHEMY_DATABASE_URI="sqlite:///x.db").PUBLIC_URL == "http://localhost"
