"""Bank statements as banks give them: CAMT.053, OFX and CSV, read without trusting a byte of them."""

from app.billing.rules.statements.lines import MOST_LINES, BankLine, Statement
from app.billing.rules.statements.reading import read_statement

__all__ = ["MOST_LINES", "BankLine", "Statement", "read_statement"]
