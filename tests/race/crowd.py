"""Many clients at once against the processes of one house."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any, Self

import httpx

PATIENCE = 60


@dataclass(frozen=True)
class Ask:
    """What one client sends."""

    token: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    key: str = ""


@dataclass(frozen=True)
class Told:
    """What it was told."""

    status: int
    content: bytes
    milliseconds: float
    body: Any = None

    @property
    def codes(self) -> list[str]:
        return [reason["code"] for reason in self.body.get("reasons", [])]


@dataclass
class Crowd:
    """As many clients as `most`, each with its own connections, spread over the processes."""

    urls: Sequence[str]
    most: int = 24
    milliseconds: list[float] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._clients = [httpx.Client(base_url=self.urls[number % len(self.urls)], timeout=PATIENCE) for number in range(self.most)]
        self._threads = ThreadPoolExecutor(self.most)
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        for client in self._clients:
            client.close()

    def at_once(self, asks: Sequence[Ask]) -> list[Told]:
        """Everybody asks at the same moment."""
        together = threading.Barrier(len(asks))
        told = list(self._threads.map(lambda client, ask: self._ask(client, ask, together), self._clients, asks))
        self.milliseconds += [one.milliseconds for one in told]
        return told

    def each_in_turn(self, asks: Sequence[Sequence[Ask]], *, beside: Callable[[], None] | None = None) -> list[list[Told]]:
        """Each client sends its own list, one after the other; all of them at the same time, and `beside` among them."""
        together = threading.Barrier(len(asks))

        def go(client: httpx.Client, mine: Sequence[Ask]) -> list[Told]:
            together.wait()
            return [self._ask(client, ask) for ask in mine]

        answers = self._threads.map(go, self._clients, asks)
        if beside is not None:
            beside()
        return list(answers)

    @property
    def p95(self) -> float:
        return quantiles(self.milliseconds, n=20)[-1]

    def _ask(self, client: httpx.Client, ask: Ask, together: threading.Barrier | None = None) -> Told:
        headers = {"Authorization": f"Bearer {ask.token}"} | ({"Idempotency-Key": ask.key} if ask.key else {})
        if together is not None:
            together.wait()
        answer = client.request(ask.method, f"/api/v1{ask.path}", json=ask.body, headers=headers)
        is_json = answer.headers.get("Content-Type", "").endswith("json")
        return Told(answer.status_code, answer.content, answer.elapsed.total_seconds() * 1000, answer.json() if is_json else None)
