"""The engine: resources, occupancies, bookings, availability, series, waitlist."""
