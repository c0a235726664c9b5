"""The outside world: whether the address of a repository answers. It is asked once, before work is handed in."""

from app.core import elsewhere

PATIENCE = 4.0  # seconds


def answers(url: str) -> bool:
    """Whether somebody answers at this public address. A private one is never knocked at."""
    try:
        return elsewhere.ask("HEAD", url, within=PATIENCE).status < 400
    except (elsewhere.Unreachable, elsewhere.NotPublic, ValueError):
        return False
