"""Why a statement cannot be read."""

from app.core.refusals import N_, Reason

ANOTHER = N_("Demandez à votre banque un relevé CAMT.053, OFX ou CSV.")


class UnclearAmount(Reason):
    code = "unclear_amount"
    sentence = N_("Ce relevé ne se lit pas : un montant ne se comprend pas.")
    next_step = ANOTHER


class UnclearDay(Reason):
    code = "unclear_day"
    sentence = N_("Ce relevé ne se lit pas : une date ne se comprend pas.")
    next_step = ANOTHER


class TooManyLines(Reason):
    code = "too_many_lines"
    sentence = N_("Ce relevé ne se lit pas : il a trop de lignes.")
    next_step = ANOTHER


class AmountTooLarge(Reason):
    code = "amount_too_large"
    sentence = N_("Ce relevé ne se lit pas : un montant est trop grand.")
    next_step = ANOTHER


class NotCamt(Reason):
    code = "not_camt"
    sentence = N_("Ce relevé ne se lit pas : ce n’est pas un CAMT.053.")
    next_step = ANOTHER


class BrokenXml(Reason):
    code = "broken_xml"
    sentence = N_("Ce relevé ne se lit pas : le fichier XML est abîmé.")
    next_step = ANOTHER


class SuspectXml(Reason):
    code = "suspect_xml"
    sentence = N_("Ce relevé ne se lit pas : le fichier XML contient ce qu’un relevé ne contient jamais.")
    next_step = ANOTHER


class NotInEuros(Reason):
    code = "not_in_euros"
    sentence = N_("Ce relevé ne se lit pas : un montant n’est pas en euros.")
    next_step = ANOTHER


class NotOfx(Reason):
    code = "not_ofx"
    sentence = N_("Ce relevé ne se lit pas : ce n’est pas un OFX.")
    next_step = ANOTHER


class NoColumns(Reason):
    code = "no_columns"
    sentence = N_("Ce relevé ne se lit pas : aucune ligne ne nomme les colonnes « Date » et « Montant » (ou « Débit » et « Crédit »).")
    next_step = ANOTHER


class NotText(Reason):
    code = "not_text"
    sentence = N_("Ce relevé ne se lit pas : ce n’est pas un texte.")
    next_step = ANOTHER


class BrokenCell(Reason):
    code = "broken_cell"
    sentence = N_("Ce relevé ne se lit pas : une cellule du tableau est abîmée.")
    next_step = ANOTHER


class TooLarge(Reason):
    code = "statement_too_large"
    sentence = N_("Ce relevé ne se lit pas : il est trop gros.")
    next_step = ANOTHER


class Empty(Reason):
    code = "empty_statement"
    sentence = N_("Ce relevé ne se lit pas : il est vide.")
    next_step = ANOTHER


class NoLine(Reason):
    code = "no_line"
    sentence = N_("Ce relevé ne se lit pas : il n’a aucune ligne.")
    next_step = ANOTHER
