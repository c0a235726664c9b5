"""Gestures on people: entering, their account, what staff does for them."""

from app.members.services import passkeys, second_factor
from app.members.services.account import (
    CONSENTS,
    OWN_FEED,
    PROFILE,
    ask_new_address,
    change_password,
    change_profile,
    end_feed,
    make_api_token,
    note_export,
    prove,
    renew_feed,
    take_new_address,
)
from app.members.services.belonging import (
    add_group,
    add_organisation,
    change_group,
    change_organisation,
    join_group,
    leave_group,
    prolong_group,
)
from app.members.services.entering import LINKS, Device, ask_link, ask_reset, reset_password, sign_in, sign_in_by_link, sign_out
from app.members.services.forgetting import ERASER, forget_old
from app.members.services.importing import Imported, import_people
from app.members.services.joining import confirm, consent, mark_of, sign_up
from app.members.services.passwords import hash_password
from app.members.services.people import FIELDS, change_member, close_account, create_member, invite, reactivate, suspend
from app.members.services.sessions import end_session, end_sessions, look_as, look_no_more, note_seen, open_session
from app.members.services.tokens import new_token, revoke_token, revoke_tokens, use_token

__all__ = [
    "CONSENTS",
    "ERASER",
    "FIELDS",
    "LINKS",
    "OWN_FEED",
    "PROFILE",
    "Device",
    "Imported",
    "add_group",
    "add_organisation",
    "ask_link",
    "ask_new_address",
    "ask_reset",
    "change_group",
    "change_member",
    "change_organisation",
    "change_password",
    "change_profile",
    "close_account",
    "confirm",
    "consent",
    "create_member",
    "end_feed",
    "end_session",
    "end_sessions",
    "forget_old",
    "hash_password",
    "import_people",
    "invite",
    "join_group",
    "leave_group",
    "look_as",
    "look_no_more",
    "make_api_token",
    "mark_of",
    "new_token",
    "note_export",
    "note_seen",
    "open_session",
    "passkeys",
    "prolong_group",
    "prove",
    "reactivate",
    "renew_feed",
    "reset_password",
    "revoke_token",
    "revoke_tokens",
    "second_factor",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "sign_up",
    "suspend",
    "take_new_address",
    "use_token",
]
