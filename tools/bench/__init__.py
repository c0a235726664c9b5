"""`make bench`: the workload of a busy lieu, measured beside a bare Flask and an honest minimum, on both databases."""
