"""Gestures of the ledger, and of what is due."""

from app.billing.services.catalogue import save_group, save_pass, save_plan
from app.billing.services.charges import charge, forgive_money, give_back_money
from app.billing.services.debiting import bank_file, cancel_debits, collect, debit_returned, send_debits
from app.billing.services.ledger import LotsMoved, give_back_used, grant, held_by_unit, held_units, hold, release, still_covers, use
from app.billing.services.mandates import forget_accounts, iban_of, revoke_mandate, sign_mandate
from app.billing.services.payments import (
    allocate,
    cancel_payment,
    record_payment,
    refund,
    release_excess,
    take_back,
    use_credit,
)
from app.billing.services.prices import announce_price, set_price, withdraw_price
from app.billing.services.reconciling import leave_aside, settle, settle_by_hand, settle_what_is_sure, take_statement, undo_line
from app.billing.services.selling import take_article
from app.billing.services.slips import bank_has, hand_in_cash, hand_in_cheques
from app.billing.services.stock import count_stock, receive, save_article, take_out
from app.billing.services.subscriptions import change_plan, join, leave, pause, resume
from app.billing.services.trust import set_trust

__all__ = [
    "LotsMoved",
    "allocate",
    "announce_price",
    "bank_file",
    "bank_has",
    "cancel_debits",
    "cancel_payment",
    "change_plan",
    "charge",
    "collect",
    "count_stock",
    "debit_returned",
    "forget_accounts",
    "forgive_money",
    "give_back_money",
    "give_back_used",
    "grant",
    "hand_in_cash",
    "hand_in_cheques",
    "held_by_unit",
    "held_units",
    "hold",
    "iban_of",
    "join",
    "leave",
    "leave_aside",
    "pause",
    "receive",
    "record_payment",
    "refund",
    "release",
    "release_excess",
    "resume",
    "revoke_mandate",
    "save_article",
    "save_group",
    "save_pass",
    "save_plan",
    "send_debits",
    "set_price",
    "set_trust",
    "settle",
    "settle_by_hand",
    "settle_what_is_sure",
    "sign_mandate",
    "still_covers",
    "take_article",
    "take_back",
    "take_out",
    "take_statement",
    "undo_line",
    "use",
    "use_credit",
    "withdraw_price",
]
