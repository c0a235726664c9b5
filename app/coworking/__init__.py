"""Desks by the half-day, offices and meeting rooms."""
