"""The door of every operation: who asks, with which token, how often; then fields, then one answer, then its description.

@bp.post("/bookings", N_("Réserver"), scope="write", body=Wish, answer=(201, Booking), refuses=True, keyed=True)
def book(caller: Caller, wish: dict[str, Any]) -> Answer: ...
"""

import json as plain_json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

import flask_smorest
from flask import Response, current_app, g, json, request
from webargs.core import missing
from webargs.flaskparser import FlaskParser

from app.api.forms.fields import BIGGEST, Shape
from app.api.forms.shared import Problem as ProblemShape
from app.api.views import problems
from app.api.views.answers import Answer
from app.api.views.problems import Problem
from app.core import clock, idempotency
from app.core.pace import Pace
from app.core.refusals import N_, Refused
from app.members import queries as members
from app.members import rules as members_rules
from app.members.models import Member
from app.members.rules import SCOPES, reasons_member

HEAVIEST = 256 * 1024  # bytes of a request
KEY_LENGTH = 200

JSON, PDF = "application/json", "application/pdf"

PACE = Pace(burst=600, per_second=20)  # of one token


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with what right."""

    member: Member
    scopes: frozenset[str]
    now: datetime

    @property
    def id(self) -> int:
        return self.member.id

    def may(self, action: str) -> bool:
        return members_rules.may(self.member.roles, action)

    def must(self, action: str, *, scope: str = "manage") -> None:
        """What staff does wants both the role and a token that was given for it."""
        if not self.may(action):
            raise Problem(403, "not_allowed")
        self.needs(scope)

    def needs(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Problem(403, "insufficient_scope", {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'})


_PAPER = {"type": "string", "format": "binary"}  # how a file is described


class Json(FlaskParser):
    """JSON that a program wrote: neither NaN, nor a number of ten thousand digits, nor ten thousand brackets."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None}  # each shape says it itself: `Shape.Meta`

    def _raw_load_json(self, req: Any) -> Any:
        content = req.get_data(cache=True)
        if not content:
            return missing
        if not req.is_json:
            raise Problem(415, "unsupported_media_type")
        try:
            g.api_body = plain_json.loads(content.decode("utf-8"), parse_constant=_not_a_number)
        except (ValueError, RecursionError) as wrong:
            raise Problem(400, "malformed_json") from wrong
        return g.api_body


def _not_a_number(word: str) -> None:
    raise ValueError(word)


class Door(flask_smorest.Blueprint):
    """A blueprint whose operations all enter the same way."""

    ARGUMENTS_PARSER = Json()

    def __init__(self, name: str, title: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix="/api/v1", description=title)
        self.tag = name

    def get(self, path: str, summary: str, **how: Any) -> Callable[..., Any]:
        return self._operation("GET", path, summary, **{"scope": "read", **how})

    def post(self, path: str, summary: str, **how: Any) -> Callable[..., Any]:
        return self._operation("POST", path, summary, **how)

    def patch(self, path: str, summary: str, **how: Any) -> Callable[..., Any]:
        return self._operation("PATCH", path, summary, **how)

    def delete(self, path: str, summary: str, **how: Any) -> Callable[..., Any]:
        return self._operation("DELETE", path, summary, **how)

    def _operation(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        scope: str,
        answer: tuple[int, type[Shape] | None],
        query: type[Shape] | None = None,
        body: type[Shape] | None = None,
        refuses: bool = False,  # the engine may say no: 409, 422 with reasons
        keyed: bool = False,  # takes an Idempotency-Key
        produces: str = JSON,  # a paper answers as itself, and its troubles as problems
        example: Mapping[str, Any] | None = None,
        description: str = "",
    ) -> Callable[..., Any]:
        status, shape = answer
        troubles = {401: "Unauthenticated", 403: "Forbidden", 406: "NotAcceptable", 429: "TooMany", 500: "Broken", 503: "Unavailable"}
        if "<" in path or body is not None or query is not None:
            troubles[404] = "NotFound"
        if body is not None:
            troubles |= {400: "Malformed", 413: "TooLarge", 415: "UnsupportedMediaType"}
        if body is not None or query is not None or refuses or keyed:
            troubles[422] = "Refused"
        if refuses:
            troubles[409] = "Taken"
        documented: dict[str, Any] = {
            "summary": summary,
            "description": description,
            "security": [{"token": [scope]}],
            "responses": dict(sorted(troubles.items())),
        }
        if keyed:
            documented["parameters"] = ["IdempotencyKey"]

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def rendered(*args: Any, **path_args: Any) -> Response:
                return _sent(view(*args, **path_args), status)

            described = _PAPER if produces != JSON else shape
            inner = self.response(status, described, content_type=produces)(
                rendered
            )  # which is only described by its shape: `answers.py` made it
            if query is not None:
                inner = self.arguments(query, location="query")(inner)
            if body is not None:
                inner = self.arguments(body, example=dict(example or {}) or None)(inner)
            inner = self.doc(operationId=view.__name__, **documented)(inner)

            @wraps(inner)
            def entered(**path_args: int) -> Response:
                try:
                    caller = enter(scope, produces)
                    if any(number > BIGGEST for number in path_args.values()):
                        raise Problem(404, "not_found")
                    answered: Response = inner(caller, **path_args)
                    return answered
                except Refused as refused:
                    return problems.of_refusal(refused)

            self.route(path, methods=[method], tags=[self.tag])(entered)
            return view

        return decorate


