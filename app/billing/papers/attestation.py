"""The publisher's individual attestation: that this program keeps sales unalterable, secured, kept and archived.

CGI art. 286, I-3° bis (attestation of the publisher restored by art. 125 of the finance law for 2026); model: BOI-LETTRE-000242.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core import papers
from app.web.typography import WORDS

TEMPLATE = "billing/papers/attestation.typ"
VERSION = "0.1.0"  # of the program, as pyproject.toml says it
TEXT_VERSION = "2026-11"  # of the words below


def pdf(seller: Mapping[str, Any], *, publisher: str, day: date) -> bytes:
    """To be signed by hand by who publishes this copy of the program, and by the lieu that uses it."""
    say = WORDS["fr"]
    said = {
        "publisher": publisher,
        "version": VERSION,
        "text_version": TEXT_VERSION,
        "user": seller["name"],
        "user_about": ", ".join(filter(None, (seller["legal_form"], f"SIRET {seller['siret']}" if seller["siret"] else ""))),
        "address": ", ".join(filter(None, (seller["street"], f"{seller['postal_code']} {seller['town']}".strip()))),
        "day": say.date_long(day),
    }
    return papers.pdf(
        TEMPLATE, said, title="Attestation individuelle relative à l’utilisation d’un logiciel de caisse", author=publisher, day=day
    )
