"""The doors of billing."""
