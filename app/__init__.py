"""Worklab: a rural coworking space, fablab and coding course under one roof. See `app/wiring.py`."""
