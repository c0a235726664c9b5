"""Static files: one address for each content, kept for ever by browsers, made small once.

What is in `static/` is copied at start into `instance/static/` under a name that carries its fingerprint, with its brotli
and gzip twins; what is already there is left alone, so a second start only reads a few small files. Earlier versions stay,
for the pages that still name them.
"""

import gzip
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.headers import Headers

import brotli
from flask import Flask, current_app
from whitenoise import WhiteNoise

SOURCE = Path(__file__).parent / "static"
PREFIX = "/static/"

_SMALLER = {".css", ".js", ".svg", ".json", ".txt"}
_COMMENT, _AROUND = re.compile(rb"/\*.*?\*/", re.DOTALL), re.compile(rb"\s*([{};\n])\s*")
_FINGERPRINTED = re.compile(r"\.[0-9a-f]{10}\.\w+$")


@dataclass(slots=True)
class Assets:
    """The static files of one application, by name."""

    source: Path
    published: Path
    names: dict[str, str] = field(default_factory=dict)

    def publish(self) -> None:
        """Give every source file its fingerprinted copy."""
        for path in sorted(self.source.rglob("*")):
            if path.is_file():
                self.names[path.relative_to(self.source).as_posix()] = self._copy(path)

    def url(self, name: str) -> str:
        try:
            return PREFIX + self.names[name]
        except KeyError:
            raise LookupError(f"no static file named {name}") from None

    def _copy(self, path: Path) -> str:
        content = without_comments(path.read_bytes()) if path.suffix == ".css" else path.read_bytes()
        fingerprint = hashlib.sha256(content).hexdigest()[:10]
        target = self.published / path.relative_to(self.source).with_suffix(f".{fingerprint}{path.suffix}")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in _SMALLER:
                _write(target.with_name(target.name + ".br"), brotli.compress(content, mode=brotli.MODE_TEXT, quality=11))
                _write(target.with_name(target.name + ".gz"), gzip.compress(content, 9, mtime=0))
            _write(target, content)  # last: when it is there, its twins are
        return target.relative_to(self.published).as_posix()


def install(app: Flask) -> None:
    """Publish the files, and let WhiteNoise answer for them before Flask is asked."""
    published = Path(app.config.get("STATIC_ROOT") or Path(app.instance_path) / "static")
    assets = Assets(SOURCE, published)
    assets.publish()
    app.extensions["web_assets"] = assets
    app.jinja_env.globals["static_url"] = static_url
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=published,
        prefix=PREFIX,
        autorefresh=app.debug,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: bool(_FINGERPRINTED.search(url)),
        add_headers_function=_add_headers,
    )


def static_url(name: str) -> str:
    """The address of a static file: `/static/worklab.1a2b3c4d5e.css`. While debugging, an edited file is published anew."""
    assets: Assets = current_app.extensions["web_assets"]
    if current_app.debug:
        assets.publish()
    return assets.url(name)


def release() -> str:
    """Changes when the look does: part of what makes a kept page stale."""
    return static_url("worklab.css").split(".")[-2]


def without_comments(style: bytes) -> bytes:
    """What only its readers need stays at home: a tenth of what would travel."""
    return _AROUND.sub(rb"\1", _COMMENT.sub(b"", style)).strip()


def _write(target: Path, content: bytes) -> None:
    """Two processes may start together: each writes its own file, and the name is given at the end."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(target)


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
