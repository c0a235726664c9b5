"""What desks, offices and rooms ask for and cost, and how a week of them is drawn: pure rules."""

from app.coworking.rules.selling import price_by_the_hour, reasons_half_day

__all__ = ["price_by_the_hour", "reasons_half_day"]
