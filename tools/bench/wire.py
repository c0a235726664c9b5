"""A slow line: 1 Mbit/s and 100 ms there and back. A real Chromium when there is one, else by reckoning."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from tools.bench.visitors import Answer
from tools.browser import chromium

BYTES_A_SECOND, LATENCY = 1_000_000 / 8, 0.1
LAST_BYTE = "() => Math.max(...performance.getEntries().map(entry => entry.responseEnd || 0)) / 1000"


def slow_line(url: str, path: str, cookies: Mapping[str, str]) -> float | None:
    """Seconds to the last byte of a page in a browser that has nothing yet; None without a browser."""
    if (program := chromium()) is None:
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = browser.new_context(locale="fr-FR")
        context.add_cookies(
            [{"name": name, "value": value, "domain": urlsplit(url).hostname or "", "path": "/"} for name, value in cookies.items()]
        )
        page = context.new_page()
        line = {"offline": False, "latency": 1000 * LATENCY, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.emulateNetworkConditions", line)
        page.goto(url + path, wait_until="load")
        seconds: float = page.evaluate(LAST_BYTE)
        browser.close()
        return seconds


def reckoned(page: Answer, parts: Sequence[Answer]) -> float:
    """One round trip to connect, one for the page, one for its parts together; and the time of the bytes."""
    return 3 * LATENCY + (page.received + sum(part.received for part in parts)) / BYTES_A_SECOND
