"""Files that billing makes for others: banks first."""
