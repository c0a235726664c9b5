"""The six-month course: cohorts and sessions."""
