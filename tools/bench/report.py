"""The table, in Markdown: what was measured on each database, what it must reach, and whether it does."""

from collections.abc import Iterator, Mapping

from tools.bench.targets import TARGETS, Target

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def table(figures: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """`figures`: by database, then by line."""
    engines = [engine for engine in ENGINES if engine in figures]
    yield "| " + " | ".join(["", *(ENGINES[engine] for engine in engines), "× Flask nu", "doit", "vise", ""]) + " |"
    yield "|" + "---|" + "---:|" * (len(engines) + 3) + ":-:|"
    for target in TARGETS:
        values = [figures[engine].get(target.name) for engine in engines]
        if all(value is None for value in values):
            continue
        cells = [target.shown(value) for value in values]
        yield (
            "| "
            + " | ".join(
                [
                    target.words,
                    *cells,
                    _ratio(target, figures),
                    _limit(target, target.must),
                    _limit(target, target.aim),
                    _mark(target, values),
                ]
            )
            + " |"
        )


def missed(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What does not reach what it must."""
    return [
        f"{target.words} ({ENGINES[engine]}) : {target.shown(value)} au lieu de {target.shown(target.must)}"
        for target in TARGETS
        for engine in ENGINES
        if (value := figures.get(engine, {}).get(target.name)) is not None and not target.is_met(value)
    ]


def _ratio(target: Target, figures: Mapping[str, Mapping[str, float]]) -> str:
    """How many times a bare Flask of the same run."""
    for engine in ENGINES:
        here = figures.get(engine, {})
        if target.unit == "ms" and target.name in here and "hello" in here and not target.name.endswith("p95"):
            return f"{here[target.name] / here['hello']:.1f}"
    return ""


def _limit(target: Target, limit: float | None) -> str:
    return "" if limit is None else ("≥ " if target.more_is_better else "≤ ") + target.shown(limit)


def _mark(target: Target, values: list[float | None]) -> str:
    if target.must is None:
        return ""
    return "✓" if all(value is None or target.is_met(value) for value in values) else "✗"
