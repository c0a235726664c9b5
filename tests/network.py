"""No outside world in tests: a connection that leaves this machine is a failure, not a wait."""

import ipaddress
import socket
from typing import Any

import pytest


def close_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, verb, _only_here(getattr(socket.socket, verb)))
    monkeypatch.setattr(socket, "getaddrinfo", _only_local_names(socket.getaddrinfo))


def _only_here(connect: Any) -> Any:
    def checked(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_outside(address[0])
        return connect(self, address)

    return checked


def _only_local_names(getaddrinfo: Any) -> Any:
    def checked(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "", "localhost"):
            _refuse_outside(host.decode() if isinstance(host, bytes) else host)
        return getaddrinfo(host, *args, **kwargs)

    return checked


def _refuse_outside(host: str) -> None:
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        here = False
    if not here:
        raise AssertionError(f"a test tried to reach {host}: the network is closed but for loopback")
