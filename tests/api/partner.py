"""A program that calls the interface with somebody's token. Each answer is held against what the interface says of itself."""

import hashlib
import re
import secrets
from functools import cached_property
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.views import docs
from app.core import clock
from app.core.db import db, transaction
from app.members.models import AccessToken, Member

BASE = "/api/v1"


def token_for(member: Member, scopes: str = "read write manage", **more: Any) -> str:
    token = secrets.token_urlsafe(24)
    digest = hashlib.sha256(token.encode()).hexdigest()
    with transaction() as session:
        session.add(AccessToken(token_hash=digest, purpose="api", member_id=member.id, scopes=scopes, created_at=clock.now(), **more))
    return token


class Described:
    """The interface's own description, as a judge."""

    def __init__(self, app: Flask) -> None:
        with app.test_request_context():
            self.spec = docs.described()
        self._judges: dict[str, Any] = {}

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in self.spec["paths"]]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        found = next((template for pattern, template in self._paths if pattern.fullmatch(path)), None)
        return self.spec["paths"][found].get(method.lower()) if found else None

    def judge(self, method: str, path: str, answer: TestResponse) -> None:
        operation = self.operation(method, path)
        if operation is None:
            assert answer.status_code in (404, 405), answer.status_code
            return
        said = operation["responses"].get(str(answer.status_code))
        assert said is not None, f"{method} {path}: {answer.status_code} is not described"
        said = self._resolved(said)
        for name in said.get("headers", ()):
            assert name in answer.headers, name
        if not said.get("content"):
            assert answer.data == b""
            return
        assert answer.mimetype in said["content"], answer.mimetype
        schema = said["content"][answer.mimetype]["schema"]
        body = answer.json if answer.is_json else answer.data.decode("latin-1")  # a paper, described as a string of bytes
        errors = [f"{error.instance_path}: {error.message}" for error in self._judge_of(schema).iter_errors(body)]
        assert errors == [], errors

    def _judge_of(self, schema: dict[str, Any]) -> Any:
        key = str(schema)
        if key not in self._judges:
            whole = {"components": self.spec["components"], **schema}
            self._judges[key] = jsonschema_rs.validator_for(whole)
        return self._judges[key]

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        found: Any = self.spec
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found


class Partner:
    """`partner.post("/bookings", …)`; `partner.anonymous` has no token."""

    def __init__(self, client: FlaskClient, described: Described, member: Member | None, scopes: str = "read write manage") -> None:
        self._client, self._described = client, described
        self.member = member
        self._headers = {"Authorization": f"Bearer {token_for(member, scopes)}"} if member is not None else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.ask("GET", path, query_string=query)

    def post(self, path: str, *, key: str | None = None, **body: Any) -> TestResponse:
        return self.ask("POST", path, json=body, headers={"Idempotency-Key": key} if key else {})

    def patch(self, path: str, **body: Any) -> TestResponse:
        return self.ask("PATCH", path, json=body)

    def delete(self, path: str) -> TestResponse:
        return self.ask("DELETE", path)

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **how: Any) -> TestResponse:
        answer = self._client.open(f"{BASE}{path}", method=method, headers={**self._headers, **(headers or {})}, **how)
        self._described.judge(method, f"{BASE}{path.partition(chr(63))[0]}", answer)
        return answer

    def book(self, thing: Any, start: str, end: str, **more: Any) -> TestResponse:
        return self.post("/bookings", resource_id=thing.id, start=rfc3339(start), end=rfc3339(end), **more)


def rfc3339(text: str) -> str:
    """« 2027-01-05 09:00 » on the lieu's wall clock, with its offset; what has one already stays as it is."""
    from tests.factories import paris

    return text if re.search(r"(Z|[+-]\d\d:\d\d)$", text) else paris(text).isoformat()


def codes(answer: TestResponse) -> list[str]:
    return [reason["code"] for reason in answer.json.get("reasons", [])]


def wrong(answer: TestResponse) -> dict[str, list[str]]:
    return {name: [error["code"] for error in errors] for name, errors in answer.json.get("errors", {}).items()}


def starts(answer: TestResponse) -> list[str]:
    return [one["start"] for one in answer.json["alternatives"]]


def count(model: Any) -> int:
    import sqlalchemy as sa

    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
