"""Reads of people: who is signed in, who is meant, who belongs where."""

from app.members.queries.belonging import belonging, belongings, contacts, group, groups, groups_of, organisation, organisations
from app.members.queries.people import (
    OPEN,
    PAGE,
    Page,
    Wanted,
    choices,
    email_key,
    known_addresses,
    managers,
    member,
    member_by_email,
    names,
    people,
    search,
)
from app.members.queries.personal import personal_data
from app.members.queries.secrets import awaiting, by_access_token, hash_of, second_factor, spare_codes_left, tokens
from app.members.queries.signed_in import Person, SignedIn, Visit, may_sign_in, person, session_member, sessions

__all__ = [
    "OPEN",
    "PAGE",
    "Page",
    "Person",
    "SignedIn",
    "Visit",
    "Wanted",
    "awaiting",
    "belonging",
    "belongings",
    "by_access_token",
    "choices",
    "contacts",
    "email_key",
    "group",
    "groups",
    "groups_of",
    "hash_of",
    "known_addresses",
    "managers",
    "may_sign_in",
    "member",
    "member_by_email",
    "names",
    "organisation",
    "organisations",
    "people",
    "person",
    "personal_data",
    "search",
    "second_factor",
    "session_member",
    "sessions",
    "spare_codes_left",
    "tokens",
]
