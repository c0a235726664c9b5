"""People, organisations, roles, sign-in, yearly membership."""