def enter(scope: str, produces: str = JSON) -> Caller:
    """Who asks, or the problem that stops them at the door."""
    request.max_content_length = HEAVIEST
    if request.accept_mimetypes and not request.accept_mimetypes.best_match((produces, JSON, problems.MIMETYPE)):
        raise Problem(406, "not_acceptable")
    caller = _known(_bearer())
    caller.needs(scope)
    _slow_down(caller)
    _refuse_member(caller.member, scope)
    return caller


def once(caller: Caller, do: Callable[[], Answer], *, look: Callable[[], None] = lambda: None, status: int = 201) -> Response:
    """Do it, once for an `Idempotency-Key`: sent again with the same body, the first answer comes back as it was.

    `look` gives a quick no before the transaction; the key, the effect and the answer are one transaction.
    """
    key = _key()
    if key is None:
        return _rendered(json.dumps(do()), status)
    body = f"{request.method} {request.path} {plain_json.dumps(g.get('api_body'), sort_keys=True)}"
    return idempotency.once(
        lambda: _rendered(json.dumps(do()), status),
        keep=lambda response: {"status": status, "body": response.get_data(as_text=True)},
        recall=_again,
        look=look,
        member_id=caller.id,
        key=key,
        body=body,
        now=caller.now,
    )


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "unauthenticated", {"WWW-Authenticate": 'Bearer realm="Worklab"'})
    return token


def _known(token: str) -> Caller:
    now = clock.now()
    row = members.by_access_token(token, "api", now=now) if token.isascii() and len(token) <= KEY_LENGTH else None
    if row is None or row.member is None or row.member.status == "erased":
        raise Problem(401, "invalid_token", {"WWW-Authenticate": 'Bearer realm="Worklab", error="invalid_token"'})
    highest = max((SCOPES.index(scope) for scope in row.scopes.split() if scope in SCOPES), default=-1)
    return Caller(row.member, frozenset(SCOPES[: highest + 1]), now)  # each scope gives those before it


def _refuse_member(member: Member, scope: str) -> None:
    """A suspended account may look; a closed one may nothing. What it may not do, it is told as any door would."""
    if member.status == "active" or (member.status == "suspended" and scope == "read"):
        return
    if scope == "read":
        raise Problem(403, "inactive_member")
    raise Refused(*reasons_member(member.status))


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return None
    if len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable() or " " in key:
        raise problems.WrongField("Idempotency-Key", "bad_idempotency_key")
    return key


def _again(answered: Mapping[str, Any]) -> Response:
    response = _rendered(answered["body"], answered["status"])
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _sent(answer: Response | Answer, status: int) -> Response:
    return answer if isinstance(answer, Response) else _rendered(json.dumps(answer), status)


def _rendered(text: str, status: int) -> Response:
    response: Response = current_app.response_class(text, status=status, mimetype="application/json")
    return response


# ---------------------------------------------------------------- not too often


def _slow_down(caller: Caller) -> None:
    """Counted by process: a lieu has one or two, and counting in the database would make each reading a write."""
    if not current_app.config["RATE_LIMITS"]:
        return
    if wait := PACE.wait(caller.id, at=clock.elapsed()):
        raise Problem(429, "too_many_requests", {"Retry-After": str(max(1, round(wait + 0.5)))})


# ---------------------------------------------------------------- described


def describe_troubles(components: Any) -> None:
    """What every operation may answer besides, said once."""
    content = {problems.MIMETYPE: {"schema": ProblemShape}}
    header = {"schema": {"type": "string"}}
    for name, description, headers in (
        ("Malformed", N_("Le corps n’est pas du JSON."), ()),
        ("Unauthenticated", N_("Il faut un jeton valable."), ("WWW-Authenticate",)),
        ("Forbidden", N_("Ce jeton, ou ce rôle, ne permet pas cela."), ()),
        ("NotFound", N_("Cela n’existe pas, ou n’est pas à vous."), ()),
        ("NotAcceptable", N_("L’interface répond en JSON."), ()),
        ("Taken", N_("C’est déjà pris\u00a0: les raisons, et ce que l’on peut avoir à la place."), ()),
        ("TooLarge", N_("La demande est trop lourde."), ()),
        ("UnsupportedMediaType", N_("Le corps doit être du JSON."), ()),
        ("Refused", N_("Un champ ne convient pas (errors), ou le lieu refuse (reasons)."), ()),
        ("TooMany", N_("Trop de demandes."), ("Retry-After",)),
        ("Broken", N_("Une panne chez nous."), ()),
        ("Unavailable", N_("Rien n’a été enregistré\u00a0: recommencer un peu plus tard."), ("Retry-After",)),
    ):
        described = {"description": description, "content": content}
        components.response(name, {**described, **({"headers": dict.fromkeys(headers, header)} if headers else {})})
    components.parameter(
        "IdempotencyKey",
        "header",
        {
            "name": "Idempotency-Key",
            "description": N_("La même clé avec la même demande, dans les 24 h, rend la première réponse sans rien refaire."),
            "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH, "pattern": "^[!-~]+$"},
        },
    )
