"""The single portal: home, my week, the manager's day."""
