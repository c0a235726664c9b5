"""What was made here: who may see it, under which licence, how it is written for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from app.core.refusals import N_, Reason

PROJECTS_FORMAT = "worklab-projects/1"
MOST_PHOTOS = 12
SMALL_SIDE = 480  # of the picture that lists show


class Licence(NamedTuple):
    name: str
    url: str


# What others may do with it, in the order offered; none: nothing without asking.
LICENCES: dict[str, Licence] = {
    "": Licence(N_("rien sans demander (tous droits réservés)"), ""),
    "cc-by-sa": Licence("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed.fr"),
    "cc-by": Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
    "cc-by-nc-sa": Licence("CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/deed.fr"),
    "cc0": Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr"),
    "cern-ohl-s": Licence("CERN-OHL-S 2.0", "https://ohwr.org/cern_ohl_s_v2.txt"),
}


class TooManyPhotos(Reason):
    code = "too_many_photos"
    sentence = N_("Douze photos au plus pour une réalisation.")
    next_step = N_("Retirez-en d’abord.")
    hard = True


class TooYoungToSign(Reason):
    code = "too_young"
    sentence = N_("Avant quinze ans, une réalisation se montre sans nom.")
    next_step = N_("Décochez « Mettre mon nom ».")
    hard = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A project as programs read it; its pictures with their whole addresses."""

    id: int
    url: str
    title: str
    author: str | None
    text: str
    materials: Sequence[str]
    machines: Sequence[tuple[str, str, str]]  # code, name, family
    licence: str
    link: str
    photos: Sequence[tuple[str, str]]  # address, caption
    visibility: str
    created_at: datetime
    changed_at: datetime


def may_see(visibility: str, *, is_author: bool, is_known: bool) -> bool:
    """A draft is its author's alone: staff, too, see what is shown to the people of the lieu."""
    return is_author or visibility == "public" or (visibility == "members" and is_known)


def is_link(text: str) -> bool:
    """An address of the web that can be followed without harm: http or https, a host, no name and no password in it."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 — a port that is no number raises
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and not set(text) & set(' \t\r\n<>"\\')


def as_json(shown: Sequence[Shown], *, lieu: str, url: str) -> dict[str, Any]:
    """What a lieu made, for a program."""
    return {"format": PROJECTS_FORMAT, "lieu": {"name": lieu, "url": url}, "projects": [_one(project) for project in shown]}


def _one(project: Shown) -> dict[str, Any]:
    licence = LICENCES[project.licence]
    return {
        "id": project.id,
        "url": project.url,
        "title": project.title,
        "author": project.author,
        "text": project.text,
        "materials": list(project.materials),
        "machines": [{"code": code, "name": name, "family": family} for code, name, family in project.machines],
        "licence": {"code": project.licence, "name": licence.name, "url": licence.url} if project.licence else None,
        "link": project.link or None,
        "photos": [{"url": url, "caption": caption} for url, caption in project.photos],
        "visibility": project.visibility,
        "created_at": project.created_at.isoformat(),
        "changed_at": project.changed_at.isoformat(),
    }
