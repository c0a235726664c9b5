"""The gestures of the course, each file one subject."""
