"""The pages of the course, each file one subject."""
