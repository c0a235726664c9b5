"""Why a statement cannot be read."""

from app.core.refusals import N_, Reason


class UnreadableStatement(Reason):
    next_step = N_("Demandez à votre banque un relevé CAMT.053, OFX ou CSV.")


class UnclearAmount(UnreadableStatement):
    code = "unclear_amount"
    sentence = N_("Ce relevé ne se lit pas : un montant ne se comprend pas.")


class UnclearDay(UnreadableStatement):
    code = "unclear_day"
    sentence = N_("Ce relevé ne se lit pas : une date ne se comprend pas.")


class TooManyLines(UnreadableStatement):
    code = "too_many_lines"
    sentence = N_("Ce relevé ne se lit pas : il a trop de lignes.")


class AmountTooLarge(UnreadableStatement):
    code = "amount_too_large"
    sentence = N_("Ce relevé ne se lit pas : un montant est trop grand.")


class NotCamt(UnreadableStatement):
    code = "not_camt"
    sentence = N_("Ce relevé ne se lit pas : ce n’est pas un CAMT.053.")


class BrokenXml(UnreadableStatement):
    code = "broken_xml"
    sentence = N_("Ce relevé ne se lit pas : le fichier XML est abîmé.")


class SuspectXml(UnreadableStatement):
    code = "suspect_xml"
    sentence = N_("Ce relevé ne se lit pas : le fichier XML contient ce qu’un relevé ne contient jamais.")


class NotInEuros(UnreadableStatement):
    code = "not_in_euros"
    sentence = N_("Ce relevé ne se lit pas : un montant n’est pas en euros.")


class NotOfx(UnreadableStatement):
    code = "not_ofx"
    sentence = N_("Ce relevé ne se lit pas : ce n’est pas un OFX.")


class NoColumns(UnreadableStatement):
    code = "no_columns"
    sentence = N_("Ce relevé ne se lit pas : aucune ligne ne nomme les colonnes « Date » et « Montant » (ou « Débit » et « Crédit »).")


class NotText(UnreadableStatement):
    code = "not_text"
    sentence = N_("Ce relevé ne se lit pas : ce n’est pas un texte.")


class BrokenCell(UnreadableStatement):
    code = "broken_cell"
    sentence = N_("Ce relevé ne se lit pas : une cellule du tableau est abîmée.")


class TooLarge(UnreadableStatement):
    code = "statement_too_large"
    sentence = N_("Ce relevé ne se lit pas : il est trop gros.")


class Empty(UnreadableStatement):
    code = "empty_statement"
    sentence = N_("Ce relevé ne se lit pas : il est vide.")


class NoLine(UnreadableStatement):
    code = "no_line"
    sentence = N_("Ce relevé ne se lit pas : il n’a aucune ligne.")
