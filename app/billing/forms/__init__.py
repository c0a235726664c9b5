"""What the pages of billing ask."""
