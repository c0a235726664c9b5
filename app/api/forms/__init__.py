"""The shapes of what the interface takes and gives: types and bounds, never a rule of the lieu."""
