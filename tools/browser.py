"""A real Chromium for the browser tests: found, installed when that is possible, or asked for loudly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDIES = """The browser tests need a real Chromium, and there is none here. One of:
  sudo apt-get install chromium
  .venv/bin/python -m playwright install chromium-headless-shell     (no root needed)
  CHROMIUM=/path/to/chrome make test
Or run the rest, which says what it left out: make test-quick"""


def chromium() -> str | None:
    """$CHROMIUM, the one in PATH, or Playwright's own."""
    if chosen := os.environ.get("CHROMIUM"):
        return chosen
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Debian's chromium, which needs root."""
    print("installing Debian's chromium for the browser tests", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in ("update -qq", "install -y -qq --no-install-recommends chromium"):
        done = subprocess.run(["apt-get", *words.split()], env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n", file=sys.stderr)
            return


if __name__ == "__main__":
    if not chromium() and os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    if not chromium():
        sys.exit(REMEDIES)
