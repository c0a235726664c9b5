"""The addresses of pages, learnt when they are first written."""

from collections.abc import Callable
from typing import Any, Self

from werkzeug import routing

Writer = Callable[..., tuple[str, str]]


class Rule(routing.Rule):
    """Werkzeug compiles two small programs for each rule, to write its address: for all of ours, four fifths of what it takes to make
    the application. Each is compiled the first time that it is asked for."""

    def _compile_builder(self, append_unknown: bool = True) -> Writer:
        compile_now = super()._compile_builder

        def write(rule: Self, /, **values: Any) -> tuple[str, str]:
            writer = compile_now(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", writer)
            written: tuple[str, str] = writer(**values)
            return written

        return write
