"""Settings, read once from the environment and `.env`. A wrong one stops the start with a French sentence."""

import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn, TypeVar
from urllib.parse import SplitResult, urlsplit

from environs import Env, EnvError

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"  # what this installation keeps: database, secret, mails, uploads
T = TypeVar("T")
# a server that is away, or a row that someone keeps, is said to be so in a few seconds: nobody waits for ever
POSTGRESQL = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
}
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, kw_only=True, repr=False)  # a secret has no place in a traceback
class Config:
    """What the application may rely on. `Config.from_environment()` makes the real one; the defaults suit a first try."""

    SECRET_KEY: str
    SQLALCHEMY_DATABASE_URI: str
    HOST: str = "127.0.0.1"
    PORT: int = 8000
    PUBLIC_URL: str = "http://127.0.0.1:8000"
    TRUSTED_HOSTS: list[str] | None = None  # none: any name will do
    TRUSTED_PROXIES: int = 0
    MAIL_URL: str = f"file:{INSTANCE / 'mails'}"
    STRIPE_SECRET_KEY: str = ""
    STRIPE_WEBHOOK_SECRET: str = ""
    STRIPE_API_BASE: str = ""
    LOG_LEVEL: str = "INFO"
    RATE_LIMITS: bool = True
    DEMO: bool = True
    INSTANCE_FOLDER: str = str(INSTANCE)  # holds uploads/ and backups/ besides
    WORKLAB_NOW: datetime | None = None

    # one session cookie, that no script reads and no other site sends
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_REFRESH_EACH_REQUEST = False  # sent again when its session is renewed, not with every page
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)
    MAX_CONTENT_LENGTH = 8 * 1024 * 1024  # a photo from a phone, and no more
    MAX_FORM_MEMORY_SIZE = 512 * 1024
    MAX_FORM_PARTS = 1000

    @classmethod
    def from_environment(cls) -> "Config":
        """Read the environment, then `.env` for what it does not say."""
        env = Env()
        env.read_env(ROOT / ".env", recurse=False)
        host = env.str("HOST", "127.0.0.1")
        port = _read("PORT", lambda: _between(1, env.int("PORT", 8000), 65535), "un numéro de port, par exemple 8000")
        given_url = env.str("PUBLIC_URL", "")
        stripe = _stripe(env.str("STRIPE_SECRET_KEY", ""), env.str("STRIPE_WEBHOOK_SECRET", ""))
        public_url = _public_url(given_url or f"http://{_in_url(host)}:{port}")
        https = public_url.startswith("https:")
        return cls(
            SECRET_KEY=_secret_key(env.str("SECRET_KEY", "")),
            SQLALCHEMY_DATABASE_URI=_database_url(env.str("DATABASE_URL", "") or "sqlite:///instance/worklab.db"),
            HOST=host,
            PORT=port,
            PUBLIC_URL=public_url,
            TRUSTED_HOSTS=_trusted_hosts(host, given_url),
            TRUSTED_PROXIES=_read(
                "TRUSTED_PROXIES", lambda: _between(0, env.int("TRUSTED_PROXIES", 0), 9), "un nombre de mandataires, de 0 à 9"
            ),
            MAIL_URL=_mail_url(env.str("MAIL_URL", "") or "file:instance/mails"),
            STRIPE_SECRET_KEY=stripe[0],
            STRIPE_WEBHOOK_SECRET=stripe[1],
            STRIPE_API_BASE=env.str("STRIPE_API_BASE", ""),
            LOG_LEVEL=_log_level(env.str("LOG_LEVEL", "INFO")),
            RATE_LIMITS=_read("RATE_LIMITS", lambda: env.bool("RATE_LIMITS", True), "on ou off"),
            DEMO=_read("DEMO", lambda: env.bool("DEMO", not https), "1 ou 0"),
            WORKLAB_NOW=_stopped_clock(env.str("WORKLAB_NOW", ""), https=https),
        )

    @property
    def IS_PUBLIC(self) -> bool:
        """Is this lieu served to everyone, over https?"""
        return self.PUBLIC_URL.startswith("https:")

    @property
    def LOGIN_THROTTLE(self) -> bool:
        """Load tests may switch it off with the other limits; a public lieu never."""
        return self.RATE_LIMITS or self.IS_PUBLIC

    @property
    def SESSION_COOKIE_SECURE(self) -> bool:
        return self.IS_PUBLIC

    @property
    def SESSION_COOKIE_NAME(self) -> str:
        return "__Host-worklab" if self.IS_PUBLIC else "worklab"

    # a link in a mail is written by the worker, which has no request to look at
    @property
    def SERVER_NAME(self) -> str:
        return urlsplit(self.PUBLIC_URL).netloc

    @property
    def PREFERRED_URL_SCHEME(self) -> str:
        return urlsplit(self.PUBLIC_URL).scheme

    @property
    def SQLALCHEMY_ENGINE_OPTIONS(self) -> dict[str, Any]:
        return {"connect_args": POSTGRESQL} if self.SQLALCHEMY_DATABASE_URI.startswith("postgresql") else {}


