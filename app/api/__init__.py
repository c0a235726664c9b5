"""JSON for partners and programs."""
