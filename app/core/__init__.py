"""What every room may use, and no room's business: database, journal, clock, periods, money, text."""
