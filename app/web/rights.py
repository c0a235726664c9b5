"""Whole blueprints kept for those who may; the table of rights is `members.rules`."""

from collections.abc import Callable

from flask import abort
from flask_login import current_user


def only(action: str) -> Callable[[], None]:
    """`bp.before_request(rights.only("manage_place"))`: for everybody else there is no such page. Strangers were stopped before."""

    def guard() -> None:
        if not current_user.may(action):
            abort(404)

    return guard
