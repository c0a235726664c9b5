from tests.booking.conftest import Lieu, lieu

__all__ = ["Lieu", "lieu"]
