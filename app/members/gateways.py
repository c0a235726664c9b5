"""Passkeys, by the library that knows their formats and checks their signatures.

Imported when a passkey is used and not before: it weighs 15 MB in each process, and most days nobody uses one.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

MOST_SIGNS = 20_000  # what a device sends is some hundreds


class NotAPasskey(Exception):
    """Malformed, for another site, for another question, or badly signed."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    credential_id: str
    public_key: str
    sign_count: int


def registration_options(*, challenge: str, member_id: int, email: str, name: str, lieu: str, known: list[str]) -> str:
    """The question, as JSON, for a device that is to keep a key; one that keeps one of the `known` refuses."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=_site(),
        rp_name=lieu,
        user_id=f"member:{member_id}".encode(),
        user_name=email,
        user_display_name=name,
        challenge=challenge.encode(),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in known],
    )
    return webauthn.options_to_json(options)


def read_registration(answer: str, *, challenge: str) -> NewPasskey:
    import webauthn
    from webauthn.helpers import bytes_to_base64url

    checked = _checked(
        webauthn.verify_registration_response, answer, challenge=challenge, require_user_presence=True, require_user_verification=True
    )
    return NewPasskey(bytes_to_base64url(checked.credential_id), bytes_to_base64url(checked.credential_public_key), checked.sign_count)


def authentication_options(*, challenge: str) -> str:
    """The question, as JSON: whichever of its keys for this site the device chooses."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=_site(), challenge=challenge.encode(), user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


def credential_id(answer: str) -> str:
    """Which key this answer says it comes from; nothing is checked yet."""
    import webauthn.helpers
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return webauthn.helpers.parse_authentication_credential_json(answer[:MOST_SIGNS]).id
    except (WebAuthnException, ValueError) as trouble:
        raise NotAPasskey from trouble


def read_authentication(answer: str, *, challenge: str, public_key: str, sign_count: int) -> int:
    """How often the key says it has signed, once its signature is right."""
    import webauthn

    checked = _checked(
        webauthn.verify_authentication_response,
        answer,
        challenge=challenge,
        credential_public_key=webauthn.base64url_to_bytes(public_key),
        credential_current_sign_count=sign_count,
        require_user_verification=True,
    )
    return int(checked.new_sign_count)


def _checked(verify: Any, answer: str, *, challenge: str, **more: Any) -> Any:
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return verify(
            credential=answer[:MOST_SIGNS], expected_challenge=challenge.encode(), expected_rp_id=_site(), expected_origin=_origin(), **more
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as trouble:
        raise NotAPasskey from trouble


def _origin() -> str:
    address = urlsplit(current_app.config["PUBLIC_URL"])
    return f"{address.scheme}://{address.netloc}"


def _site() -> str:
    """The name that keys are tied to: ours, without its port."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
