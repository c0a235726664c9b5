"""Rights that travel: the file that a person takes from one lieu to another, and every reason not to accept it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.refusals import N_, Reason

RIGHTS_FORMAT = "worklab-rights/1"
GOOD_FOR = timedelta(days=30)  # a file is shown while it is fresh
MOST_BYTES = 64_000
MOST_RIGHTS = 50


class NotARightsFile(Reason):
    code = "bad_file"
    sentence = N_("Ce fichier n’est pas un carnet signé par un lieu.")
    next_step = N_("Demandez à la personne le fichier tel qu’elle l’a reçu, sans l’ouvrir ni le changer.")
    hard = True


class UnknownLieu(Reason):
    code = "unknown_lieu"
    sentence = N_("Nous ne connaissons pas la clé du lieu qui a signé ce fichier (il se dit « %(name)s »).")
    next_step = N_("Ajoutez-le aux lieux de confiance, avec la clé que son équipe vous donne de vive voix.")
    hard = True


class Forged(Reason):
    code = "bad_signature"
    sentence = N_("Ce fichier a été changé depuis que le lieu l’a signé.")
    next_step = N_("Demandez à la personne d’en prendre un nouveau chez %(name)s.")
    hard = True


class FileTooOld(Reason):
    code = "expired"
    sentence = N_("Ce fichier valait jusqu’au %(until)s.")
    next_step = N_("La personne peut en prendre un nouveau dans son lieu.")
    hard = True


class FromTomorrow(Reason):
    code = "not_yet"
    sentence = N_("Ce fichier est daté d’après aujourd’hui.")
    next_step = N_("Vérifiez l’heure des deux lieux.")
    hard = True


class OtherPerson(Reason):
    code = "other_person"
    sentence = N_("Ce fichier est à %(name)s, à une autre adresse électronique que celle du compte choisi.")
    next_step = N_("Choisissez la bonne personne ; elle doit avoir la même adresse dans les deux lieux.")
    hard = True


class OwnFile(Reason):
    code = "own_file"
    sentence = N_("Ce fichier vient d’ici.")
    next_step = N_("Il se présente dans un autre lieu.")
    hard = True


class NothingToTake(Reason):
    code = "nothing"
    sentence = N_("Il n’y a aucune habilitation en cours à emporter.")
    next_step = N_("Revenez quand vous en aurez une.")
    hard = True


class RightOver(Reason):
    code = "expired"
    sentence = N_("L’habilitation « %(name)s » est arrivée à son terme le %(until)s.")
    next_step = N_("Elle se renouvelle dans le lieu qui l’a donnée, ou se donne ici.")
    hard = True


class RightRevokedThere(Reason):
    code = "revoked"
    sentence = N_("Le lieu qui a donné « %(name)s » l’a retirée depuis.")
    next_step = N_("Elle ne peut pas être reconnue ici.")
    hard = True


class NotConfirmed(Reason):
    code = "not_confirmed"
    sentence = N_("%(lieu)s n’a pas pu dire si « %(name)s » tient toujours.")
    next_step = N_("Ouvrez sa page de vérification, puis cochez « Je l’ai vérifiée moi-même ».")


class AcceptedBefore(Reason):
    code = "replayed"
    sentence = N_("« %(name)s » (%(number)s) a déjà été reconnue ici.")
    next_step = N_("Une habilitation d’ailleurs se reconnaît une seule fois.")
    hard = True


class NotALieu(Reason):
    code = "bad_key"
    sentence = N_("Ce n’est pas la clé d’un lieu.")
    next_step = N_("Copiez-la telle que l’autre lieu la montre.")
    hard = True


@dataclass(frozen=True, slots=True)
class Carried:
    """One clearance in the file."""

    number: str
    code: str  # with which its own lieu answers for it
    name: str
    given_on: date
    last_day: date | None


@dataclass(frozen=True, slots=True)
class RightsFile:
    """What the file says, whoever wrote it; `signed` is what the signature covers."""

    lieu: str
    key: str
    person: str
    email: str
    made_on: date
    use_before: date  # included
    rights: tuple[Carried, ...]
    signed: bytes
    signature: str


def to_sign(said: Mapping[str, Any]) -> bytes:
    """The same facts are always the same bytes: keys in order, no space, UTF-8."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def written(
    *, lieu: str, url: str, key: str, person: str, email: str, made_on: date, rights: Sequence[Carried], sign: Callable[[bytes], str]
) -> str:
    """The file, for a person to take away."""
    said = {
        "format": RIGHTS_FORMAT,
        "lieu": {"name": lieu, "url": url, "key": key},
        "person": {"name": person, "email": email},
        "made_on": made_on.isoformat(),
        "use_before": (made_on + GOOD_FOR).isoformat(),
        "rights": [
            {
                "number": one.number,
                "code": one.code,
                "name": one.name,
                "given_on": one.given_on.isoformat(),
                "last_day": one.last_day.isoformat() if one.last_day else None,
            }
            for one in rights
        ],
    }
    return json.dumps(said | {"signature": sign(to_sign(said))}, ensure_ascii=False, indent=2) + "\n"


