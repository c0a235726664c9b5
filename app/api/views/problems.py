"""What went wrong, as RFC 9457 says it: a code for programs, a sentence for people, in the language they ask for."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app, json, request
from flask_babel import force_locale, gettext
from werkzeug.exceptions import HTTPException

from app.api.views.answers import offered
from app.core.refusals import N_, Reason, Refused
from app.core.text import clean_line
from app.web import errors, i18n, words

MIMETYPE = "application/problem+json"
DOCS = "/api/v1/docs"

# What each code says; `%(bound)s` is what follows the code of a field (`too_long 500`).
TOLD: Mapping[str, str] = {
    "malformed_json": N_("Le corps de la demande n’est pas du JSON."),
    "bad_request": N_("La demande n’est pas comprise."),
    "unauthenticated": N_("Il faut un jeton\u00a0: Authorization\u00a0: Bearer…"),
    "invalid_token": N_("Ce jeton n’existe pas, a expiré ou a été révoqué."),
    "insufficient_scope": N_("Ce jeton ne permet pas cela."),
    "inactive_member": N_("Ce compte n’est pas actif."),
    "not_allowed": N_("Votre rôle ne permet pas cela."),
    "not_found": N_("Il n’y a rien à cette adresse."),
    "unknown_resource": N_("Cette chose n’existe pas ici."),
    "unknown_pool": N_("Aucun groupe de places n’a ce code."),
    "unknown_member": N_("Cette personne n’est pas connue ici."),
    "method_not_allowed": N_("Cette adresse ne s’emploie pas ainsi."),
    "not_acceptable": N_("Cette interface ne répond qu’en JSON."),
    "unsupported_media_type": N_("Le corps de la demande doit être du JSON, annoncé par Content-Type."),
    "too_large": N_("Cette demande est trop lourde."),
    "too_many_requests": N_("Trop de demandes en peu de temps. Attendez un peu, puis recommencez."),
    "invalid": N_("Quelque chose ne convient pas."),
    "internal": N_("Nous avons cassé quelque chose. La panne est notée, et rien n’a été fait à moitié."),
    "unavailable": N_("Votre demande n’a pas été enregistrée. Attendez quelques secondes, puis recommencez."),
    # fields
    "required": N_("Il manque."),
    "null": N_("Il ne peut pas être nul."),
    "wrong": N_("Cette valeur ne convient pas."),
    "unknown_field": N_("Ce nom n’est pas connu."),
    "not_an_object": N_("Un objet JSON est attendu."),
    "not_a_list": N_("Une liste est attendue."),
    "not_text": N_("Un texte est attendu."),
    "not_an_integer": N_("Un nombre entier est attendu."),
    "not_a_boolean": N_("Vrai ou faux est attendu."),
    "not_a_time": N_("Un instant RFC 3339 est attendu, comme 2026-12-08T14:00:00+01:00."),
    "naive_time": N_("L’instant doit porter son décalage, comme 2026-12-08T14:00:00+01:00."),
    "not_a_day": N_("Un jour est attendu, comme 2026-12-08."),
    "not_an_email": N_("Ce n’est pas une adresse électronique."),
    "not_a_choice": N_("Ce mot n’est pas dans la liste."),
    "out_of_range": N_("Cette valeur est hors limites."),
    "too_long": N_("Trop long\u00a0: %(bound)s signes au plus."),
    "empty": N_("Il est vide."),
    "one_of_two": N_("Il faut resource_id ou pool_code, et un seul des deux."),
    "bad_cursor": N_("Ce curseur n’a pas été donné par cette interface."),
    "bad_idempotency_key": N_("La clé d’idempotence est un mot de 200 signes au plus."),
    "window_too_long": N_("C’est trop long\u00a0: 62 jours au plus."),
    "backwards": N_("La fin doit venir après le début."),
}

_CODE_OF = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
_LONGEST_NAME = 60  # of a field that we did not choose


class Problem(HTTPException):
    """A « no » that is not the engine's: about who asks, where, how."""

    def __init__(self, status: int, word: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.code, self.word, self.headers = status, word, headers or {}


class WrongField(Problem):
    """A field that is well formed, and that the door still cannot take."""

    def __init__(self, field: str, word: str) -> None:
        super().__init__(422, "invalid")
        self.data = {"messages": {"field": {field: [word]}}}


@contextmanager
def spoken() -> Iterator[None]:
    """In the language that the request prefers; what a browser or a person chose for pages does not count."""
    with force_locale(request.accept_languages.best_match(i18n.LANGUAGES, default=i18n.LANGUAGES[0])):
        yield


def of_refusal(refused: Refused, **more: Any) -> Response:
    """Every reason, with its next step, and what can be had instead."""
    reasons = told(refused.reasons)
    return _answer(
        refused.status,
        refused.codes[0],
        " ".join(reason["message"] for reason in reasons),
        reasons=reasons,
        alternatives=offered(refused.alternatives),
        waitlist=refused.waitlist,
        **more,
    )


def told(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    with spoken():
        return [{"code": reason.code, "message": words.said(reason), "next_step": words.next_step(reason)} for reason in reasons]


def of_error(error: HTTPException) -> Response:
    """Everything else: what the framework, the fields or the door refuse. The details of a bug stay in the log."""
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages")
    with spoken():
        if status == 422 and messages:
            wrong = {name: [_wrong(text) for text in texts] for name, texts in _flat(next(iter(messages.values())))}
            answer = _answer(status, "invalid", _sentence("invalid"), errors=wrong)
        else:
            word = getattr(error, "word", None) or _CODE_OF.get(status) or ("internal" if status >= 500 else "bad_request")
            is_ours = isinstance(error, errors.ReadOnly) and error.description
            answer = _answer(status, word, gettext(error.description) if is_ours else _sentence(word))
    kept = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
    answer.headers.update({**kept, **getattr(error, "headers", {})})
    return answer


def _answer(status: int, word: str, detail: str, **more: Any) -> Response:
    problem = {"type": f"{DOCS}#{word}", "title": _title(status), "status": status, "detail": detail, "code": word, **more}
    return current_app.response_class(json.dumps(problem), status=status, mimetype=MIMETYPE)


def _title(status: int) -> str:
    told_page = errors.PAGES.get(status) or errors.PAGES[500 if status >= 500 else 400]
    with spoken():
        return str(told_page.title)


def _flat(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """`{"rules": {"step": [codes]}}` as `rules.step: codes`."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            part = "" if name == "_schema" else clean_line(str(name))[:_LONGEST_NAME]
            yield from _flat(inner, f"{path}.{part}".strip("."))
    else:
        yield path or "body", [text for text in messages if isinstance(text, str)]


def _wrong(text: str) -> dict[str, str]:
    word, _, bound = text.partition(" ")
    return {"code": word, "message": _sentence(word, bound)}


def _sentence(word: str, bound: str = "") -> str:
    return str(gettext(TOLD[word], bound=bound) if bound else gettext(TOLD[word]))
