"""The kit: a whole lieu in one readable file, in and out. Format `worklab-lieu/1`."""

FORMAT = "worklab-lieu/1"
