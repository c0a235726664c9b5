"""What each field that changed is called."""

from collections.abc import Mapping

from app.core.refusals import N_

# The codes of the facts, in words.
FIELDS: Mapping[str, str] = {
    "name": N_("nom"),
    "email": N_("adresse électronique"),
    "phone": N_("téléphone"),
    "how_to_come": N_("comment venir"),
    "street": N_("rue"),
    "postal_code": N_("code postal"),
    "town": N_("commune"),
    "skills": N_("ce que je sais faire"),
    "locale": N_("langue"),
    "wants_reminders": N_("rappels"),
    "wants_digest": N_("la semaine du lieu par courriel"),
    "in_directory": N_("être dans l’annuaire"),
    "shows_presence": N_("montrer ma présence"),
    "birth_date": N_("date de naissance"),
    "guardian_name": N_("nom du parent ou tuteur"),
    "guardian_email": N_("adresse du parent ou tuteur"),
    "tariff_group": N_("tarif"),
    "badge": N_("badge"),
    "organisation_id": N_("organisation"),
    "is_organisation_contact": N_("contact de l’organisation"),
    "siren": N_("SIREN"),
    "rules": N_("règles"),
    "capacity": N_("places"),
    "state": N_("état"),
    "password": N_("par mot de passe"),
    "link": N_("par un lien reçu"),
    "reset": N_("par un nouveau mot de passe"),
    "confirmation": N_("à l’inscription"),
}
