"""YAML as a lieu writes it: plain values, read without any of its traps, written always in the same way."""

import re
from typing import Any

import yaml

WIDTH = 160
DEEPEST = 40  # levels of a file; a person writes ten at most
_HOUR = re.compile(r"[0-9]{1,2}:[0-9]{2}")


class Unreadable(ValueError):
    """The file is no YAML that we take; its message is a French sentence."""


def read(content: bytes, *, most_bytes: int) -> Any:
    """What a file says, or `Unreadable` with where it goes wrong."""
    if len(content) > most_bytes:
        raise Unreadable("Le fichier est trop gros : un million d’octets au plus.")
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=PlainLoader)  # noqa: S506 — a safe loader, without aliases
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (ligne {mark.line + 1})" if mark is not None else ""
        raise Unreadable(f"Le fichier n’est pas un YAML lisible{where}.") from error


def write(value: Any) -> str:
    """The same value is always the same text, in the order of its keys."""
    return yaml.dump(value, Dumper=PlainDumper, allow_unicode=True, sort_keys=False, width=WIDTH)


class PlainLoader(yaml.SafeLoader):
    """YAML without anchors and aliases: a few lines cannot become millions."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("alias")
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.YAMLError("too deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A key said twice is a mistake: the second would silently win."""
        said = [key.value for key, _ in node.value]
        if any(not isinstance(key, str) for key in said):
            raise yaml.MarkedYAMLError(problem_mark=node.start_mark)
        if twice := next((key for key in reversed(node.value) if said.count(key[0].value) > 1), None):
            raise yaml.MarkedYAMLError(problem_mark=twice[0].start_mark)
        return super().construct_mapping(node, deep)


class PlainDumper(yaml.SafeDumper):
    """Hours are quoted, so that no reader takes them for sixties; the same list twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "'" if _HOUR.fullmatch(value) else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


PlainDumper.add_representer(str, _text)
