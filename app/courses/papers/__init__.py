"""The papers of the course, each file one subject; all of them are French documents."""
