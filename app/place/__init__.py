"""The lieu: its name, opening hours, closures and house rules."""
