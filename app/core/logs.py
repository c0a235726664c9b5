"""Logs: one line for each request and each event, to read in a terminal or to sort by machine (JSON). No name, no address, no token."""

import json
import logging
import re
import sys
from contextlib import suppress
from functools import partial
from typing import Any, TextIO, cast

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from app.core import clock

_QUIET = ("/healthz", "/readyz", "/static/")  # asked all day long by machines: told only when they fail


def install(app: Flask) -> None:
    configure(level=app.config["LOG_LEVEL"], readable=sys.stderr.isatty())
    app.before_request(_look_at_the_clock)
    app.after_request(partial(_tell, structlog.get_logger("request").bind()))  # bound once, not for each line


def configure(*, level: str, readable: bool) -> None:
    """One form for our lines and for those of the libraries."""
    shared: list[Processor] = [structlog.stdlib.add_log_level, _date]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_one_line)]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Stderr())),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(kept for kept in root.handlers if not isinstance(kept.formatter, structlog.stdlib.ProcessorFormatter)), handler]
    root.setLevel(max(logging.getLevelName(level), logging.WARNING) if level != "DEBUG" else logging.DEBUG)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a busy minute is not an event


class _Stderr:
    """Where logs go. A full disk loses a line of log, never the answer that it tells of."""

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


# What ends a line, or turns its letters round, without being below the space: JSON leaves these as they are.
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _one_line(told: EventDict, **how: Any) -> str:
    """What somebody wrote makes no line of its own, however the logs are read."""
    text = json.dumps(told, ensure_ascii=False, **how)
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _date(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event["at"] = clock.running().isoformat(timespec="milliseconds")
    return event


def _look_at_the_clock() -> None:
    g.asked_at = clock.elapsed()


def _tell(log: FilteringBoundLogger, response: Response) -> Response:
    """The template of the path, never the path: a feed's holds a token, another's an e-mail address."""
    rule = request.url_rule.rule if request.url_rule else "?"
    if rule.startswith(_QUIET) and response.status_code < 500:
        return response
    line: dict[str, Any] = {"method": request.method, "path": rule, "status": response.status_code}
    if asked_at := g.pop("asked_at", None):
        line["ms"] = round(1000 * (clock.elapsed() - asked_at), 1)
    log.info("request", **line)
    return response
