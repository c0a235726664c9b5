"""The shape of what people type in the course, each file one subject."""
