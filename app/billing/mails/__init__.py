"""The mails of billing: bills as they are issued, and what people are told about their money."""

from app.billing.mails import issued, money

MAILS = {**issued.MAILS, **money.MAILS}
READERS = {**issued.READERS, **money.READERS}
NAMES = {**issued.NAMES, **money.NAMES}
