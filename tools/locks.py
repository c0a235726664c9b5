"""Check that requirements/*.txt answer pyproject.toml: all there, pinned, hashed, and no machine's address inside."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<marker> ;.*?)? \\$")


def wanted() -> dict[str, list[str]]:
    """What each lock must satisfy."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    app = project["dependencies"] + project["optional-dependencies"]["postgres"]
    return {"uv": groups["install"], "app": app, "dev": app + groups["test"] + groups["tools"], "peers": groups["peers"]}


def pins(name: str, faults: list[str]) -> dict[str, str]:
    """The versions of one lock; what is wrong with its lines is added to `faults`."""
    versions: dict[str, str] = {}
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    for number, line in enumerate(lines, 1):
        where = f"requirements/{name}.txt:{number}"
        if line.startswith("-") or "://" in line:
            faults.append(f"{where}: an option or an address has no place in a lock")
        elif line[:1].strip() and not line.startswith("#"):
            pin = PIN.match(line)
            if not pin or "--hash=sha256:" not in lines[number]:
                faults.append(f"{where}: not pinned with a hash")
            else:
                versions[canonicalize_name(pin["name"])] = pin["version"]
    return versions


def unanswered(name: str, requirements: list[str], versions: dict[str, str]) -> Iterator[str]:
    for text in requirements:
        requirement = Requirement(text)
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"requirements/{name}.txt: {requirement.name} is missing"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"requirements/{name}.txt: {requirement.name} {version} is not {requirement.specifier}"


def main() -> list[str]:
    faults: list[str] = []
    locks = {name: pins(name, faults) for name in wanted()}
    for name, requirements in wanted().items():
        faults += unanswered(name, requirements, locks[name])
    faults += [
        f"{package}: {version} in requirements/app.txt, {locks['dev'].get(package)} in requirements/dev.txt"
        for package, version in locks["app"].items()
        if locks["dev"].get(package) != version
    ]
    return faults


if __name__ == "__main__":
    if faults := main():
        sys.exit("\n".join([*faults, "make lock mends it"]))
