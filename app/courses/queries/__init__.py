"""What the course reads: named questions, each file one subject."""
