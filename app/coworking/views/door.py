"""The blueprint of coworking's pages."""

from flask import Blueprint
from flask_login import current_user

from app.core.refusals import Refused

bp = Blueprint("coworking", "app.coworking", url_prefix="/coworking", template_folder="templates")


def can_be_overridden(refused: Refused) -> bool:
    """Staff may go round what no other person stands in the way of, if they write why."""
    return current_user.may("override_rules") and not any(reason.hard for reason in refused.reasons)
