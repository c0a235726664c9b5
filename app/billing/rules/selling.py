"""What may be sold, and put on the tab; what comes back of a carnet."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from app.core.money import half_up
from app.core.refusals import N_, Cents, Reason


class TabFull(Reason):
    code = "tab_full"
    sentence = N_("Votre ardoise arriverait à %(total)s, et elle s’arrête à %(cap)s.")
    next_step = N_("Payez-la d’abord, ou voyez avec l’équipe du lieu.")


class ArticlesFull(Reason):
    code = "articles_full"
    sentence = N_("Les cafés et articles de votre ardoise arriveraient à %(total)s, et ils s’arrêtent à %(cap)s.")
    next_step = N_("Payez-les d’abord, ou voyez avec l’équipe du lieu.")


class OutOfStock(Reason):
    code = "out_of_stock"
    sentence = N_("« %(name)s » : il n’en reste pas assez.")
    next_step = N_("Prenez-en moins, ou dites-le à l’équipe du lieu.")


class NotOnSale(Reason):
    code = "not_on_sale"
    sentence = N_("Cela ne se vend plus.")
    next_step = N_("Choisissez autre chose.")


class NothingLeftToRefund(Reason):
    code = "nothing_left_to_refund"
    sentence = N_("De ce carnet, il ne reste rien à rendre.")
    next_step = N_("Ce qui est réservé compte comme utilisé : annulez d’abord.")


class BillStillDrafted(Reason):
    code = "bill_still_drafted"
    sentence = N_("Cette vente est sur un brouillon de facture.")
    next_step = N_("Émettez le brouillon, ou abandonnez-le, puis recommencez.")


class AlreadyMember(Reason):
    code = "already_member"
    sentence = N_("Son adhésion court jusqu’au %(until)s.")
    next_step = N_("Revenez ensuite.")


def reasons_tab_full(
    gross_cents: int, *, open_cents: int, cap_cents: int, articles_cents: int | None, articles_cap: int
) -> Iterator[Reason]:
    """The two caps of the tab; `articles_cents`: what articles already take of it, when this is one."""
    if open_cents + gross_cents > cap_cents:
        yield TabFull(total=Cents(open_cents + gross_cents), cap=Cents(cap_cents))
    if articles_cents is not None and articles_cents + gross_cents > articles_cap:
        yield ArticlesFull(total=Cents(articles_cents + gross_cents), cap=Cents(articles_cap))


def refund_cents(paid_cents: int, *, left: int, units: int) -> int:
    """What the units left of a carnet come to: of ten at 75.00, seven left are 52.50."""
    return half_up(paid_cents * left, units)


def months_later(day: date, months: int) -> date:
    """The last day of a validity: a carnet of 12 months bought on 31 January is good through 30 January."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length)) - timedelta(days=1 if day.day <= length else 0)
