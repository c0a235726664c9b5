"""E-mail addresses: the ones that a mail server takes, written in one way."""

from email_validator import EmailNotValidError, validate_email

from app.core.text import clean_line


class NotAnAddress(ValueError):
    """No mail can be sent there."""


def email_address(typed: str) -> str:
    """The address as it is kept: lower case, a domain with accents in its ASCII form."""
    try:
        # `test_environment` only lets the names under `.test` in: trials and demonstrations write to them
        known = validate_email(clean_line(typed), check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as trouble:
        raise NotAnAddress(typed) from trouble
    address = (known.ascii_email or "").lower()
    if not 0 < len(address) <= 254:
        raise NotAnAddress(typed)
    return address
