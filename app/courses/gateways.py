"""The outside world: whether the address of a repository answers. It is asked once, before work is handed in."""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

PATIENCE = 4.0  # seconds


def answers(url: str) -> bool:
    """Whether somebody answers at this public address. A private one is never knocked at."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        address = _public_address(host, port)
        if address is None:
            return False
        connection = _Pinned(host, port, address=address, is_safe=parts.scheme == "https")
        try:
            connection.request("HEAD", parts.path or "/", headers={"User-Agent": "Worklab"})
            return connection.getresponse().status < 400
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, UnicodeError, ValueError):
        return False


def _public_address(host: str, port: int) -> str | None:
    """Where the name leads, when it is on the public Internet only."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return found[0] if found and all(ipaddress.ip_address(address.partition("%")[0]).is_global for address in found) else None


class _Pinned(http.client.HTTPConnection):
    """To the address that was checked, under the name that its certificate must bear."""

    def __init__(self, host: str, port: int, *, address: str, is_safe: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._address, self._is_safe = address, is_safe

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_safe:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
