"""Quantities of what is sold by its unit, in thousandths of it."""

from app.core.refusals import N_, Reason


class ArticleCodeTaken(Reason):
    code = "code_taken"
    sentence = N_("Un article a déjà le code « %(code)s ».")
    next_step = N_("Choisissez un autre code.")
    hard = True


class UnknownQuantity(Reason):
    code = "bad_quantity"
    sentence = N_("La quantité doit être plus grande que zéro.")
    next_step = N_("Écrivez ce que vous avez pris, comme 3,5.")
    hard = True
