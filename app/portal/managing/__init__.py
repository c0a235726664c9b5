"""What who runs the lieu sets and does to it: things that can be booked, breakdowns, closures."""