@dataclass(frozen=True, kw_only=True, repr=False)
class TestConfig(Config):
    """Nothing from the environment, nothing in `instance/`."""

    SECRET_KEY: str = "a key for the tests, known to everybody"  # noqa: S105 — known on purpose
    PUBLIC_URL: str = "http://localhost"
    LOG_LEVEL: str = "WARNING"
    RATE_LIMITS: bool = False
    DEMO: bool = False
    INSTANCE_FOLDER: str = "/nowhere"
    TESTING = True
    __test__ = False  # not a test, whatever pytest makes of its name
    WTF_CSRF_ENABLED = False


def _read(name: str, read: Callable[[], T], expected: str) -> T:
    try:
        return read()
    except (EnvError, ValueError):
        _stop(name, f"on attend {expected}.")


def _stop(name: str, sentence: str) -> NoReturn:
    sys.stderr.write(f"Réglage {name}\u00a0: {sentence} (Les réglages sont décrits dans .env.example.)\n")
    sys.exit(2)


def _between(least: int, number: int, most: int) -> int:
    if not least <= number <= most:
        raise ValueError(number)
    return number


def _in_url(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 — compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _public_url(text: str) -> str:
    url = _split("PUBLIC_URL", text, "une adresse complète comme https://lieu.exemple.fr, sans chemin")
    if url.scheme not in ("http", "https") or url.path not in ("", "/") or url.query or url.fragment or url.username:
        _stop("PUBLIC_URL", "on attend une adresse complète comme https://lieu.exemple.fr, sans chemin.")
    return f"{url.scheme}://{url.netloc}"


def _split(name: str, text: str, expected: str) -> SplitResult:
    """The parts of a URL that names a server."""

    def read() -> SplitResult:
        url = urlsplit(text)
        if not url.hostname or url.port == 0:
            raise ValueError(text)
        return url

    return _read(name, read, expected)


def _trusted_hosts(host: str, given_url: str) -> list[str] | None:
    """A lieu with an address answers to its name only, so that nobody can put another one in its pages.

    Without one it answers to loopback, or to any name when `HOST` opens it to a network. (Werkzeug cannot list an IPv6 address.)
    """
    name = str(urlsplit(given_url).hostname) if given_url else host
    if ":" in name or not (given_url or name in LOOPBACK):
        return None
    return [*dict.fromkeys((name, *LOOPBACK))]


def _stripe(key: str, secret: str) -> tuple[str, str]:
    """Both or neither: with a key and no secret, anybody could write to us that they have paid."""
    key, secret = key.strip(), secret.strip()
    if key and not secret:
        _stop("STRIPE_WEBHOOK_SECRET", "avec une clé Stripe, il faut le secret qui signe ses messages (whsec_…).")
    return key, secret


def _database_url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest != "/:memory:":
        path = ROOT / rest.removeprefix("/")  # an absolute path stays itself
        _make_folder("DATABASE_URL", path.parent)
        return f"sqlite:///{path}"
    if scheme in ("postgres", "postgresql", "postgresql+psycopg") and rest:
        return f"postgresql+psycopg://{rest}"
    _stop("DATABASE_URL", "on attend sqlite:///chemin/du/fichier.db ou postgresql+psycopg://utilisateur:motdepasse@serveur/base.")


def _make_folder(name: str, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as trouble:
        _stop(name, f"le dossier {folder} ne peut pas être créé ({trouble.strerror}).")


def _mail_url(text: str) -> str:
    if text.startswith("file:"):
        return f"file:{ROOT / text.removeprefix('file:').removeprefix('//')}"
    expected = "smtp://utilisateur:motdepasse@serveur:587, smtps://… ou file:dossier"
    if _split("MAIL_URL", text, expected).scheme not in ("smtp", "smtps"):
        _stop("MAIL_URL", f"on attend {expected}.")
    return text


def _log_level(text: str) -> str:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if text.upper() not in levels:
        _stop("LOG_LEVEL", f"on attend {', '.join(levels[:-1])} ou {levels[-1]}.")
    return text.upper()


def _stopped_clock(text: str, *, https: bool) -> datetime | None:
    if not text:
        return None
    instant = _read("WORKLAB_NOW", lambda: datetime.fromisoformat(text), "un instant comme 2026-12-01T10:00:00+01:00")
    if instant.tzinfo is None:
        _stop("WORKLAB_NOW", "l’instant doit porter son décalage, comme 2026-12-01T10:00:00+01:00.")
    if https:
        _stop("WORKLAB_NOW", "l’horloge ne s’arrête pas quand PUBLIC_URL est en https.")
    return instant


def _secret_key(given: str) -> str:
    """The one given, else the one this installation made for itself, once, readable by its owner only."""
    if given:
        if len(given) < 16:
            _stop("SECRET_KEY", "on attend au moins 16 caractères tirés au hasard, ou rien\u00a0: Worklab en fait une.")
        return given
    path = INSTANCE / "secret_key"
    if not path.exists():
        _make_folder("SECRET_KEY", INSTANCE)
        with NamedTemporaryFile("w", dir=INSTANCE, prefix="secret_key.") as mine:  # 0600 from its first instant
            mine.write(secrets.token_urlsafe(48) + "\n")
            mine.flush()
            with suppress(FileExistsError):  # another process of this lieu was quicker: its key is ours
                os.link(mine.name, path)
    return path.read_text().strip()
