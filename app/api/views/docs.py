"""The interface described: for programs (OpenAPI 3.1) and for people, without anybody else's scripts."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, json, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.api.views.problems import TOLD, spoken
from app.core.refusals import Reason
from app.web import caching, compress, i18n

bp = Blueprint("api_docs", __name__, url_prefix="/api/v1", template_folder="../templates")

_WORDS = ("summary", "description")
_METHODS = ("get", "post", "patch", "delete")
_ONE_OF_TWO = [{"required": ["resource_id"]}, {"required": ["pool_code"]}]


class Row(NamedTuple):
    """A field or a parameter, as the page shows it."""

    name: str
    kind: str
    is_required: bool
    description: str


class Operation(NamedTuple):
    method: str
    path: str
    anchor: str
    summary: str
    description: str
    scope: str
    parameters: list[Row]
    body: list[Row]
    example: str
    gives: list[Row]
    answers: list[tuple[str, str]]


@bp.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    with spoken():
        answer = Response(json.dumps(described()), mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    caching.vary(answer, "Accept-Language")
    return compress.allow(answer)


@bp.get("/docs")
def docs() -> ResponseReturnValue:
    spec = described()
    groups = [(tag["name"], tag["description"], list(_operations(spec, tag["name"]))) for tag in spec["tags"]]
    return compress.allow(render_template("api/docs.html", info=spec["info"], groups=groups, codes=_codes()))


def described() -> dict[str, Any]:
    """The whole description in the language spoken now; each is made once."""
    made: dict[str, dict[str, Any]] = current_app.extensions["api_described"]
    language = i18n.language()
    if language not in made:
        made[language] = _translated(_finished(current_app.extensions["api"].spec.to_dict()))
    return made[language]


def _finished(spec: dict[str, Any]) -> dict[str, Any]:
    """What the shapes cannot say by themselves."""
    for name in ("Wish", "SeriesWish"):
        spec["components"]["schemas"][name]["oneOf"] = _ONE_OF_TWO
    for tag in spec["tags"]:
        tag["name"] = tag["name"].removeprefix("api_")
    return spec


def _translated(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {
            name: _(inner) if name in _WORDS and isinstance(inner, str) and inner else _translated(inner) for name, inner in part.items()
        }
    return [_translated(inner) for inner in part] if isinstance(part, list) else part


# ---------------------------------------------------------------- the page


def _operations(spec: dict[str, Any], tag: str) -> Iterator[Operation]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item and tag in item[method]["tags"]:
                yield _operation(spec, method, path, item)


def _operation(spec: dict[str, Any], method: str, path: str, item: dict[str, Any]) -> Operation:
    said = item[method]
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    success = next(code for code in said["responses"] if code.startswith("2"))
    given = said["responses"][success].get("content", {}).get("application/json", {})
    return Operation(
        method=method.upper(),
        path=path,
        anchor=f"op-{said['operationId']}",
        summary=said["summary"],
        description=said["description"],
        scope=said["security"][0]["token"][0],
        parameters=[_parameter(_resolved(spec, one)) for one in [*item.get("parameters", []), *said.get("parameters", [])]],
        body=_rows(spec, body.get("schema", {})),
        example=json.dumps(body["example"], indent=2, ensure_ascii=False, sort_keys=False) if body.get("example") else "",
        gives=_rows(spec, given.get("schema", {})),
        answers=[(code, _resolved(spec, one)["description"]) for code, one in sorted(said["responses"].items())],
    )


def _parameter(one: dict[str, Any]) -> Row:
    return Row(one["name"], _kind(one["schema"]), one.get("required", False), one.get("description", ""))


def _rows(spec: dict[str, Any], schema: dict[str, Any]) -> list[Row]:
    whole = _resolved(spec, schema)
    required = whole.get("required", ())
    return [Row(name, _kind(one), name in required, one.get("description", "")) for name, one in whole.get("properties", {}).items()]


def _kind(schema: dict[str, Any]) -> str:
    """« integer », « array of Booking », « date-time or null »."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            return ", ".join(_kind(one) for one in schema[several])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    if "enum" in schema:
        return " | ".join("null" if word is None else str(word) for word in schema["enum"])
    kinds = schema.get("type", "object")
    names = [str(schema.get("format", kind) if kind == "string" else kind) for kind in (kinds if isinstance(kinds, list) else [kinds])]
    return " | ".join(names)


def _resolved(spec: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found = spec
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _codes() -> list[tuple[str, str]]:
    """Every code that an answer may carry, and what it says; an ellipsis stands for what depends on the case."""
    blanks = _Ellipsis()
    said = {reason.code: _(reason.sentence) % blanks for reason in _reasons(Reason) if reason.code}
    said |= {word: _(sentence) % blanks for word, sentence in TOLD.items()}
    return sorted(said.items())


class _Ellipsis(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _reasons(parent: type[Reason]) -> Iterator[type[Reason]]:
    for child in parent.__subclasses__():
        yield child
        yield from _reasons(child)
