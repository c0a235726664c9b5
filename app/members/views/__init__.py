"""The pages of people: entering, joining, one's account, and what staff does for them."""

from app.members.views import account, belonging, entering, joining, passkeys, people, second_factor
from app.members.views.door import Stranger, bp, install, is_only_looking, looking, needs

__all__ = [
    "Stranger",
    "account",
    "belonging",
    "bp",
    "entering",
    "install",
    "is_only_looking",
    "joining",
    "looking",
    "needs",
    "passkeys",
    "people",
    "second_factor",
]
