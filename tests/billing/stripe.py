"""A Stripe of our own on loopback: pages of payment, refunds, idempotency keys, and the ways it may let us down."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.billing.gateways import _client
from app.core import clock

SECRET = "whsec_for_tests"


class Stripe:
    """What it holds, what it was asked, and what it will do wrong: `trouble` is down (500), cut (done, but the line drops)."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.by_key: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.trouble: list[str] = []
        self.refund_status = "succeeded"
        self.url = ""

    def answer(self, method: str, path: str, said: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        self.asked.append((method, path, key))
        if key and key in self.by_key:
            before, answer = self.by_key[key]
            if before != said:
                return 400, {"error": {"type": "idempotency_error", "message": "another body"}}
            return 200, answer
        status, answer = self._do(method, path.strip("/").split("/")[1:], said)
        if key and status == 200:
            self.by_key[key] = (said, answer)
        return status, answer

    def _do(self, method: str, parts: list[str], said: dict[str, str]) -> tuple[int, dict[str, Any]]:
        match parts:
            case ["checkout", "sessions"]:
                number = len(self.sessions) + 1
                page = {
                    "id": f"cs_test_{number}",
                    "object": "checkout.session",
                    "status": "open",
                    "payment_status": "unpaid",
                    "payment_intent": None,
                    "amount_total": int(said["line_items[0][price_data][unit_amount]"]),
                    "currency": said["line_items[0][price_data][currency]"],
                    "client_reference_id": said["client_reference_id"],
                    "metadata": {"call": said["metadata[call]"]},
                    "url": f"{self.url}/pay/cs_test_{number}",
                }
                self.sessions[page["id"]] = page
                return 200, page
            case ["checkout", "sessions", name] if name in self.sessions:
                return 200, self.sessions[name]
            case ["checkout", "sessions", name, "expire"]:
                self.sessions[name]["status"] = "expired"
                return 200, self.sessions[name]
            case ["payment_intents", name] if name in self.intents:
                return 200, self.intents[name]
            case ["refunds"]:
                return 200, {
                    "id": f"re_{len(self.by_key)}",
                    "object": "refund",
                    "status": self.refund_status,
                    "amount": int(said["amount"]),
                }
            case _:
                return 404, {"error": {"type": "invalid_request_error", "message": "no such thing"}}

    def pay(self, name: str, *, cents: int | None = None, currency: str = "eur", status: str = "succeeded") -> dict[str, Any]:
        """Somebody pays on this page."""
        page = self.sessions[name]
        intent = {
            "id": f"pi_{name}",
            "object": "payment_intent",
            "status": status,
            "amount_received": page["amount_total"] if cents is None else cents,
            "currency": currency,
            "metadata": dict(page["metadata"]),
            "latest_charge": {"id": "ch_1", "balance_transaction": {"id": "txn_1", "fee": 205}},
        }
        self.intents[intent["id"]] = intent
        paid = "paid" if status == "succeeded" else "unpaid"
        page |= {"status": "complete", "payment_status": paid, "payment_intent": intent["id"], "currency": currency}
        page["amount_total"] = intent["amount_received"]
        return intent


def message(kind: str, about: dict, name: str = "evt_1") -> bytes:
    return json.dumps(
        {"id": name, "object": "event", "type": kind, "created": int(clock.now().timestamp()), "data": {"object": about}}
    ).encode()


@contextmanager
def running_stripe() -> Iterator[Stripe]:
    stripe = Stripe()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer("POST", dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())))

        def do_GET(self) -> None:
            self._answer("GET", {})

        def _answer(self, method: str, said: dict[str, str]) -> None:
            trouble = stripe.trouble.pop(0) if stripe.trouble else ""
            if trouble == "down":
                status, answer = 500, {"error": {"type": "api_error", "message": "down"}}
            else:
                status, answer = stripe.answer(method, urlsplit(self.path).path, said, self.headers.get("Idempotency-Key", ""))
            if trouble == "cut":
                self.connection.close()
                return
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stripe.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stripe
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        _client.cache_clear()
