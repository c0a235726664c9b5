"""While one tries the program: mails are written to a folder instead of sent, and read on this machine."""

import ipaddress
from pathlib import Path

from flask import current_app, request

READ_AT = "/dev/mails"


def folder() -> Path | None:
    """Where mails are written instead of sent; none for a public house, which sends them: they hold the links that open accounts."""
    url, public_url = current_app.config["MAIL_URL"], current_app.config["PUBLIC_URL"]
    return Path(url.removeprefix("file:")) if url.startswith("file:") and not public_url.startswith("https:") else None


def is_this_machine() -> bool:
    """Whether who asks sits at the machine that serves."""
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def mails() -> str:
    """The page where whoever tries the program reads what it wrote; empty elsewhere."""
    return READ_AT if folder() is not None and is_this_machine() else ""
