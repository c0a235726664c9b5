"""A backup file: one zip with `tables/NAME.jsonl`, `uploads/…` and, written last, `manifest.json`."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Self

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024
MOST = 64 * 1024 * CHUNK  # bytes unpacked: beyond, it is a trap
MOST_TOLD = 64 * CHUNK  # bytes of a manifest: a line for each file, for a few hundred thousand of them
LONGEST_LINE = 64 * CHUNK  # bytes of a row of a table


class BadArchive(Exception):
    """This file is no backup of ours, or no longer what was written; one French sentence."""


@dataclass(slots=True)
class Table:
    columns: list[str]
    rows: int
    sha256: str


@dataclass(slots=True)
class File:
    size: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What the archive holds: read first, so that nothing is undone for a file that is not whole."""

    revision: str  # the migration that the tables are at
    made_at: str
    made_on: str  # sqlite or postgresql
    format: int = FORMAT
    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @classmethod
    def read(cls, text: bytes) -> Self:
        said: dict[str, Any] = json.loads(text)
        if said.get("format") != FORMAT:
            raise BadArchive(f"Cette sauvegarde est d’une forme ({said.get('format')}) que cette version ne connaît pas.")
        said["tables"] = {name: Table(**table) for name, table in said["tables"].items()}
        said["files"] = {name: File(**file) for name, file in said["files"].items()}
        return cls(**said)


# ---------------------------------------------------------------- writing


@contextmanager
def new(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive that takes its name once it is whole and on the disk; readable by its owner only."""
    part = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115 — closed below
    try:
        with part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            yield archive
            archive.close()
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(part.name).unlink()
        raise


class Measured:
    """Writes into an archive and measures what goes by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def add_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))


# ---------------------------------------------------------------- reading


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """An archive and its manifest, all of it there and nothing else. What is unpacked is counted while it is read: a zip says of itself
    what it likes, and a few kilobytes of it may hold enough to fill the memory, or the disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = Manifest.read(_told(archive))
            _refuse_strangers(archive, manifest)
            yield archive, manifest
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as trouble:
        raise BadArchive("Ce fichier n’est pas une sauvegarde de Worklab, ou il est abîmé.") from trouble


def lines(archive: zipfile.ZipFile, name: str, table: Table) -> Iterator[bytes]:
    """The lines of a table; it ends with `BadArchive` when they are not what was written."""
    digest, count = hashlib.sha256(), 0
    with archive.open(f"tables/{name}.jsonl") as packed, io.BufferedReader(packed, CHUNK) as unpacked:  # type: ignore[type-var]
        while count <= table.rows and (line := unpacked.readline(LONGEST_LINE)):
            digest.update(line)
            count += 1
            yield line
    if (digest.hexdigest(), count) != (table.sha256, table.rows):
        raise BadArchive(f"Dans cette sauvegarde, la table {name} n’est pas telle qu’elle a été écrite.")


def unpack_files(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    """The uploaded files, into a folder that is new."""
    for name, file in manifest.files.items():
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with archive.open(f"uploads/{name}") as packed, target.open("wb") as unpacked:
            measured = Measured(unpacked)
            while measured.size <= file.size and (data := packed.read(CHUNK)):
                measured.write(data)
        if (measured.size, measured.sha256) != (file.size, file.sha256):
            raise BadArchive(f"Dans cette sauvegarde, le fichier {name} n’est pas tel qu’il a été écrit.")


def _told(archive: zipfile.ZipFile) -> bytes:
    with archive.open(MANIFEST) as packed:
        text = packed.read(MOST_TOLD + 1)
    if len(text) > MOST_TOLD:
        raise ValueError("a manifest that does not end")
    return text


def _refuse_strangers(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Only what the manifest names, under the folders of ours, and no more of it than a lieu can hold."""
    expected = {MANIFEST, *(f"tables/{name}.jsonl" for name in manifest.tables), *(f"uploads/{name}" for name in manifest.files)}
    if set(archive.namelist()) != expected or sum(member.file_size for member in archive.infolist()) > MOST:
        raise ValueError("not what the manifest says")
    if any(".." in Path(name).parts or Path(name).is_absolute() or "\\" in name for name in manifest.files):
        raise ValueError("a path that leads elsewhere")
