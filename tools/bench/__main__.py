"""`make bench`: measures, prints the table, and fails when something does not reach what it must."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tools.bench import billing, report, rows
from tools.bench.houses import Engine, House, engines
from tools.bench.rows import Figures

USUAL, LITTLE, MUCH = 50_000, 5_000, 500_000

# What each measures, on a house of the usual size; those of the second list are measured on SQLite only: no database is in it.
ON_BOTH: dict[str, Callable[[House], Figures]] = {
    "pages": rows.pages,
    "booking": rows.booking,
    "mailed": rows.mailed,
    "refusal": rows.refusal,
    "race": rows.race,
    "signing": rows.signing,
    "pouring": rows.pouring,
    "month": billing.month,
}
ON_SQLITE: dict[str, Callable[[House], Figures]] = {
    "weights": rows.weights,
    "memory": rows.memory,
    "start": rows.start,
    "throughput": rows.throughput,
}
GROWTH = "growth"


def main() -> int:
    asked = _arguments()
    if not Path("/proc/self/schedstat").exists():
        sys.exit("The CPU of a process is asked of /proc: run this on Linux.")
    with tempfile.TemporaryDirectory(prefix="worklab-bench-") as folder, engines(asked.engines, Path(folder)) as found:
        figures = {engine.name: _measured(engine, Path(folder), asked) for engine in found}
    print(*report.table(figures), sep="\n")
    missed = report.missed(figures)
    if missed:
        print("\nN’atteint pas ce qu’il doit :", *missed, sep="\n- ")
    return 1 if missed and not asked.no_fail else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--only", action="append", choices=[*ON_BOTH, *ON_SQLITE, GROWTH], help="measure this alone (may be said again)")
    parser.add_argument("--engines", nargs="+", choices=[*report.ENGINES], default=[*report.ENGINES], help="on these databases")
    parser.add_argument("--quick", action="store_true", help=f"without the {MUCH:,} bookings")
    parser.add_argument("--no-fail", action="store_true", help="print the table and end well, whatever it says")
    return parser.parse_args()


def _measured(engine: Engine, folder: Path, asked: argparse.Namespace) -> Figures:
    measures = {**ON_BOTH, **(ON_SQLITE if engine.name == "sqlite" else {})}
    wanted = [name for name in measures if not asked.only or name in asked.only]
    figures: Figures = {}
    if wanted:
        with closing(_house(engine, folder, USUAL)) as house:
            for name in wanted:
                _say(f"{engine.name}: {name}")
                figures |= measures[name](house)
    if not asked.quick and (not asked.only or GROWTH in asked.only):
        with closing(_house(engine, folder, MUCH)) as large, closing(_house(engine, folder, LITTLE)) as small:
            _say(f"{engine.name}: {GROWTH}")
            figures |= rows.growth(large, small)
    return figures


def _house(engine: Engine, folder: Path, bookings: int) -> House:
    _say(f"{engine.name}: a lieu of {bookings:,} bookings")
    return House(engine, folder, bookings=bookings)


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
