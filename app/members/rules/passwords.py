"""What a password must be: the CNIL's recommendation of 2022, and not one that everybody has.

With attempts limited, the CNIL asks for eight characters of three sorts; a longer one, a sentence for instance, is free.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.core.refusals import N_, Reason

LONG, SHORT, SORTS = 12, 8, 3
_COMMON = Path(__file__).parent.parent / "common_passwords.txt"
_LOOKALIKES = str.maketrans("013457@$!€", "oieastasie")


class PasswordTooWeak(Reason):
    code = "password_too_weak"
    sentence = N_(
        "Choisissez au moins 12 caractères (une phrase convient), ou 8 avec trois sortes parmi minuscules, majuscules, chiffres et autres signes."
    )


class PasswordTooCommon(Reason):
    code = "password_too_common"
    sentence = N_("Ce mot de passe est parmi les premiers que l’on essaie. Choisissez-en un autre, par exemple quatre mots sans rapport.")


class PasswordTellsWho(Reason):
    code = "password_tells_who"
    sentence = N_("Ce mot de passe contient votre nom ou votre adresse. Choisissez-en un qui ne parle pas de vous.")


def reasons_password(password: str, *, name: str = "", email: str = "") -> Iterator[Reason]:
    """Everything against this password, for this person."""
    if len(password) < LONG and (len(password) < SHORT or _sorts(password) < SORTS):
        yield PasswordTooWeak()
    elif _is_common(password):
        yield PasswordTooCommon()
    if _tells_who(password, name, email):
        yield PasswordTellsWho()


def _sorts(password: str) -> int:
    return sum(
        any(belongs(sign) for sign in password)
        for belongs in (str.islower, str.isupper, str.isdigit, lambda sign: not (sign.islower() or sign.isupper() or sign.isdigit()))
    )


def _is_common(password: str) -> bool:
    """On the list as it is, or once its ending (« 2026! ») and its disguise (« p@ssw0rd ») are taken off; or hardly varied."""
    plain = _plain(password)
    if len(set(plain)) < 5 or _is_a_run(plain):
        return True
    known, core = _common(), _without_ending(plain)
    return any(word in known or word.translate(_LOOKALIKES) in known for word in (plain, core, _half(plain), _half(core)))


def _without_ending(plain: str) -> str:
    """Without the few digits and signs that people add at either end to please a rule; what is really added makes it another one."""
    core = plain.strip("0123456789!?.,;:*#@$%&+-_=/ ")
    return core if len(plain) - len(core) <= 6 else plain


def _half(plain: str) -> str:
    """« soleilsoleil » is no better than « soleil »."""
    middle = len(plain) // 2
    return plain[:middle] if plain[:middle] * 2 == plain else plain


_ROWS = ("abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789")


def _is_a_run(plain: str) -> bool:
    """A walk along the alphabet, a keyboard or the digits, either way."""
    return any(plain in row or plain[::-1] in row for row in _ROWS)


def _tells_who(password: str, name: str, email: str) -> bool:
    plain = _plain(password)
    account, _, domain = _plain(email).partition("@")
    parts = [*_words(_plain(name)), account, *_words(account), *domain.split(".")[:1]]
    return any(len(part) >= 4 and part in plain and len(plain) - len(part) < LONG for part in parts)


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()


def _plain(text: str) -> str:
    """Lower case, without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))
