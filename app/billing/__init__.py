"""Tariffs, charges, passes and the ledger of lots."""
