"""Flask, asked for less: what it does anew in each request, and this house never needs."""

from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

from flask import Flask, Request, has_request_context, request
from flask.templating import Environment
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

F = TypeVar("F", bound=Callable[..., Any])


class _Request(Request):
    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Where the server put them: Flask looks through all that is said of a request."""
        return parse_cookie(self.environ.get("HTTP_COOKIE", ""), cls=self.dict_storage_class)  # type: ignore[return-value]


class _Templates(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The house's words as they are: no template has words of its own, and a chain of two would be copied for each page."""
        return super().make_globals(d) if d else self.globals


class House(Flask):
    request_class = _Request
    jinja_environment = _Templates

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str, str], str] = {}

    def url_for(self, endpoint: str, /, **values: Any) -> str:  # type: ignore[override]
        """On a page, an address without values is the same each time (the house stands at the root): written once."""
        if values or endpoint.startswith(".") or not has_request_context() or request.method not in ("GET", "POST"):
            return super().url_for(endpoint, **values)
        key = endpoint, request.method
        found = self._addresses.get(key)
        if found is None:
            found = self._addresses[key] = super().url_for(endpoint)
        return found

    def ensure_sync(self, func: F) -> F:
        """Every view and handler of ours is a plain function: Flask asks it of each, seven times a request."""
        return func