def read_file(content: bytes) -> RightsFile | None:
    """What a file says; none when it is no such file."""
    if len(content) > MOST_BYTES:
        return None
    try:
        said = json.loads(content)
        signature = said.pop("signature")
        rights = tuple(
            Carried(
                _line(one["number"], 20),
                _line(one["code"], 40),
                _line(one["name"], 80),
                date.fromisoformat(one["given_on"]),
                date.fromisoformat(one["last_day"]) if one["last_day"] is not None else None,
            )
            for one in said["rights"][:MOST_RIGHTS]
        )
        found = RightsFile(
            lieu=_line(said["lieu"]["name"], 120),
            key=_line(said["lieu"]["key"], 60),
            person=_line(said["person"]["name"], 200),
            email=_line(said["person"]["email"], 254),
            made_on=date.fromisoformat(said["made_on"]),
            use_before=date.fromisoformat(said["use_before"]),
            rights=rights,
            signed=to_sign(said),
            signature=_line(signature, 120),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found if said.get("format") == RIGHTS_FORMAT and rights else None


def reasons_file(
    file: RightsFile, *, own_key: str | None, known_keys: Collection[str], is_signed: bool, email: str, today: date
) -> Iterator[Reason]:
    """Against the file as a whole. Of who is not known or did not sign it, nothing else is worth saying."""
    if file.key == own_key:
        yield OwnFile()
    elif file.key not in known_keys:
        yield UnknownLieu(name=file.lieu)
    elif not is_signed:
        yield Forged(name=file.lieu)
    else:
        if file.use_before < today:
            yield FileTooOld(until=file.use_before)
        if file.made_on > today + timedelta(days=1):
            yield FromTomorrow()
        if file.email.casefold() != email.casefold():
            yield OtherPerson(name=file.person)


def reasons_right(right: Carried, *, today: date, was_accepted: bool, state: str | None, is_checked: bool, lieu: str) -> Iterator[Reason]:
    """Against one clearance of it. `state`: what its own lieu answers today; none: it could not be asked."""
    if was_accepted:
        yield AcceptedBefore(name=right.name, number=right.number)
    if state in ("revoked", "unknown"):
        yield RightRevokedThere(name=right.name)
    if right.last_day is not None and right.last_day < today:
        yield RightOver(name=right.name, until=right.last_day)
    elif state == "expired":
        yield RightOver(name=right.name, until=right.last_day or today)
    if state is None and not is_checked:
        yield NotConfirmed(name=right.name, lieu=lieu)


def fingerprint(key: str) -> str:
    """What is read aloud on the phone to be sure of a key: its first characters, by four."""
    return " ".join(key[at : at + 4] for at in range(0, 24, 4))


def _line(text: object, most: int) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= most or not text.isprintable():
        raise ValueError
    return text
